#include "audio/decimator.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "audio/gain.hpp"

namespace legroom::audio {
namespace {

/// The sum of products in eight lanes, which a processor can add side by side.
float dot(std::span<const float> a, std::span<const float> b) {
    std::array<float, 8> lanes{};
    for (std::size_t i = 0; i + lanes.size() <= a.size(); i += lanes.size()) {
        for (std::size_t lane = 0; lane < lanes.size(); ++lane) lanes[lane] += a[i + lane] * b[i + lane];
    }
    float sum = 0;
    for (const float lane : lanes) sum += lane;
    return sum;
}

/// Modified Bessel function of the first kind and order zero, by its series.
double bessel(double x) {
    double sum = 1;
    double term = 1;
    for (int k = 1; k < 32; ++k) {
        term *= (x / (2 * k)) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

}  // namespace

/// A sinc in a Kaiser window. Its middle lies between 0.4 and 0.5 of the new rate.
void Decimator::design(std::size_t factor) {
    constexpr double kCutoff = 0.45;
    constexpr double kBeta = 6;
    factor_ = factor;
    const std::size_t count = kTapsPerFactor * factor;
    const double middle = (static_cast<double>(count) - 1) / 2;
    const double width = kCutoff / static_cast<double>(factor);
    double sum = 0;
    std::array<double, kMaxTaps> exact{};
    for (std::size_t i = 0; i < count; ++i) {
        const double t = static_cast<double>(i) - middle;  // never zero: the count is even
        const double sinc = std::sin(2 * std::numbers::pi * width * t) / (std::numbers::pi * t);
        const double edge = t / (middle + 0.5);
        exact.at(i) = sinc * bessel(kBeta * std::sqrt(1 - edge * edge));
        sum += exact.at(i);
    }
    std::ranges::transform(exact, taps_.begin(), [sum](double tap) { return static_cast<float>(tap / sum); });
}

void Decimator::process(const Frame& in, Frame& out) {
    assert(in.rate == SampleRate::k48000);
    const std::size_t factor = hz(in.rate) / hz(out.rate);
    if (factor != factor_) design(factor);
    const auto frame = in.samples();
    std::copy(line_.end() - kMaxTaps, line_.end(), line_.begin());
    std::ranges::copy(frame, line_.begin() + kMaxTaps);
    if (factor == 1) {
        std::ranges::copy(frame, out.samples().begin());
        return;
    }
    const std::size_t count = kTapsPerFactor * factor;
    const std::span taps = std::span{taps_}.first(count);
    const std::span line{line_};
    std::size_t end = kMaxTaps + factor;
    for (float& sample : out.samples()) {
        sample = clip(dot(taps, line.subspan(end - count, count)));
        end += factor;
    }
}

}  // namespace legroom::audio
