#include "audio/goertzel.hpp"

#include <gtest/gtest.h>
#include <vector>

#include "audio/tone.hpp"

namespace legroom::audio {
namespace {

constexpr SampleRate kRates[] = {SampleRate::k8000, SampleRate::k16000, SampleRate::k24000,
                                 SampleRate::k48000};

/// 200 ms, put together from 20 ms pieces as a room would.
std::vector<float> tone(SampleRate rate, double frequency_hz, float amplitude = 0.5F) {
    Tone source{rate, frequency_hz, amplitude};
    std::vector<float> samples(10 * samples_per_tick(rate));
    for (std::size_t at = 0; at < samples.size(); at += samples_per_tick(rate)) {
        source.fill(std::span{samples}.subspan(at, samples_per_tick(rate)));
    }
    return samples;
}

TEST(PowerShare, FindsTheToneAndNoOther) {
    for (const SampleRate rate : kRates) {
        const auto samples = tone(rate, 440);
        EXPECT_GT(power_share(samples, rate, 440), 0.999) << hz(rate);
        EXPECT_LT(power_share(samples, rate, 660), 0.001) << hz(rate);
        EXPECT_LT(power_share(samples, rate, 1000), 0.001) << hz(rate);
    }
}

TEST(PowerShare, DoesNotDependOnLoudness) {
    const auto faint = tone(SampleRate::k16000, 440, 1e-4F);
    EXPECT_GT(power_share(faint, SampleRate::k16000, 440), 0.999);
}

TEST(PowerShare, IsSplitBetweenTwoTones) {
    auto samples = tone(SampleRate::k48000, 440, 0.3F);
    const auto other = tone(SampleRate::k48000, 660, 0.3F);
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] += other[i];
    EXPECT_NEAR(power_share(samples, SampleRate::k48000, 440), 0.5, 0.01);
    EXPECT_NEAR(power_share(samples, SampleRate::k48000, 660), 0.5, 0.01);
}

TEST(PowerShare, OfSilenceIsNone) {
    EXPECT_EQ(power_share(std::vector<float>(960), SampleRate::k48000, 440), 0.0);
    EXPECT_EQ(power_share({}, SampleRate::k48000, 440), 0.0);
}

TEST(Tone, KeepsItsPeakAndItsPhaseForAnHour) {
    Tone source{SampleRate::k8000, 425, 0.7F};
    std::vector<float> samples(160);
    for (int tick = 0; tick < 50 * 3600; ++tick) source.fill(samples);

    EXPECT_GT(power_share(samples, SampleRate::k8000, 425), 0.95);
    for (const float sample : samples) EXPECT_LE(std::abs(sample), 0.7F);
}

}  // namespace
}  // namespace legroom::audio
