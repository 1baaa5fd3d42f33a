#pragma once

#include <span>

#include "base/units.hpp"

namespace legroom::audio {

/// Which share of the samples' power lies at one frequency: 1 for that very sine, 0 for silence or for
/// anything well away from it. The line is as wide as the window is short: about 2/T Hz, so give it
/// 100 ms or more to tell tones 20 Hz apart. Goertzel's algorithm.
double power_share(std::span<const float> samples, SampleRate rate, double frequency_hz);

}  // namespace legroom::audio
