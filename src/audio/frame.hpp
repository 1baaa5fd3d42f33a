#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "base/units.hpp"

namespace legroom::audio {

/// One 20 ms mono frame: the unit a room mixes. Samples are finite and in [-1, 1]; whoever writes them
/// keeps that (clip() helps). A value of fixed size: making or copying one allocates nothing.
struct Frame {
    static constexpr std::size_t kMaxSamples = samples_per_tick(SampleRate::k48000);

    SampleRate rate = SampleRate::k48000;
    std::array<float, kMaxSamples> buffer{};  ///< Only the first samples_per_tick(rate) count.

    Frame() = default;
    /// All zero.
    explicit Frame(SampleRate sample_rate) : rate(sample_rate) {}

    [[nodiscard]] std::span<float> samples() { return {buffer.data(), samples_per_tick(rate)}; }
    [[nodiscard]] std::span<const float> samples() const { return {buffer.data(), samples_per_tick(rate)}; }

    /// Digital silence: every sample is exactly zero.
    [[nodiscard]] bool silent() const {
        return std::ranges::all_of(samples(), [](float sample) { return sample == 0.0F; });
    }
    void clear() { std::ranges::fill(samples(), 0.0F); }
};

}  // namespace legroom::audio
