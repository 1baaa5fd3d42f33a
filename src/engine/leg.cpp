#include "engine/leg.hpp"

#include "engine/room.hpp"
#include "rtp/packet.hpp"
#include "sdp/direction.hpp"

namespace legroom::engine {

Leg::Leg(const CreateLeg& command, peer::PeerConfig peer, Random& random, Instant now)
    : id_(command.leg),
      direction_(command.negotiated.direction),
      opus_payload_type_(command.negotiated.opus.payload_type),
      peer_(std::move(peer), random, now),
      incoming_(kRateAlone),
      outgoing_(SendConfig::from(command.negotiated, command.ssrc, kRateAlone), random) {}

void Leg::receive(Instant at, Bytes plain_rtp) {
    const auto packet = rtp::parse_packet(plain_rtp);
    if (packet && sdp::receives(direction_) && packet->header.payload_type == opus_payload_type_)
        incoming_.push(at, *packet);
}

bool Leg::pull(Instant now, audio::Frame& out) {
    return incoming_.pull(now, out) != Heard::silence && !muted_;
}

void Leg::play(Instant now, const audio::Frame* heard) {
    if (!peer_.connected() || !sdp::sends(direction_)) return;
    adapt_to_loss();
    ByteVector packet;
    outgoing_.next(heard, packet);
    peer_.send_rtp(now, std::move(packet));
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
    const auto& report = peer_.reports().outgoing().last_report();
    if (!report || report->fraction_lost == reported_loss_) return;
    reported_loss_ = report->fraction_lost;
    outgoing_.set_expected_loss(reported_loss_ * 100 / 256);
}

}  // namespace legroom::engine
