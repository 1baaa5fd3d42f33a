#include "audio/gain.hpp"

namespace legroom::audio {

void clip(std::span<float> samples) {
    for (float& sample : samples) sample = clip(sample);
}

void apply_gain(std::span<float> samples, float factor) {
    for (float& sample : samples) sample = clip(sample * factor);
}

}  // namespace legroom::audio
