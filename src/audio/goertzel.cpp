#include "audio/goertzel.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace legroom::audio {

double power_share(std::span<const float> samples, SampleRate rate, double frequency_hz) {
    const double feedback = 2 * std::cos(2 * std::numbers::pi * frequency_hz / hz(rate));
    double newer = 0;
    double older = 0;
    double total = 0;
    for (const float sample : samples) {
        const double newest = sample + feedback * newer - older;
        older = newer;
        newer = newest;
        total += static_cast<double>(sample) * sample;
    }
    if (!(total > 0)) return 0;

    const double at_frequency = newer * newer + older * older - feedback * newer * older;
    return std::clamp(2 * at_frequency / (total * static_cast<double>(samples.size())), 0.0, 1.0);
}

}  // namespace legroom::audio
