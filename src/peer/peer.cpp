#include "peer/peer.hpp"

#include <algorithm>

#include "peer/demux.hpp"
#include "rtp/packet.hpp"

namespace legroom::peer {
namespace {

constexpr Duration kAssumedRoundTrip = std::chrono::milliseconds{100};  ///< Until a check was answered.

ice::FailureCode code_of(dtls::FailureKind kind) {
    switch (kind) {
        case dtls::FailureKind::fingerprint:
            return ice::FailureCode::dtls_fingerprint;
        case dtls::FailureKind::timeout:
            return ice::FailureCode::dtls_timeout;
        case dtls::FailureKind::refused:
            break;
    }
    return ice::FailureCode::dtls_failed;
}

}  // namespace

Peer::Peer(PeerConfig config, Random& random, Instant now)
    : connectivity_(config.ice, random, now),
      handshake_(std::move(config.dtls)),
      reports_(std::move(config.reports), random),
      presence_(config.interrupted_after, config.reconnect_grace),
      setup_deadline_(now + config.ice.setup_timeout) {
    milestones_.created = now;
    settle(now);
}

void Peer::add_local_candidate(Instant now, const ice::Candidate& candidate) {
    if (phase_ == Phase::ended) return;
    connectivity_.add_local_candidate(now, candidate);
    settle(now);
}

void Peer::add_remote_candidate(Instant now, const ice::Candidate& candidate) {
    if (phase_ == Phase::ended) return;
    if (!milestones_.first_remote_candidate) milestones_.first_remote_candidate = now;
    connectivity_.add_remote_candidate(now, candidate);
    settle(now);
}

void Peer::remove_local(Instant now, const Endpoint& base) {
    if (phase_ == Phase::ended) return;
    connectivity_.remove_local(now, base);
    settle(now);
}

void Peer::path_closed(Instant now, const Path& path) {
    if (phase_ == Phase::ended) return;
    connectivity_.path_closed(now, path);
    settle(now);
}

void Peer::restart_ice(Instant now, ice::AgentConfig next) {
    if (phase_ == Phase::ended) return;
    setup_deadline_ = std::max(setup_deadline_, now + next.setup_timeout);
    connectivity_.restart(now, std::move(next));
    settle(now);
}

void Peer::handle_datagram(Instant now, const Path& path, MutableBytes datagram) {
    if (phase_ == Phase::ended) return;
    const Protocol protocol = protocol_of(datagram);
    if (protocol == Protocol::stun) {
        connectivity_.handle_datagram(now, path, datagram);
    } else if (protocol == Protocol::media) {
        handle_media(now, path, datagram);
    } else if (protocol == Protocol::unknown) {
        ++counters_.unknown_protocol;
    } else if (connectivity_.has_heard(path)) {
        handshake_.handle_datagram(now, datagram);
    } else {
        ++counters_.invalid_path;
    }
    settle(now);
}

void Peer::handle_timeout(Instant now) {
    if (phase_ == Phase::ended) return;
    connectivity_.handle_timeout(now);
    if (connectivity_.path()) handshake_.handle_timeout(now);
    settle(now);
    if (phase_ == Phase::connected && now >= reports_.deadline()) send_reports(now);
    if (phase_ == Phase::connecting && now >= setup_deadline_)
        fail(ice::FailureCode::dtls_timeout, "the DTLS handshake did not finish in time");
}

void Peer::send_rtp(Instant now, ByteVector packet) {
    if (phase_ != Phase::connected) return;
    reports_.on_sent(now, packet);
    if (sender_->protect_rtp(packet)) transmit(std::move(packet));
}

void Peer::close(Instant now) {
    if (phase_ == Phase::connected) send_protected_rtcp(reports_.goodbye(now));
    if (phase_ != Phase::ended) handshake_.close();
    settle(now);
    phase_ = Phase::ended;
}

void Peer::abandon(std::string detail) {
    if (phase_ != Phase::ended) fail(ice::FailureCode::internal, std::move(detail));
}

std::optional<Output> Peer::poll() {
    if (outbox_.empty()) return std::nullopt;
    Output output = std::move(outbox_.front());
    outbox_.pop_front();
    return output;
}

std::optional<Instant> Peer::deadline() const {
    if (phase_ == Phase::ended) return std::nullopt;
    Instant earliest = phase_ == Phase::connected ? reports_.deadline() : setup_deadline_;
    // Without a path nothing is sent again: the handshake keeps its attempts for when there is one.
    const auto handshake = connectivity_.path() ? handshake_.deadline() : std::nullopt;
    for (const auto& other : {connectivity_.deadline(), handshake, presence_.deadline()}) {
        if (other && *other < earliest) earliest = *other;
    }
    return earliest;
}

PeerReport Peer::report(Instant now) const {
    PeerReport report;
    report.ice = connectivity_.report(now);
    report.dtls = dtls_state();
    report.interrupted = presence_.interrupted();
    report.restarting = connectivity_.restarting();
    report.milestones = milestones_;
    report.last_heard = last_heard();
    report.last_media = last_media_;
    return report;
}

DtlsState Peer::dtls_state() const {
    if (phase_ == Phase::ended) return DtlsState::closed;
    if (phase_ == Phase::connected) return DtlsState::established;
    return milestones_.first_valid_pair ? DtlsState::handshaking : DtlsState::waiting;
}

std::optional<Instant> Peer::last_heard() const { return connectivity_.last_heard(); }

void Peer::handle_media(Instant now, const Path& path, MutableBytes datagram) {
    if (!receiver_) {
        ++counters_.before_keys;
    } else if (rtp::is_rtcp(datagram) ? handle_rtcp(now, datagram) : handle_rtp(now, datagram)) {
        connectivity_.media_arrived(now, path);
    }
}

/// True: it was authentic.
bool Peer::handle_rtp(Instant now, MutableBytes datagram) {
    const auto plain = receiver_->unprotect_rtp(datagram);
    if (!plain) {
        ++counters_.srtp_refused;
        return false;
    }
    last_media_ = now;
    const auto packet = rtp::parse_packet(*plain);
    if (!packet) {
        ++counters_.malformed;
        return true;
    }
    if (!milestones_.first_media) milestones_.first_media = now;
    reports_.on_received(now, packet->header);
    outbox_.emplace_back(RtpReceived{now, ByteVector(plain->begin(), plain->end())});
    return true;
}

/// True: it was authentic.
bool Peer::handle_rtcp(Instant now, MutableBytes datagram) {
    const auto plain = receiver_->unprotect_rtcp(datagram);
    if (!plain) {
        ++counters_.srtp_refused;
        return false;
    }
    last_report_ = now;
    if (!reports_.on_compound(now, *plain)) ++counters_.malformed;
    return true;
}

void Peer::send_reports(Instant now) { send_protected_rtcp(reports_.compound(now)); }

void Peer::send_protected_rtcp(ByteVector compound) {
    if (sender_->protect_rtcp(compound)) transmit(std::move(compound));
}

void Peer::settle(Instant now) {
    while (phase_ != Phase::ended) {
        if (auto output = connectivity_.poll()) {
            act(now, std::move(*output));
        } else if (auto record = handshake_.poll()) {
            act(now, std::move(*record));
        } else {
            return watch(now);
        }
    }
}

void Peer::act(Instant now, ConnectivityOutput output) {
    if (auto* datagram = std::get_if<Transmit>(&output)) {
        if (!milestones_.first_check) milestones_.first_check = now;
        outbox_.emplace_back(std::move(*datagram));
    } else if (const auto* path = std::get_if<PathReady>(&output)) {
        if (path->nominated && !milestones_.nominated) milestones_.nominated = now;
        on_path(now);
    } else if (auto* none = std::get_if<NoPath>(&output)) {
        fail(none->code, std::move(none->reason));
    } else {
        outbox_.emplace_back(std::get<RestartEnded>(output));
    }
}

void Peer::act(Instant now, dtls::Output output) {
    if (auto* datagram = std::get_if<dtls::Datagram>(&output)) {
        transmit(std::move(datagram->bytes));
    } else if (const auto* established = std::get_if<dtls::Established>(&output)) {
        on_keys(now, established->keys);
    } else if (auto* failed = std::get_if<dtls::Failed>(&output)) {
        fail(code_of(failed->kind), std::move(failed->reason));
    } else {
        fail(ice::FailureCode::closed_by_peer, "closed by the peer");
    }
}

void Peer::on_path(Instant now) {
    if (milestones_.first_valid_pair) return;
    milestones_.first_valid_pair = now;
    handshake_.start(now, connectivity_.round_trip().value_or(kAssumedRoundTrip));
}

void Peer::on_keys(Instant now, const SrtpKeys& keys) {
    auto sender = srtp::Sender::create(keys.profile, keys.local);
    auto receiver = srtp::Receiver::create(keys.profile, keys.remote);
    if (!sender || !receiver)
        return fail(ice::FailureCode::dtls_failed, "the handshake's keys do not fit the SRTP profile");
    sender_.emplace(std::move(*sender));
    receiver_.emplace(std::move(*receiver));
    phase_ = Phase::connected;
    milestones_.dtls_established = now;
    reports_.start(now);
    presence_.start(now);
    outbox_.emplace_back(Connected{});
}

/// Whether the peer is still there.
void Peer::watch(Instant now) {
    while (const auto change = presence_.update(now, last_heard())) {
        if (*change == Presence::Change::lost)
            return fail(ice::FailureCode::consent_expired, "not heard any more");
        if (*change == Presence::Change::interrupted) outbox_.emplace_back(Interrupted{});
        if (*change == Presence::Change::resumed) outbox_.emplace_back(Resumed{});
    }
}

void Peer::fail(ice::FailureCode code, std::string detail) {
    outbox_.emplace_back(Failed{code, std::move(detail)});
    phase_ = Phase::ended;
}

void Peer::transmit(ByteVector bytes) {
    if (const auto path = connectivity_.path()) outbox_.emplace_back(Transmit{*path, std::move(bytes)});
}

}  // namespace legroom::peer
