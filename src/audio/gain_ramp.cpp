#include "audio/gain_ramp.hpp"

#include <cmath>
#include <cstddef>

#include "audio/gain.hpp"

namespace legroom::audio {

float factor_of(double decibels) { return static_cast<float>(std::pow(10.0, decibels / 20)); }

void GainRamp::apply(std::span<float> samples) {
    if (factor_ != target_) {
        const float step = (target_ - factor_) / static_cast<float>(samples.size());
        for (std::size_t i = 0; i < samples.size(); ++i)
            samples[i] = clip(samples[i] * (factor_ + step * static_cast<float>(i + 1)));
        factor_ = target_;
    } else if (factor_ != 1.0F) {
        apply_gain(samples, factor_);
    }
}

}  // namespace legroom::audio
