#pragma once

#include <span>

namespace legroom::audio {

/// The factor an amplitude is multiplied by: 0 dB is 1, -6 dB about a half.
float factor_of(double decibels);

/// A gain that changes without a click: the samples given next after a change go from the old factor to the
/// new one in a straight line, whatever their number.
class GainRamp {
public:
    explicit GainRamp(float factor = 1) : factor_(factor), target_(factor) {}

    void set(float factor) { target_ = factor; }

    /// Multiplies, then clips at full scale. A gain of 1 costs nothing.
    void apply(std::span<float> samples);

private:
    float factor_;
    float target_;
};

}  // namespace legroom::audio
