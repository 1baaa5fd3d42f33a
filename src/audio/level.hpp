#pragma once

#include <cstdint>
#include <span>

namespace legroom::audio {

/// -dBov of digital silence, and of whatever is fainter than -127 dBov.
inline constexpr std::uint8_t kSilentLevel = 127;

/// Root mean square; 0 of no samples.
float rms(std::span<const float> samples);

/// How far below overload the samples are: 0 is a full-scale square wave, 3 a full-scale sine, 127
/// silence (RFC 6464 §3, measured as in RFC 6465 appendix A). A NaN in the samples reads as silence.
std::uint8_t level_minus_dbov(std::span<const float> samples);

}  // namespace legroom::audio
