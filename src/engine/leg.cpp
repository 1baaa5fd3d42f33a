#include "engine/leg.hpp"

#include <utility>

#include "engine/room.hpp"
#include "rtp/packet.hpp"
#include "sdp/direction.hpp"

namespace legroom::engine {

Leg::Leg(const CreateLeg& command, peer::PeerConfig peer, Random& random, Instant now)
    : id_(command.leg),
      direction_(command.negotiated.direction),
      opus_payload_type_(command.negotiated.opus.payload_type),
      ssrc_(command.ssrc),
      connection_(std::move(peer), random, now),
      incoming_(kRateAlone),
      outgoing_(SendConfig::from(command.negotiated, command.ssrc, kRateAlone), random),
      role_(command.role) {}

std::optional<Ssrc> Leg::receive(Instant at, Bytes plain_rtp) {
    const auto packet = rtp::parse_packet(plain_rtp);
    if (!packet) return std::nullopt;
    if (sdp::receives(direction_) && packet->header.payload_type == opus_payload_type_)
        incoming_.push(at, *packet);
    if (heard_ssrc_ == packet->header.ssrc) return std::nullopt;
    heard_ssrc_ = packet->header.ssrc;
    return heard_ssrc_;
}

void Leg::negotiate(const sdp::Negotiated& negotiated) {
    direction_ = negotiated.direction;
    opus_payload_type_ = negotiated.opus.payload_type;
    outgoing_.negotiate(SendConfig::from(negotiated, ssrc_, outgoing_.rate()));
}

void Leg::negotiate_when_replaced(const ChangeLeg& change) {
    renegotiation_ = {change.negotiated, change.ssrc};
}

void Leg::end_replacement(bool succeeded, Random& random) {
    const auto agreed = std::exchange(renegotiation_, std::nullopt);
    if (!succeeded || !agreed) return;
    direction_ = agreed->negotiated.direction;
    opus_payload_type_ = agreed->negotiated.opus.payload_type;
    ssrc_ = agreed->ssrc;
    incoming_ = ReceivePath{incoming_.rate()};
    outgoing_ = SendPath{SendConfig::from(agreed->negotiated, ssrc_, outgoing_.rate()), random};
}

bool Leg::pull(Instant now, audio::Frame& out) {
    const bool sounds = incoming_.pull(now, out) != Heard::silence;
    gain_.apply(out.samples());
    return sounds && !muted_;
}

void Leg::play(Instant now, const audio::Frame* heard) {
    if (!connection_.connected() || !sdp::sends(direction_)) return;
    adapt_to_loss();
    ByteVector packet;
    outgoing_.next(heard, packet);
    connection_.send_rtp(now, std::move(packet));
}

void Leg::tick_alone(Instant now) {
    audio::Frame unheard;
    pull(now, unheard);
    play(now, nullptr);
}

void Leg::set_room(Room* room) {
    room_ = nullptr;
    if (room == nullptr) return;
    incoming_.set_rate(room->rate());
    outgoing_.set_rate(room->rate());
    room_ = room;
}

void Leg::adapt_to_loss() {
    const auto& report = connection_.reports().outgoing().last_report();
    if (!report || report->fraction_lost == reported_loss_) return;
    reported_loss_ = report->fraction_lost;
    outgoing_.set_expected_loss(reported_loss_ * 100 / 256);
}

}  // namespace legroom::engine
