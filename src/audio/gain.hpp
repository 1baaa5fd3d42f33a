#pragma once

#include <span>

namespace legroom::audio {

/// Saturates at full scale, as an overdriven converter does: never wraps round. NaN becomes 0.
inline float clip(float sample) {
    if (sample > 1.0F) return 1.0F;
    if (sample < -1.0F) return -1.0F;
    return sample == sample ? sample : 0.0F;  // only NaN differs from itself
}

void clip(std::span<float> samples);

/// Multiplies by a linear factor (0.5 is -6 dB), then clips.
void apply_gain(std::span<float> samples, float factor);

}  // namespace legroom::audio
