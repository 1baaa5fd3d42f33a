#include "mix/comfort_noise.hpp"

namespace legroom::mix {

namespace {

/// Uniform noise in [-a, a] has an RMS of a/√3; 10^(-75/20)·√3.
constexpr float kPeak = 3.08e-4F;

/// splitmix64: any seed will do.
std::uint64_t next(std::uint64_t& state) {
    state += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
}

/// In [-1, 1).
float signed_unit(std::uint64_t bits) {
    return static_cast<float>(static_cast<std::int64_t>(bits) >> 40) / static_cast<float>(1 << 23);
}

}  // namespace

void ComfortNoise::fill(audio::Frame& frame) {
    for (float& sample : frame.samples()) sample = kPeak * signed_unit(next(state_));
}

}  // namespace legroom::mix
