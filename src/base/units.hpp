#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace legroom {

enum class Ssrc : std::uint32_t {};  ///< RFC 3550 §3, host byte order.

/// Hz. The rates a room can have; each is one Opus decodes to directly (RFC 6716 §2).
enum class SampleRate : std::uint32_t { k8000 = 8'000, k16000 = 16'000, k24000 = 24'000, k48000 = 48'000 };

constexpr std::uint32_t hz(SampleRate rate) { return static_cast<std::uint32_t>(rate); }

/// The heartbeat of every room: one frame of audio.
inline constexpr std::chrono::milliseconds kTick{20};

/// Samples of one mono 20 ms frame: 160 to 960.
constexpr std::size_t samples_per_tick(SampleRate rate) { return hz(rate) / 50; }

/// RTP sequence number, ordered by RFC 1982 distance: 65535 comes before 0. Only numbers less than
/// 32768 apart compare meaningfully, so this is no key for a std::map that lives long.
struct SequenceNumber {
    std::uint16_t value = 0;

    friend constexpr bool operator==(SequenceNumber, SequenceNumber) = default;
    friend constexpr bool operator<(SequenceNumber a, SequenceNumber b) {
        return a != b && static_cast<std::uint16_t>(b.value - a.value) < 0x8000;
    }
};

}  // namespace legroom
