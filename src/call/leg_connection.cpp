#include <algorithm>
#include <utility>

#include "call/leg_service.hpp"
#include "call/second_offer.hpp"
#include "sdp/direction.hpp"

/// The part of LegService that concerns the connection of a leg which exists: second offers, and why it is as
/// it is.
namespace legroom::call {
namespace {

using TransportChange = engine::ChangeLeg::Transport;

/// Media that does not come within this time after the set-up is worth a word.
constexpr Duration kMediaExpectedWithin = std::chrono::seconds{5};

std::optional<Duration> since(Instant origin, const std::optional<Instant>& at) {
    if (!at) return std::nullopt;
    return *at - origin;
}

SetUpTimes set_up_times(const peer::Milestones& milestones) {
    const Instant origin = milestones.created;
    return {since(origin, milestones.first_remote_candidate), since(origin, milestones.first_check),
            since(origin, milestones.first_valid_pair),       since(origin, milestones.nominated),
            since(origin, milestones.dtls_established),       since(origin, milestones.first_media)};
}

std::string_view word(peer::DtlsState state) {
    switch (state) {
        case peer::DtlsState::waiting:
            return "waiting";
        case peer::DtlsState::handshaking:
            return "handshaking";
        case peer::DtlsState::established:
            return "connected";
        case peer::DtlsState::closed:
            break;
    }
    return "closed";
}

/// What would end a leg that is not connected yet, if nothing changed.
ice::FailureCode set_up_trouble(const Leg& leg, const peer::PeerReport& report) {
    if (report.milestones.first_valid_pair) return ice::FailureCode::dtls_timeout;
    if (report.ice.unauthenticated > 0 && !report.last_heard) return ice::FailureCode::stun_auth;
    if (!report.ice.remote.empty()) return ice::FailureCode::no_reply;
    return leg.signalling.mdns_names > 0 ? ice::FailureCode::only_mdns_candidates
                                         : ice::FailureCode::no_remote_candidates;
}

}  // namespace

Result<NewLeg> LegService::reoffer(Instant, const LegId& id, std::string_view offer) {
    Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;
    auto change = read_second_offer(leg->signalling, offer);
    if (!change) return change.error();
    if (leg->signalling.change_pending) return Error::change_pending;
    if (local_.empty()) return Error::no_transport;

    NewLeg answered{leg->id, change->answer.text};
    carry_out(*leg, std::move(*change));
    return answered;
}

/// What the offer wants decides what we answer with: it is read once to know and once to answer.
Result<LegService::Change> LegService::read_second_offer(const Signalling& before, std::string_view offer) {
    const auto wanted = sdp::answer(offer, before.ours);
    if (!wanted) return reason_of(wanted.error());
    auto remote = read_remote_side(wanted->negotiated);
    if (!remote) return remote.error();
    const auto transport = transport_change(before, wanted->negotiated, *remote);
    if (!transport) return transport.error();

    sdp::Ours ours = ours_after(*transport, before);
    auto answer = sdp::answer(offer, ours);
    if (!answer) return reason_of(answer.error());
    return Change{*transport, std::move(*answer), std::move(*remote), std::move(ours)};
}

sdp::Ours LegService::ours_after(TransportChange change, const Signalling& before) {
    sdp::Ours fresh = invent_ours();
    fresh.sends = before.ours.sends;
    fresh.receives = before.ours.receives;
    if (change == TransportChange::replaced) return fresh;

    sdp::Ours ours = before.ours;
    ++ours.session_version;
    ours.setup = before.negotiated.setup;
    ours.candidates = std::move(fresh.candidates);
    ours.gathering_done = fresh.gathering_done;
    if (change == TransportChange::kept) return ours;
    ours.ice_ufrag = std::move(fresh.ice_ufrag);
    ours.ice_password = std::move(fresh.ice_password);
    return ours;
}

void LegService::carry_out(Leg& leg, Change change) {
    Signalling& signalling = leg.signalling;
    const sdp::Negotiated& negotiated = change.answer.negotiated;
    if (change.transport != TransportChange::kept)
        signalling.before = std::make_shared<const Signalling>(signalling);
    signalling.local_ufrag = change.ours.ice_ufrag;
    signalling.remote_ufrag = negotiated.remote_ufrag;
    signalling.mid = negotiated.mid;
    signalling.mline_index = negotiated.mline_index;
    if (change.transport != TransportChange::kept) {
        signalling.change_pending = true;
        signalling.undelivered = change.ours.candidates;
        signalling.remote_candidates = change.remote.candidates.size();
        signalling.mdns_names = change.remote.mdns_names;
        counters_.remote_candidates_over_limit += change.remote.over_limit;
    } else {  // An offer repeats the candidates it had, and may bring more.
        signalling.remote_candidates =
            std::max(signalling.remote_candidates, change.remote.candidates.size());
        signalling.mdns_names = std::max(signalling.mdns_names, change.remote.mdns_names);
    }
    remember(signalling, change.ours, negotiated, change.remote);

    board_.send(engine::ChangeLeg{.leg = leg.id,
                                  .transport = change.transport,
                                  .local = {change.ours.ice_ufrag, change.ours.ice_password},
                                  .negotiated = std::move(change.answer.negotiated),
                                  .remote_fingerprints = std::move(change.remote.fingerprints),
                                  .remote_candidates = std::move(change.remote.candidates),
                                  .ssrc = change.ours.ssrc,
                                  .cname = change.ours.cname});
    board_.tell(leg.id);  // A new session has candidates of its own to be fetched.
}

Result<sdp::Fragment> LegService::restart_ice(Instant, const LegId& id, const sdp::Fragment& theirs) {
    Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;
    if (leg->signalling.change_pending) return Error::change_pending;

    Change change{
        TransportChange::restarted, {}, {}, ours_after(TransportChange::restarted, leg->signalling)};
    sdp::Negotiated& negotiated = change.answer.negotiated;
    negotiated = leg->signalling.negotiated;
    negotiated.remote_ufrag = theirs.ufrag;
    negotiated.remote_password = theirs.password;
    negotiated.remote_candidates = theirs.candidates;
    auto remote = read_remote_side(negotiated);
    if (!remote) return Error::bad_candidate;
    change.remote = std::move(*remote);

    sdp::Fragment ours{change.ours.ice_ufrag, change.ours.ice_password, change.ours.candidates,
                       config_.gathering_done};
    carry_out(*leg, std::move(change));
    return ours;
}

Result<void> LegService::set_reconnect_grace(const LegId& id, Duration grace) {
    Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;
    if (grace < Duration::zero() || grace > kMaxReconnectGrace) return Error::bad_reconnect_grace;
    leg->reconnect_grace = grace;
    board_.send(engine::SetReconnectGrace{id, grace});
    return {};
}

void LegService::ice_status(const LegId& id, IceStatusTaker taker) {
    if (board_.find(id) == nullptr) return taker(Error::leg_not_found);
    if (ice_queries_.size() >= kMaxIceQueries) return taker(Error::too_many_queries);
    const std::uint64_t query = next_ice_query_++;
    ice_queries_.emplace(query, IceQuery{id, std::move(taker)});
    board_.send(engine::QueryIce{id, query});
}

void LegService::on(Instant, const engine::IceReported& event) {
    auto query = ice_queries_.extract(event.query);
    if (query.empty()) return;
    const Leg* leg = board_.find(query.mapped().leg);
    if (leg == nullptr || !event.report) return query.mapped().taker(Error::leg_not_found);

    query.mapped().taker(IceStatus{.leg = leg->id,
                                   .connection = leg->connection,
                                   .ice = event.report->ice,
                                   .dtls = std::string{word(event.report->dtls)},
                                   .times = set_up_times(event.report->milestones),
                                   .diagnosis = diagnose(*leg, event.at, *event.report)});
}

std::optional<Failure> LegService::diagnose(const Leg& leg, Instant at,
                                            const peer::PeerReport& report) const {
    if (!report.milestones.dtls_established) return describe(set_up_trouble(leg, report), report.ice.pairs);
    if (report.interrupted) return describe(ice::FailureCode::consent_expired, report.ice.pairs);
    const bool expected = sdp::receives(leg.signalling.negotiated.direction) &&
                          at - *report.milestones.dtls_established > kMediaExpectedWithin;
    const bool heard = report.last_media && at - *report.last_media <= kMediaExpectedWithin;
    if (expected && !heard) return describe(ice::FailureCode::no_media, report.ice.pairs);
    return std::nullopt;
}

}  // namespace legroom::call
