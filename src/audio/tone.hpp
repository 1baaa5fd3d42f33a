#pragma once

#include <span>

#include "base/units.hpp"

namespace legroom::audio {

/// A sine that goes on without a seam from one call to the next.
class Tone {
public:
    /// `frequency_hz` in [0, rate/2]; `amplitude` in [0, 1] is the peak.
    Tone(SampleRate rate, double frequency_hz, float amplitude);

    /// Overwrites all samples with the next stretch of the sine.
    void fill(std::span<float> samples);

private:
    double step_;       ///< Radians per sample.
    double phase_ = 0;  ///< In [0, 2π).
    float amplitude_;
};

}  // namespace legroom::audio
