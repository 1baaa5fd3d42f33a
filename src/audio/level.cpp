#include "audio/level.hpp"

#include <algorithm>
#include <cmath>

namespace legroom::audio {

float rms(std::span<const float> samples) {
    if (samples.empty()) return 0.0F;
    double power = 0;
    for (const float sample : samples) power += static_cast<double>(sample) * sample;
    return static_cast<float>(std::sqrt(power / static_cast<double>(samples.size())));
}

std::uint8_t level_minus_dbov(std::span<const float> samples) {
    const float value = rms(samples);
    if (!(value > 0.0F)) return kSilentLevel;  // also NaN
    const float minus_dbov = std::round(-20.0F * std::log10(value));
    return static_cast<std::uint8_t>(std::clamp(minus_dbov, 0.0F, static_cast<float>(kSilentLevel)));
}

}  // namespace legroom::audio
