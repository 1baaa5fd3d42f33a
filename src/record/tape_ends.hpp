#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/units.hpp"

namespace legroom::record {

/// Where in a recording: 1/48000 s from its beginning, whatever the rate of its samples. A whole number of
/// samples at each rate there is.
using Position = std::uint64_t;
inline constexpr std::uint32_t kPositionsPerSecond = 48'000;
inline constexpr Position kPositionsPerTick = samples_per_tick(SampleRate::k48000);

constexpr std::uint64_t samples_before(Position at, SampleRate rate) {
    return at * hz(rate) / kPositionsPerSecond;
}
constexpr std::chrono::milliseconds time_of(Position at) {
    return std::chrono::milliseconds{at * 1000 / kPositionsPerSecond};
}

/// How far a tape is, whatever is on it. One thread moves it on (the producer); any may ask.
class TapeEnds {
public:
    // The producer's.
    /// All before `end` has been put, or is silence. The first call says where the tape begins.
    void reach(Position begin, Position end) {
        if (!begun()) begin_.store(begin, std::memory_order_release);
        reached_.store(end, std::memory_order_release);
    }
    void close() { closed_.store(true, std::memory_order_release); }  ///< No more will come.

    // Anybody's.
    /// Ask this before reached(): what a closed tape has reached is its end.
    [[nodiscard]] bool closed() const { return closed_.load(std::memory_order_acquire); }
    [[nodiscard]] Position reached() const { return reached_.load(std::memory_order_acquire); }
    [[nodiscard]] Position begin() const { return begin_.load(std::memory_order_acquire); }
    [[nodiscard]] bool begun() const { return reached() > 0; }

private:
    std::atomic<Position> begin_ = 0;
    std::atomic<Position> reached_ = 0;
    std::atomic<bool> closed_ = false;
};

}  // namespace legroom::record
