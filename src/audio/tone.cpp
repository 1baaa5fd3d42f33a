#include "audio/tone.hpp"

#include <cmath>
#include <numbers>

namespace legroom::audio {

namespace {
constexpr double kTurn = 2 * std::numbers::pi;
}

Tone::Tone(SampleRate rate, double frequency_hz, float amplitude)
    : step_(kTurn * frequency_hz / hz(rate)), amplitude_(amplitude) {}

void Tone::fill(std::span<float> samples) {
    for (float& sample : samples) {
        sample = amplitude_ * static_cast<float>(std::sin(phase_));
        phase_ += step_;
        if (phase_ >= kTurn) phase_ -= kTurn;
    }
}

}  // namespace legroom::audio
