#include "record/rate_converter.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace legroom::record {
namespace {

constexpr SampleRate kRates[] = {SampleRate::k8000, SampleRate::k16000, SampleRate::k24000,
                                 SampleRate::k48000};

/// A second of a sine, converted.
std::vector<double> converted(double frequency, SampleRate from, SampleRate to) {
    RateConverter converter{from, to};
    std::vector<double> all;
    std::vector<std::int16_t> in(samples_per_tick(from));
    std::vector<std::int16_t> out(samples_per_tick(to));
    std::size_t n = 0;
    for (int tick = 0; tick < 50; ++tick) {
        for (auto& sample : in) {
            const double phase = 2 * std::numbers::pi * frequency * static_cast<double>(n++) / hz(from);
            sample = static_cast<std::int16_t>(std::lround(16'000 * std::sin(phase)));
        }
        converter.convert(in, out);
        all.insert(all.end(), out.begin(), out.end());
    }
    return all;
}

/// How much of that sine is in it, and how much else, both in dB of the sine that went in. Not of the first
/// tenth, in which the filter fills.
struct Spectrum {
    double wanted = 0;
    double other = 0;
};
Spectrum look_for(double frequency, const std::vector<double>& samples, SampleRate rate) {
    const std::size_t from = samples.size() / 10;
    double sine = 0;
    double cosine = 0;
    double power = 0;
    for (std::size_t i = from; i < samples.size(); ++i) {
        const double phase = 2 * std::numbers::pi * frequency * static_cast<double>(i) / hz(rate);
        sine += samples[i] * std::sin(phase);
        cosine += samples[i] * std::cos(phase);
        power += samples[i] * samples[i];
    }
    const auto count = static_cast<double>(samples.size() - from);
    const double amplitude = 2 * std::hypot(sine, cosine) / count;
    const double rest = std::max(power / count - amplitude * amplitude / 2, 1e-9);
    return {20 * std::log10(std::max(amplitude, 1e-9) / 16'000), 10 * std::log10(rest / (16'000.0 * 8'000))};
}

TEST(RateConverter, PassesWhatBothRatesHave) {
    for (const SampleRate from : kRates) {
        for (const SampleRate to : kRates) {
            for (const double frequency : {50.0, 440.0, 1'000.0, 2'900.0}) {
                SCOPED_TRACE(testing::Message() << hz(from) << " to " << hz(to) << ", " << frequency);
                const auto found = look_for(frequency, converted(frequency, from, to), to);
                EXPECT_NEAR(found.wanted, 0, 0.3);
                EXPECT_LT(found.other, -60);
            }
        }
    }
}

TEST(RateConverter, LetsNothingFoldBack) {
    for (const SampleRate from : {SampleRate::k16000, SampleRate::k24000, SampleRate::k48000}) {
        for (const double frequency : {4'100.0, 5'000.0, 7'000.0}) {
            SCOPED_TRACE(testing::Message() << hz(from) << ", " << frequency);
            const auto found =
                look_for(8'000 - frequency, converted(frequency, from, SampleRate::k8000), SampleRate::k8000);
            EXPECT_LT(found.wanted, -55);
        }
    }
}

}  // namespace
}  // namespace legroom::record
