#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "audio/frame.hpp"

namespace legroom::audio {

/// Brings 20 ms frames from 48 kHz down to a room's rate without aliasing: an FIR low-pass that is flat
/// within 0.1 dB up to 0.4 of the new rate and at least 60 dB down from 0.5 on; at 48 kHz nothing is done.
/// One stream; the rate may change between two frames.
class Decimator {
public:
    /// `in` is at 48 kHz; `out` is overwritten at the rate it says, and may not be `in`.
    void process(const Frame& in, Frame& out);

private:
    static constexpr std::size_t kMaxFactor = 6;
    /// Of the impulse response, for each sample that becomes one.
    static constexpr std::size_t kTapsPerFactor = 40;
    static constexpr std::size_t kMaxTaps = kTapsPerFactor * kMaxFactor;

    void design(std::size_t factor);

    std::size_t factor_ = 1;
    std::array<float, kMaxTaps> taps_{};
    /// The last inputs of the frame before, and the frame.
    std::array<float, kMaxTaps + Frame::kMaxSamples> line_{};
};

}  // namespace legroom::audio
