#include "record/rate_converter.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

namespace legroom::record {
namespace {

/// Zero crossings of the sinc on each side, at the lower rate.
constexpr std::size_t kCrossings = 24;
constexpr double kCutOff = 0.88;

double sinc(double x) { return x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x); }

/// Blackman's, from -1 to 1.
double window(double x) {
    if (std::abs(x) >= 1) return 0;
    return 0.42 + 0.5 * std::cos(std::numbers::pi * x) + 0.08 * std::cos(2 * std::numbers::pi * x);
}

}  // namespace

RateConverter::RateConverter(SampleRate from, SampleRate to) : from_(from) {
    const std::size_t common = std::gcd(hz(from), hz(to));
    up_ = hz(to) / common;
    down_ = hz(from) / common;
    // In samples of `from`.
    const double stretch = std::max(1.0, static_cast<double>(hz(from)) / hz(to));
    const double half = kCrossings * stretch;
    taps_ = 2 * static_cast<std::size_t>(half);
    for (std::size_t phase = 0; phase < up_; ++phase) {
        const double centre = half + static_cast<double>(phase) / static_cast<double>(up_);
        std::vector<double> row;
        for (std::size_t tap = 0; tap < taps_; ++tap) {
            const double distance = static_cast<double>(tap) + 1 - centre;
            row.push_back(sinc(distance * kCutOff / stretch) * window(distance / half));
        }
        // Each phase passes a constant unchanged: no hum at the rate of the phases.
        const double sum = std::accumulate(row.begin(), row.end(), 0.0);
        for (const double value : row) coefficients_.push_back(static_cast<float>(value / sum));
    }
    heard_.resize(taps_ - 1 + samples_per_tick(from));
}

void RateConverter::convert(std::span<const std::int16_t> in, std::span<std::int16_t> out) {
    assert(in.size() == heard_.size() - (taps_ - 1) && out.size() * down_ == in.size() * up_);
    std::transform(in.begin(), in.end(), heard_.begin() + static_cast<std::ptrdiff_t>(taps_ - 1),
                   [](std::int16_t sample) { return static_cast<float>(sample); });
    for (std::size_t n = 0; n < out.size(); ++n) {
        const std::size_t newest = n * down_ / up_;
        const std::size_t phase = n * down_ % up_;
        const auto past = heard_.begin() + static_cast<std::ptrdiff_t>(newest);
        const auto row = coefficients_.begin() + static_cast<std::ptrdiff_t>(phase * taps_);
        const float sum = std::inner_product(row, row + static_cast<std::ptrdiff_t>(taps_), past, 0.0F);
        out[n] = static_cast<std::int16_t>(std::lround(std::clamp(sum, -32'768.0F, 32'767.0F)));
    }
    std::copy(heard_.end() - static_cast<std::ptrdiff_t>(taps_ - 1), heard_.end(), heard_.begin());
}

}  // namespace legroom::record
