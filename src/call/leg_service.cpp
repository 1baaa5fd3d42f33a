#include "call/leg_service.hpp"

#include <utility>

#include "call/second_offer.hpp"
#include "call/speaking.hpp"
#include "sdp/answer.hpp"

namespace legroom::call {
namespace {

constexpr std::size_t kUfragLength = 8;      // RFC 8445 §5.3 asks for 24 bits; these are 48.
constexpr std::size_t kPasswordLength = 24;  // RFC 8445 §5.3 asks for 128 bits; these are 144.
constexpr std::size_t kCnameLength = 24;     // 96 bits (RFC 7022 §4.2)

/// ICE knows only of candidates it can use.
ice::FailureCode refined(ice::FailureCode code, const Leg& leg) {
    const bool mdns = code == ice::FailureCode::no_remote_candidates && leg.signalling.mdns_names > 0;
    return mdns ? ice::FailureCode::only_mdns_candidates : code;
}

}  // namespace

LegDisconnected disconnected(Instant now, const Leg& leg, DisconnectReason reason,
                             std::optional<Failure> failure) {
    const Duration lived = now - leg.created_at;
    return {reason, lived, lived, std::move(failure), leg.transport_up};
}

LegService::LegService(LegConfig config, Switchboard& board, Random& random)
    : config_(std::move(config)), board_(board), random_(random) {}

Result<NewLeg> LegService::create(Instant now, std::string_view offer, LegOptions options, Origin origin) {
    if (const auto checked = check(options); !checked) return checked.error();
    sdp::Ours ours = invent_ours();
    ours.sends = origin.purpose != Purpose::publish;
    ours.receives = origin.purpose != Purpose::listen;
    auto answer = sdp::answer(offer, ours);
    if (!answer) return reason_of(answer.error());
    if (origin.purpose != Purpose::call && answer->negotiated.direction == sdp::Direction::inactive)
        return Error::wrong_direction;
    auto remote = read_remote_side(answer->negotiated);
    if (!remote) return remote.error();

    if (local_.empty()) return Error::no_transport;
    if (board_.legs().size() >= config_.max_legs) {
        ++counters_.refused;
        return Error::too_many_legs;
    }
    const auto max_duration = options.max_duration;
    Leg leg = admit(now, ours, answer->negotiated, std::move(options));
    leg.origin = std::move(origin);
    NewLeg created{leg.id, std::move(answer->text)};
    leg.signalling.mdns_names = remote->mdns_names;
    remember(leg.signalling, ours, answer->negotiated, *remote);
    start(std::move(leg), max_duration, ours, std::move(answer->negotiated), std::move(*remote));
    return created;
}

sdp::Ours LegService::invent_ours() {
    sdp::Ours ours;
    ours.ice_ufrag = random_.ice_chars(kUfragLength);
    ours.ice_password = random_.ice_chars(kPasswordLength);
    ours.fingerprint = config_.fingerprint.to_string();
    ours.candidates = local_.lines();
    ours.gathering_done = config_.gathering_done;
    ours.session_id = std::to_string(random_.u64() >> 1);  // Fits a signed 64-bit reader (RFC 8829 §5.2.1).
    ours.stream_id = random_.uuid();
    ours.track_id = random_.uuid();
    ours.cname = random_.hex(kCnameLength);
    ours.ssrc = Ssrc{random_.u32()};
    return ours;
}

Leg LegService::admit(Instant now, const sdp::Ours& ours, const sdp::Negotiated& negotiated,
                      LegOptions options) {
    Leg leg;
    leg.id = LegId{random_.uuid()};
    leg.app_id = std::move(options.app_id);
    leg.role = std::move(options.role);
    leg.muted = options.muted;
    leg.deaf = options.deaf;
    leg.accept_dtmf = options.accept_dtmf;
    leg.speech_detection = options.speech_detection.value_or(config_.speech_detection);
    leg.created_at = now;
    leg.reconnect_grace = options.reconnect_grace.value_or(config_.reconnect_grace);
    leg.webhook = std::move(options.webhook);
    leg.headers = std::move(options.headers);
    leg.signalling.local_ufrag = ours.ice_ufrag;
    leg.signalling.remote_ufrag = negotiated.remote_ufrag;
    leg.signalling.mid = negotiated.mid;
    leg.signalling.mline_index = negotiated.mline_index;
    leg.signalling.undelivered = ours.candidates;
    return leg;
}

void LegService::start(Leg leg, std::optional<Duration> max_duration, const sdp::Ours& ours,
                       sdp::Negotiated negotiated, RemoteSide remote) {
    leg.signalling.remote_candidates = remote.candidates.size();
    counters_.remote_candidates_over_limit += remote.over_limit;
    ++counters_.created;

    const Leg& added = board_.add(std::move(leg));
    board_.send(engine::CreateLeg{.leg = added.id,
                                  .local = {ours.ice_ufrag, ours.ice_password},
                                  .negotiated = std::move(negotiated),
                                  .remote_fingerprints = std::move(remote.fingerprints),
                                  .remote_candidates = std::move(remote.candidates),
                                  .ssrc = ours.ssrc,
                                  .cname = ours.cname,
                                  .reconnect_grace = added.reconnect_grace,
                                  .role = added.role,
                                  .muted = added.muted,
                                  .deaf = added.deaf,
                                  .speech_detection = added.speech_detection,
                                  .max_duration = max_duration});
}

Result<void> LegService::add_remote_candidate(const LegId& id, std::string_view line) {
    Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;
    const auto parsed = ice::parse_candidate(line);
    if (!parsed) return Error::bad_candidate;
    take_candidate(*leg, *parsed);
    return {};
}

void LegService::take_candidate(Leg& leg, const ice::ParsedCandidate& parsed) {
    leg.signalling.mdns_names += parsed.mdns ? 1 : 0;
    if (!parsed.candidate) return;
    if (!is_current(parsed, leg.signalling.remote_ufrag)) {
        ++counters_.remote_candidates_stale;
    } else if (leg.signalling.remote_candidates >= kMaxRemoteCandidates) {
        ++counters_.remote_candidates_over_limit;
    } else {
        ++leg.signalling.remote_candidates;
        board_.send(engine::AddRemoteCandidate{leg.id, *parsed.candidate});
    }
}

Result<void> LegService::add_remote_candidates(const LegId& id, const std::vector<std::string>& lines) {
    Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;
    if (lines.size() > kMaxCandidatesAtOnce) return Error::too_many_candidates;

    std::vector<ice::ParsedCandidate> candidates;
    for (const std::string& line : lines) {
        auto parsed = ice::parse_candidate(line);
        if (!parsed) return Error::bad_candidate;
        candidates.push_back(std::move(*parsed));
    }
    for (const auto& candidate : candidates) take_candidate(*leg, candidate);
    return {};
}

Result<void> LegService::add_fragment(const LegId& id, const sdp::Fragment& fragment) {
    const Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;
    if (fragment.ufrag != leg->signalling.remote_ufrag) return Error::other_ice_session;
    return add_remote_candidates(id, fragment.candidates);
}

Result<Drained> LegService::drain_candidates(const LegId& id) {
    Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;

    Signalling& ours = leg->signalling;
    Drained drained{{}, config_.gathering_done};
    for (auto& line : std::exchange(ours.undelivered, {})) {
        drained.candidates.push_back({std::move(line), ours.mid, ours.mline_index, ours.local_ufrag});
    }
    return drained;
}

Result<void> LegService::set_muted(Instant now, const LegId& id, bool muted) {
    Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;
    leg->muted = muted;
    board_.send(engine::SetMuted{id, muted});
    board_.publish(now, *leg, muted ? Happening{LegMuted{}} : Happening{LegUnmuted{}});
    if (muted) stop_speaking(now, board_, *leg);
    return {};
}

Result<void> LegService::set_deaf(Instant now, const LegId& id, bool deaf) {
    Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;
    leg->deaf = deaf;
    board_.send(engine::SetDeaf{id, deaf});
    board_.publish(now, *leg, deaf ? Happening{LegDeafened{}} : Happening{LegUndeafened{}});
    return {};
}

Result<const Leg*> LegService::set_gain(const LegId& id, double decibels) {
    Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;
    if (!(decibels >= kMinGainDb && decibels <= kMaxGainDb)) return Error::invalid_gain;
    leg->gain_db = decibels;
    board_.send(engine::SetGain{id, decibels});
    return leg;
}

Result<void> LegService::hang_up(Instant now, const LegId& id) {
    Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;
    end(now, *leg, disconnected(now, *leg, DisconnectReason::api_hangup));
    return {};
}

void LegService::hang_up_all(Instant now) {
    while (!board_.legs().empty()) {
        Leg& leg = *board_.find(board_.legs().begin()->first);
        end(now, leg, disconnected(now, leg, DisconnectReason::shutdown));
    }
}

void LegService::end(Instant now, Leg& leg, LegDisconnected story) {
    stop_speaking(now, board_, leg);
    const auto room = leg.room;
    const Leg gone = board_.remove(leg);
    board_.send(engine::CloseLeg{gone.id});
    if (room) board_.publish(now, gone, *room, LegLeftRoom{});
    board_.publish(now, gone, std::move(story));
}

void LegService::handle(Instant now, const engine::Event& event) {
    std::visit([&](const auto& what) { on(now, what); }, event);
}

void LegService::on(Instant now, const engine::LegConnected& event) {
    Leg* leg = board_.find(event.leg);
    if (leg == nullptr || leg->transport_up) return;
    leg->transport_up = true;
    leg->connection = Connection::connected;
    board_.publish(now, *leg, LegConnected{now - leg->created_at});
}

void LegService::on(Instant now, const engine::LegInterrupted& event) {
    Leg* leg = board_.find(event.leg);
    if (leg == nullptr) return;
    leg->connection = Connection::interrupted;
    board_.publish(now, *leg, LegInterrupted{leg->reconnect_grace});
}

void LegService::on(Instant now, const engine::LegResumed& event) {
    Leg* leg = board_.find(event.leg);
    if (leg == nullptr) return;
    leg->connection = Connection::connected;
    board_.publish(now, *leg, LegResumed{});
}

void LegService::on(Instant now, const engine::LegFailed& event) {
    Leg* leg = board_.find(event.leg);
    if (leg == nullptr) return;
    Failure failure = describe(refined(event.failure.code, *leg), event.pairs);
    end(now, *leg, disconnected(now, *leg, DisconnectReason::ice_failure, std::move(failure)));
}

void LegService::on(Instant now, const engine::LegExpired& event) {
    Leg* leg = board_.find(event.leg);
    if (leg != nullptr) end(now, *leg, disconnected(now, *leg, DisconnectReason::max_duration));
}

void LegService::on(Instant now, const engine::SpeakingChanged& event) {
    if (Leg* leg = board_.find(event.leg)) report_speaking(now, board_, *leg, event.speaking);
}

void LegService::on(Instant, const engine::TransportChanged& event) {
    Leg* leg = board_.find(event.leg);
    if (leg == nullptr || !leg->signalling.change_pending) return;
    const auto before = std::exchange(leg->signalling.before, nullptr);
    leg->signalling.change_pending = false;
    if (event.succeeded) return;
    leg->signalling = taken_back(std::move(leg->signalling), *before);
    board_.tell(leg->id);
}

void LegService::on(Instant, const engine::CandidateGathered& event) {
    if (!local_.add_gathered(event.candidate)) return;
    // A leg that may have been told `done` must not get another one (contract 01): it is for coming legs.
    if (config_.gathering_done) return;
    const std::string line = event.candidate.to_line();
    board_.for_each_leg([&](Leg& leg) {
        if (leg.signalling.undelivered.size() < kMaxUndelivered) leg.signalling.undelivered.push_back(line);
        board_.tell(leg.id);
    });
}

void LegService::on(Instant, const engine::CandidateLost& event) { local_.forget(event.candidate); }

void LegService::on(Instant, const engine::GatheringDone&) {
    config_.gathering_done = true;
    board_.for_each_leg([&](Leg& leg) { board_.tell(leg.id); });
}

}  // namespace legroom::call
