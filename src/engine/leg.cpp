#include "engine/leg.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "audio/gain.hpp"
#include "engine/room.hpp"
#include "rtp/packet.hpp"
#include "sdp/direction.hpp"

namespace legroom::engine {

Leg::Leg(const CreateLeg& command, peer::PeerConfig peer, Random& random, Instant now)
    : id_(command.leg),
      ssrc_(command.ssrc),
      connection_(std::move(peer), random, now),
      incoming_(kRateAlone),
      outgoing_(SendConfig::from(command.negotiated, command.ssrc, kRateAlone), random),
      role_(command.role) {
    negotiate_media(command.negotiated);
}

void Leg::negotiate_media(const sdp::Negotiated& negotiated) {
    direction_ = negotiated.direction;
    opus_payload_type_ = negotiated.opus.payload_type;
    telephone_event_48k_ = negotiated.telephone_event_48k;
    telephone_event_8k_ = negotiated.telephone_event_8k;
}

Received Leg::receive(Instant at, Bytes plain_rtp) {
    Received received;
    const auto packet = rtp::parse_packet(plain_rtp);
    if (!packet) return received;
    if (sdp::receives(direction_)) received.digit = hear(at, *packet);
    if (heard_ssrc_ != packet->header.ssrc) received.new_ssrc = heard_ssrc_ = packet->header.ssrc;
    return received;
}

std::optional<char> Leg::hear(Instant at, const rtp::Packet& packet) {
    const std::uint8_t type = packet.header.payload_type;
    if (type == opus_payload_type_) {
        incoming_.push(at, packet);
    } else if (type == telephone_event_48k_) {
        return keys_.receive(at, packet, 48'000);
    } else if (type == telephone_event_8k_) {
        return keys_.receive(at, packet, 8'000);
    }
    return std::nullopt;
}

void Leg::send_digits(std::string_view digits) {
    for (const char digit : digits) outgoing_.send_digit(digit);
    if (!sdp::sends(direction_)) outgoing_.drop_digits();
}

void Leg::negotiate(const sdp::Negotiated& negotiated) {
    negotiate_media(negotiated);
    if (!sdp::sends(direction_)) outgoing_.drop_digits();
    outgoing_.negotiate(SendConfig::from(negotiated, ssrc_, outgoing_.rate()));
}

void Leg::negotiate_when_replaced(const ChangeLeg& change) {
    renegotiation_ = {change.negotiated, change.ssrc};
}

void Leg::end_replacement(bool succeeded, Random& random) {
    const auto agreed = std::exchange(renegotiation_, std::nullopt);
    if (!succeeded || !agreed) return;
    negotiate_media(agreed->negotiated);
    ssrc_ = agreed->ssrc;
    incoming_ = ReceivePath{incoming_.rate()};
    SendPath fresh{SendConfig::from(agreed->negotiated, ssrc_, outgoing_.rate()), random};
    fresh.adopt_digits(outgoing_);
    if (!sdp::sends(direction_)) fresh.drop_digits();
    outgoing_ = std::move(fresh);
}

bool Leg::pull(Instant now, audio::Frame& out) {
    const bool sounds = incoming_.pull(now, out) != Heard::silence;
    gain_.apply(out.samples());
    return sounds && !muted_;
}

bool Leg::can_be_sent_to() const { return connection_.connected() && sdp::sends(direction_); }

bool Leg::play(Instant now, const audio::Frame* heard) {
    if (!can_be_sent_to()) {
        player_.wait();
        return false;
    }
    adapt_to_loss();
    if (player_.empty()) return send(now, heard);
    audio::Frame mixed{outgoing_.rate()};
    return send(now, add_played(heard, mixed));
}

bool Leg::send(Instant now, const audio::Frame* heard) {
    ByteVector packet;
    const bool sound_left = outgoing_.next(heard, packet);
    if (sound_left) player_.sent();
    connection_.send_rtp(now, std::move(packet));
    return sound_left;
}

/// What it hears then: `heard`, or `mixed`.
const audio::Frame* Leg::add_played(const audio::Frame* heard, audio::Frame& mixed) {
    if (!player_.mix(mixed)) return heard;
    if (heard != nullptr) {
        const auto sum = mixed.samples();
        std::ranges::transform(heard->samples(), sum, sum.begin(), std::plus{});
        audio::clip(sum);
    }
    return &mixed;
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
