#include "engine/leg.hpp"

#include "engine/room.hpp"
#include "rtp/packet.hpp"

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
    if (packet && heard_by_us() && packet->header.payload_type == opus_payload_type_) incoming_.push(at, *packet);
}

bool Leg::pull(Instant now, audio::Frame& out) {
    return incoming_.pull(now, out) != Heard::silence && !muted_;
}

void Leg::play(Instant now, const audio::Frame* heard) {
    if (!peer_.connected() || !hears_us()) return;
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
    room_ = room;
    const SampleRate rate = room == nullptr ? kRateAlone : room->rate();
    incoming_.set_rate(rate);
    outgoing_.set_rate(rate);
}

bool Leg::hears_us() const {
    return direction_ == sdp::Direction::sendrecv || direction_ == sdp::Direction::sendonly;
}

bool Leg::heard_by_us() const {
    return direction_ == sdp::Direction::sendrecv || direction_ == sdp::Direction::recvonly;
}

}  // namespace legroom::engine
