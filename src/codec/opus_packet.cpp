#include "codec/opus_packet.hpp"

#include <algorithm>
#include <optional>
#include <opus.h>

namespace legroom::codec {

namespace {

constexpr int kMaxFrames = 48;  ///< RFC 6716 §3.2.5: 120 ms of 2.5 ms frames.
constexpr std::uint8_t kFirstCeltConfig = 16;
constexpr std::uint8_t kStereoBit = 0x04;

/// A packet taken apart; views into it.
struct Framing {
    std::uint8_t toc = 0;
    int frames = 0;
    std::uint32_t ticks_per_frame = 0;
    Bytes first_frame;
};

std::optional<Framing> parse(Bytes packet) {
    if (packet.empty()) return std::nullopt;
    Framing framing;
    std::array<const unsigned char*, kMaxFrames> frames{};
    std::array<opus_int16, kMaxFrames> sizes{};
    framing.frames = opus_packet_parse(packet.data(), static_cast<opus_int32>(packet.size()), &framing.toc,
                                       frames.data(), sizes.data(), nullptr);
    if (framing.frames <= 0) return std::nullopt;
    framing.ticks_per_frame =
        static_cast<std::uint32_t>(opus_packet_get_samples_per_frame(packet.data(), kRtpClockRate));
    framing.first_frame = {frames[0], static_cast<std::size_t>(sizes[0])};
    return framing;
}

}  // namespace

Result<Duration> packet_duration(Bytes packet) {
    const auto framing = parse(packet);
    if (!framing) return Error::bad_packet;
    const std::int64_t ticks = std::int64_t{framing->ticks_per_frame} * framing->frames;
    const Duration duration{ticks * 1'000'000 / kRtpClockRate};
    if (duration > kMaxPacketDuration) return Error::bad_packet;
    return duration;
}

bool carries_fec(Bytes packet) {
    const auto framing = parse(packet);
    if (!framing || framing->toc >> 3 >= kFirstCeltConfig || framing->first_frame.empty()) return false;

    // A SILK frame begins with a VAD bit per 20 ms and then the LBRR flag, for mid and in stereo again for
    // side; all of even odds, so the range coder leaves them plain (RFC 6716 §4.2.3).
    const std::uint32_t vad_bits = std::max(1U, framing->ticks_per_frame / kRtpTicksPerFrame);
    const std::uint32_t bits = framing->first_frame.front();
    const bool mid = (bits >> (7 - vad_bits) & 1) != 0;
    const bool side = (bits >> (6 - 2 * vad_bits) & 1) != 0;
    const bool stereo = (framing->toc & kStereoBit) != 0;
    return mid || (stereo && side);
}

}  // namespace legroom::codec
