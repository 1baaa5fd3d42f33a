#pragma once

#include <cstdint>

#include "audio/frame.hpp"

namespace legroom::mix {

/// White noise at -75 dBFS (RMS), so that an empty room does not sound like a dead line. The numbers
/// follow from the seed alone: one seed, one noise.
class ComfortNoise {
public:
    explicit ComfortNoise(std::uint64_t seed) : state_(seed) {}

    /// Overwrites the frame with the next 20 ms.
    void fill(audio::Frame& frame);

private:
    std::uint64_t state_;
};

}  // namespace legroom::mix
