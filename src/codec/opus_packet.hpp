#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "codec/error.hpp"

namespace legroom::codec {

/// Opus over RTP counts in 48 kHz whatever is coded (RFC 7587 §4.1).
inline constexpr std::uint32_t kRtpClockRate = 48'000;
inline constexpr std::uint32_t kRtpTicksPerFrame = kRtpClockRate / 50;

/// The longest packet there can be (RFC 6716 §3.4, R5).
inline constexpr std::chrono::milliseconds kMaxPacketDuration{120};
constexpr std::size_t max_packet_samples(SampleRate rate) { return 6 * samples_per_tick(rate); }

/// 20 ms of digital silence: one CELT frame, fullband, mono (TOC 0xf8), that says nothing but "silence".
/// Constant, so it costs no encoder; any decoder plays zeros for it once the sound before has rung out.
inline constexpr std::array<std::uint8_t, 3> kSilenceFrame{0xf8, 0xff, 0xfe};

/// How long a packet plays, 2.5 to 120 ms. Checks the whole framing (RFC 6716 §3.4): what passes here the
/// decoder takes.
Result<Duration> packet_duration(Bytes packet);

/// Whether the packet repeats a coarse copy of the frame before it (in-band FEC: LBRR, RFC 6716 §4.2.4).
/// False for a bad packet.
bool carries_fec(Bytes packet);

}  // namespace legroom::codec
