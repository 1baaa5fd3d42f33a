#include "engine/leg.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "audio/gain.hpp"
#include "engine/room.hpp"
#include "rtp/audio_level.hpp"
#include "rtp/packet.hpp"
#include "sdp/direction.hpp"

namespace legroom::engine {
namespace {

StreamFigures figures_of(const ReceivePath& incoming) {
    const ReceiveCounters& path = incoming.counters();
    const jitter::Counters& buffer = incoming.jitter_counters();
    StreamFigures figures;
    figures.received = buffer.received + path.malformed;
    figures.lost = buffer.lost;
    figures.late = buffer.late;
    figures.duplicate = buffer.duplicate;
    figures.overflowed = buffer.overflowed;
    figures.malformed = path.malformed + buffer.oversized + buffer.strayed;
    figures.recovered = path.recovered_fec;
    figures.concealed = path.concealed;
    return figures;
}

}  // namespace

Leg::Leg(const CreateLeg& command, peer::PeerConfig peer, Random& random, Instant now)
    : id_(command.leg),
      ssrc_(command.ssrc),
      connection_(std::move(peer), random, now),
      incoming_(kRateAlone),
      outgoing_(SendConfig::from(command.negotiated, command.ssrc, kRateAlone), random),
      role_(command.role),
      muted_(command.muted),
      deaf_(command.deaf) {
    if (command.max_duration) expires_ = now + *command.max_duration;
    if (command.speech_detection) speech_.emplace();
    negotiate_media(command.negotiated);
}

void Leg::negotiate_media(const sdp::Negotiated& negotiated) {
    direction_ = negotiated.direction;
    opus_payload_type_ = negotiated.opus.payload_type;
    telephone_event_48k_ = negotiated.telephone_event_48k;
    telephone_event_8k_ = negotiated.telephone_event_8k;
    audio_level_extension_ =
        sdp::receives(negotiated.audio_level_direction) ? negotiated.audio_level_extension : std::nullopt;
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
        incoming_.push(at, packet, level_of(packet));
    } else if (type == telephone_event_48k_) {
        return keys_.receive(at, packet, 48'000);
    } else if (type == telephone_event_8k_) {
        return keys_.receive(at, packet, 8'000);
    }
    return std::nullopt;
}

std::optional<std::uint8_t> Leg::level_of(const rtp::Packet& packet) const {
    if (!speech_ || !audio_level_extension_) return std::nullopt;
    const auto data = rtp::find_extension(packet, *audio_level_extension_);
    const auto level = data ? rtp::parse_audio_level(*data) : std::nullopt;
    return level ? std::optional{level->minus_dbov} : std::nullopt;
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
    figures_ += figures_of(incoming_);
    incoming_ = ReceivePath{incoming_.rate()};
    incoming_.set_tap(packet_tap_);
    SendPath fresh{SendConfig::from(agreed->negotiated, ssrc_, outgoing_.rate()), random};
    fresh.adopt_digits(outgoing_);
    if (!sdp::sends(direction_)) fresh.drop_digits();
    outgoing_ = std::move(fresh);
}

bool Leg::pull(Instant now, audio::Frame& out) {
    const Heard heard = incoming_.pull(now, out);
    const bool sounds = heard != Heard::silence;
    watch_speech(heard, out);
    if (sounds && tap_ != nullptr) tap_->said.take(out);
    if (sounds && track_ != nullptr) track_->said.take(out);
    gain_.apply(out.samples());
    return sounds && !muted_;
}

void Leg::set_packet_tap(PacketTap* tap) {
    packet_tap_ = tap;
    incoming_.set_tap(tap);
}

/// What had to be invented is no voice, however loud (contract 04).
void Leg::watch_speech(Heard heard, const audio::Frame& frame) {
    if (!speech_ || muted_) return;
    const bool came = heard == Heard::decoded;
    const auto level = incoming_.level();
    speech_->update(came && (level ? audio::voiced_level(*level) : audio::voiced(frame.samples())));
}

bool Leg::take_expired(Instant now) {
    if (!expires_ || now < *expires_) return false;
    expires_.reset();
    return true;
}

std::optional<bool> Leg::take_speaking_change() {
    if (!speech_ || speech_->speaking() == speaking_told_) return std::nullopt;
    return speaking_told_ = speech_->speaking();
}

void Leg::set_muted(bool muted) {
    muted_ = muted;
    if (muted && speech_) speech_->reset();
}

bool Leg::can_be_sent_to() const { return connection_.connected() && sdp::sends(direction_); }

bool Leg::play(Instant now, const audio::Frame* heard) {
    if (!can_be_sent_to()) {
        player_.wait();
        tap_heard(heard);
        return false;
    }
    adapt_to_loss();
    if (player_.empty()) return send(now, heard);
    audio::Frame mixed{outgoing_.rate()};
    return send(now, add_played(heard, mixed));
}

bool Leg::send(Instant now, const audio::Frame* heard) {
    tap_heard(heard);
    ByteVector packet;
    const bool sound_left = outgoing_.next(heard, packet);
    if (sound_left) player_.sent();
    connection_.send_rtp(now, std::move(packet));
    ++figures_.sent;
    return sound_left;
}

void Leg::tap_heard(const audio::Frame* heard) {
    if (heard != nullptr && tap_ != nullptr) tap_->heard.take(*heard);
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

StreamFigures Leg::figures() const {
    StreamFigures all = figures_;
    return all += figures_of(incoming_);
}

std::optional<PathQuality> Leg::take_path_quality() {
    const peer::Reports& reports = connection_.reports();
    const auto& report = reports.outgoing().last_report();
    if (!report || report->highest_sequence == reported_sequence_) return std::nullopt;
    reported_sequence_ = report->highest_sequence;
    PathQuality quality;
    quality.round_trip = reports.outgoing().round_trip();
    if (const auto& incoming = reports.incoming(); incoming && incoming->valid())
        quality.jitter = incoming->jitter();
    return quality;
}

void Leg::tick_alone(Instant now) {
    audio::Frame unheard;
    pull(now, unheard);
    play(now, nullptr);
}

void Leg::set_room(Room* room) {
    room_ = nullptr;
    if (speech_) speech_->reset();
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
