#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "audio/frame.hpp"

namespace legroom::audio {

/// A tone by which a telephone network tells how a call stands (ITU-T E.180 Supplement 2).
struct CallTone {
    std::string_view country;           ///< Two letters: "de".
    std::string_view kind;              ///< "ringback", "busy", "dial" or "congestion".
    std::array<std::uint32_t, 2> hz{};  ///< Sounding together; the second may be 0: one alone.
    std::uint32_t modulation_hz = 0;    ///< Of the loudness, from nothing to full; 0: none.
    /// Milliseconds on, off, on, off, again and again. All 0: without a break.
    std::array<std::uint32_t, 4> cadence_ms{};
};

/// Peak of a tone. Two frequencies share it.
inline constexpr float kCallToneLevel = 0.7F;
/// A tone that begins or ends at once would click.
inline constexpr std::chrono::milliseconds kCallToneRamp{2};

std::span<const CallTone> call_tones();

/// "de_busy"; without a country that of the United States; `uk` is `gb`; in any case of letters. nullptr:
/// none of that name. It lives as long as the program.
const CallTone* find_call_tone(std::string_view name);

/// All names, in the order of call_tones(): "us_ringback, us_busy, …".
std::string call_tone_names();

/// Overwrites the frame with the 20 ms that begin `tick` times 20 ms after the tone's beginning. Whatever the
/// frame's rate, it is the same tone at the same moment: nothing is kept from one frame to the next.
void fill(const CallTone& tone, std::uint64_t tick, Frame& frame);

}  // namespace legroom::audio
