#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/units.hpp"

namespace legroom::record {

/// Makes one rate of another, 20 ms at a time, without a seam from one call to the next: a windowed sinc,
/// flat to three quarters of the lower rate's band, some 70 dB down where it would alias. What comes out is
/// late by up to 3 ms.
class RateConverter {
public:
    RateConverter(SampleRate from, SampleRate to);

    /// `in` is samples_per_tick(from), `out` samples_per_tick(to).
    void convert(std::span<const std::int16_t> in, std::span<std::int16_t> out);

    [[nodiscard]] SampleRate from() const { return from_; }

private:
    SampleRate from_;
    std::size_t up_;  ///< The ratio in lowest terms: up_ : down_.
    std::size_t down_;
    std::size_t taps_;                 ///< Of each phase.
    std::vector<float> coefficients_;  ///< up_ phases.
    std::vector<float> heard_;         ///< The latest taps_ - 1 samples, and room for 20 ms.
};

}  // namespace legroom::record
