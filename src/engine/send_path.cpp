#include "engine/send_path.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "audio/level.hpp"
#include "codec/opus_packet.hpp"
#include "engine/messages.hpp"
#include "rtp/audio_level.hpp"
#include "sdp/direction.hpp"

namespace legroom::engine {

static_assert(rtp::DtmfSender::kMaxWaiting == kMaxDigitsWaiting);

namespace {

codec::OpusSettings settings_for(const sdp::OpusParameters& wanted) {
    codec::OpusSettings settings;
    settings.bitrate = std::min(settings.bitrate, wanted.max_average_bitrate.value_or(settings.bitrate));
    settings.inband_fec = wanted.use_inband_fec;
    settings.cbr = wanted.cbr;
    settings.max_playback_rate = wanted.max_playback_rate;
    return settings;
}

/// Half of all sequence numbers: who misses our first packets must not miss that the number wrapped, or it
/// would guess the rollover counter wrong for good (RFC 3711 §3.3.1).
constexpr std::uint32_t kFirstSequences = 0x8000;

rtp::Header first_header(const SendConfig& config, Random& random) {
    return {.payload_type = config.opus.payload_type,
            .marker = false,
            .sequence = SequenceNumber{static_cast<std::uint16_t>(random.below(kFirstSequences))},
            .timestamp = random.u32(),
            .ssrc = config.ssrc};
}

/// Beside Opus at 48 kHz telephone events have the same clock (RFC 4733 §2.1); who offers none of these gets
/// the other.
std::optional<TelephoneEventFormat> format_of_digits(const sdp::Negotiated& negotiated) {
    if (const auto type = negotiated.telephone_event_48k) return TelephoneEventFormat{*type, 48'000};
    if (const auto type = negotiated.telephone_event_8k) return TelephoneEventFormat{*type, 8'000};
    return std::nullopt;
}

bool says_mid(const SendConfig& config) {
    return config.mid_extension && !config.mid.empty() && config.mid.size() <= rtp::kMaxExtensionData;
}

}  // namespace

SendConfig SendConfig::from(const sdp::Negotiated& negotiated, Ssrc ssrc, SampleRate rate) {
    SendConfig config;
    config.rate = rate;
    config.ssrc = ssrc;
    config.opus = negotiated.opus;
    config.telephone_event = format_of_digits(negotiated);
    config.mid = negotiated.mid;
    if (sdp::sends(negotiated.audio_level_direction))
        config.audio_level_extension = negotiated.audio_level_extension;
    if (sdp::sends(negotiated.mid_direction)) config.mid_extension = negotiated.mid_extension;
    return config;
}

SendPath::SendPath(SendConfig config, Random& random)
    : config_(std::move(config)),
      settings_(settings_for(config_.opus)),
      encoder_(codec::OpusEncoder::create(config_.rate, settings_).value()),
      header_(first_header(config_, random)),
      packets_with_mid_left_(says_mid(config_) ? kPacketsWithMid : 0) {}

void SendPath::negotiate(SendConfig config) {
    config_ = std::move(config);
    settings_ = settings_for(config_.opus);
    encoder_ = codec::OpusEncoder::create(encoder_.rate(), settings_).value();
    header_.payload_type = config_.opus.payload_type;
    packets_with_mid_left_ = says_mid(config_) ? kPacketsWithMid : 0;
    if (!config_.telephone_event) drop_digits();
}

bool SendPath::next(const audio::Frame* heard, ByteVector& rtp_out) {
    const bool pressed = press(rtp_out);
    if (pressed) {
        in_silence_ = true;  // What comes after it is a new talkspurt.
    } else if (heard != nullptr && !heard->silent()) {
        speak(*heard, rtp_out);
    } else {
        fall_silent(rtp_out);
    }
    header_.sequence.value = static_cast<std::uint16_t>(header_.sequence.value + 1);
    header_.timestamp += codec::kRtpTicksPerFrame;
    return !pressed;
}

/// The next packet of a digit. False: none has its turn.
bool SendPath::press(ByteVector& rtp_out) {
    if (!config_.telephone_event) return false;
    const auto packet = digits_.next(header_.timestamp, config_.telephone_event->clock_rate);
    if (!packet) return false;
    rtp::Header header = header_;
    header.payload_type = config_.telephone_event->payload_type;
    header.marker = packet->marker;
    header.timestamp = packet->timestamp;
    payload_.clear();
    rtp::write_telephone_event(payload_, packet->event);
    write(header, payload_, std::nullopt, rtp_out);
    return true;
}

void SendPath::speak(const audio::Frame& heard, ByteVector& rtp_out) {
    assert(heard.rate == rate());
    // The peer's decoder played silence meanwhile: predicting from the sound before would mislead it.
    if (in_silence_) encoder_.reset();
    header_.marker = std::exchange(in_silence_, false);
    write(encode(heard), audio::level_minus_dbov(heard.samples()), rtp_out);
}

void SendPath::fall_silent(ByteVector& rtp_out) {
    header_.marker = false;
    if (std::exchange(in_silence_, true)) return write(codec::kSilenceFrame, audio::kSilentLevel, rtp_out);
    // The encoder looks ahead and still holds the last few milliseconds: push them out.
    write(encode(audio::Frame{rate()}), audio::kSilentLevel, rtp_out);
}

Bytes SendPath::encode(const audio::Frame& frame) {
    payload_.clear();
    if (!encoder_.encode(frame, payload_)) return codec::kSilenceFrame;
    return payload_;
}

void SendPath::write(Bytes payload, std::uint8_t level, ByteVector& rtp_out) {
    const auto level_data =
        rtp::write_audio_level({.voice = level < kFirstLevelWithoutVoice, .minus_dbov = level});
    write(header_, payload, Bytes{level_data}, rtp_out);
}

void SendPath::write(const rtp::Header& header, Bytes payload, std::optional<Bytes> level,
                     ByteVector& rtp_out) {
    std::array<rtp::ExtensionElement, 2> elements{};
    std::size_t count = 0;
    if (config_.audio_level_extension && level) elements[count++] = {*config_.audio_level_extension, *level};
    if (packets_with_mid_left_ > 0) {
        --packets_with_mid_left_;
        elements[count++] = {*config_.mid_extension, as_bytes(config_.mid)};
    }
    rtp::write_packet(rtp_out, header, std::span{elements}.first(count), payload);
}

void SendPath::send_digit(char digit) {
    if (!config_.telephone_event || !digits_.add(digit)) ++digits_dropped_;
}

void SendPath::drop_digits() { digits_dropped_ += digits_.clear(); }

void SendPath::adopt_digits(SendPath& earlier) {
    digits_ = std::move(earlier.digits_);
    digits_dropped_ += std::exchange(earlier.digits_dropped_, 0);
    digits_.start_over();
    if (!config_.telephone_event) drop_digits();
}

DigitTally SendPath::take_digits_done() { return {digits_.take_sent(), std::exchange(digits_dropped_, 0)}; }

void SendPath::set_rate(SampleRate rate) {
    if (rate == encoder_.rate()) return;
    encoder_ = codec::OpusEncoder::create(rate, settings_).value();
}

void SendPath::set_expected_loss(int percent) {
    settings_.expected_loss_percent = percent;
    encoder_.set_expected_loss(percent);
}

}  // namespace legroom::engine
