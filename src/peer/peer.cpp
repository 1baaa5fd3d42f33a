#include "peer/peer.hpp"

#include "peer/demux.hpp"
#include "rtp/packet.hpp"

namespace legroom::peer {
namespace {

constexpr Duration kAssumedRoundTrip = std::chrono::milliseconds{100};  ///< Until a check was answered.

}  // namespace

Peer::Peer(PeerConfig config, Random& random, Instant now)
    : agent_(config.ice, random, now),
      handshake_(std::move(config.dtls)),
      reports_(std::move(config.reports), random),
      setup_deadline_(now + config.ice.setup_timeout) {
    settle(now);
}

void Peer::add_local_candidate(Instant now, const ice::Candidate& candidate) {
    if (phase_ == Phase::ended) return;
    agent_.add_local_candidate(now, candidate);
    settle(now);
}

void Peer::add_remote_candidate(Instant now, const ice::Candidate& candidate) {
    if (phase_ == Phase::ended) return;
    agent_.add_remote_candidate(now, candidate);
    settle(now);
}

void Peer::handle_datagram(Instant now, const Path& path, MutableBytes datagram) {
    if (phase_ == Phase::ended) return;
    const Protocol protocol = protocol_of(datagram);
    if (protocol == Protocol::stun) {
        agent_.handle_datagram(now, path, datagram);
    } else if (protocol == Protocol::unknown) {
        ++counters_.unknown_protocol;
    } else if (protocol == Protocol::dtls && agent_.has_heard(path)) {
        handshake_.handle_datagram(now, datagram);
    } else if (protocol == Protocol::media && agent_.is_valid(path)) {
        handle_media(now, datagram);
    } else {
        ++counters_.invalid_path;
    }
    settle(now);
}

void Peer::handle_timeout(Instant now) {
    if (phase_ == Phase::ended) return;
    agent_.handle_timeout(now);
    handshake_.handle_timeout(now);
    settle(now);
    if (phase_ == Phase::connected && now >= reports_.deadline()) send_reports(now);
    if (phase_ == Phase::connecting && now >= setup_deadline_)
        fail("the DTLS handshake did not finish in time");
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
    if (phase_ != Phase::ended) fail(std::move(detail));
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
    for (const auto& other : {agent_.deadline(), handshake_.deadline()}) {
        if (other && *other < earliest) earliest = *other;
    }
    return earliest;
}

void Peer::handle_media(Instant now, MutableBytes datagram) {
    if (!receiver_) {
        ++counters_.before_keys;
    } else if (rtp::is_rtcp(datagram)) {
        handle_rtcp(now, datagram);
    } else {
        handle_rtp(now, datagram);
    }
}

void Peer::handle_rtp(Instant now, MutableBytes datagram) {
    const auto plain = receiver_->unprotect_rtp(datagram);
    if (!plain) {
        ++counters_.srtp_refused;
        return;
    }
    const auto packet = rtp::parse_packet(*plain);
    if (!packet) {
        ++counters_.malformed;
        return;
    }
    reports_.on_received(now, packet->header);
    outbox_.emplace_back(RtpReceived{now, ByteVector(plain->begin(), plain->end())});
}

void Peer::handle_rtcp(Instant now, MutableBytes datagram) {
    const auto plain = receiver_->unprotect_rtcp(datagram);
    if (!plain) {
        ++counters_.srtp_refused;
    } else if (!reports_.on_compound(now, *plain)) {
        ++counters_.malformed;
    }
}

void Peer::send_reports(Instant now) { send_protected_rtcp(reports_.compound(now)); }

void Peer::send_protected_rtcp(ByteVector compound) {
    if (sender_->protect_rtcp(compound)) transmit(std::move(compound));
}

void Peer::settle(Instant now) {
    while (phase_ != Phase::ended) {
        if (auto output = agent_.poll()) {
            act(now, std::move(*output));
        } else if (auto record = handshake_.poll()) {
            act(now, std::move(*record));
        } else {
            return;
        }
    }
}

void Peer::act(Instant now, ice::Output output) {
    if (auto* datagram = std::get_if<Transmit>(&output)) {
        outbox_.emplace_back(std::move(*datagram));
    } else if (std::holds_alternative<ice::PathChanged>(output)) {
        on_path(now);
    } else if (auto& change = std::get<ice::StateChanged>(output);
               change.state == ice::State::failed || change.state == ice::State::expired) {
        fail(std::move(change.reason));
    }
}

void Peer::act(Instant now, dtls::Output output) {
    if (auto* datagram = std::get_if<dtls::Datagram>(&output)) {
        transmit(std::move(datagram->bytes));
    } else if (const auto* established = std::get_if<dtls::Established>(&output)) {
        on_keys(now, established->keys);
    } else if (auto* failed = std::get_if<dtls::Failed>(&output)) {
        fail(std::move(failed->reason));
    } else {
        fail("closed by the peer");
    }
}

void Peer::on_path(Instant now) {
    if (handshake_started_) return;
    handshake_started_ = true;
    handshake_.start(now, agent_.round_trip().value_or(kAssumedRoundTrip));
}

void Peer::on_keys(Instant now, const SrtpKeys& keys) {
    auto sender = srtp::Sender::create(keys.profile, keys.local);
    auto receiver = srtp::Receiver::create(keys.profile, keys.remote);
    if (!sender || !receiver) return fail("the handshake's keys do not fit the SRTP profile");
    sender_.emplace(std::move(*sender));
    receiver_.emplace(std::move(*receiver));
    phase_ = Phase::connected;
    reports_.start(now);
    outbox_.emplace_back(Connected{});
}

void Peer::fail(std::string detail) {
    phase_ = Phase::ended;
    outbox_.emplace_back(Failed{std::move(detail)});
}

void Peer::transmit(ByteVector bytes) {
    if (const auto path = agent_.path()) outbox_.emplace_back(Transmit{*path, std::move(bytes)});
}

}  // namespace legroom::peer
