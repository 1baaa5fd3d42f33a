#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"
#include "record/tape_ends.hpp"

/// As much of Opus as a file of its packets needs: the first byte of each, its table of contents (RFC 6716
/// §3.1).
namespace legroom::record {

/// The shortest frame there is, 2.5 ms: whatever takes time in Opus is a multiple of this.
inline constexpr Position kShortestOpusFrame = 120;

/// Of each frame in a packet that begins with `toc`.
Position opus_frame_duration(std::uint8_t toc);
bool opus_is_stereo(std::uint8_t toc);

/// The first packet of those that are to fill a gap (of kShortestOpusFrame at least) after a packet with
/// `toc`: a TOC byte and no frame, by which a decoder conceals (RFC 7845 §4.1). Its mode, bandwidth, channels
/// and frame size are those before as long as the gap lasts that long; then shorter frames, and at last,
/// after SILK and Hybrid, which have none below 10 ms, CELT.
std::uint8_t concealing_toc(std::uint8_t toc, Position gap);

/// A packet that plays zeros, of one CELT frame: fullband, mono.
struct SilencePacket {
    Position duration = 0;
    std::array<std::uint8_t, 3> bytes{};
};
/// The longest that fits into a gap of kShortestOpusFrame at least, 20 ms at most.
SilencePacket silence_packet(Position gap);

}  // namespace legroom::record
