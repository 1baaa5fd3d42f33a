#include "mix/comfort_noise.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

#include "audio/goertzel.hpp"
#include "audio/level.hpp"

namespace legroom::mix {
namespace {

std::vector<float> seconds_of_noise(std::uint64_t seed, SampleRate rate, int seconds) {
    ComfortNoise noise{seed};
    std::vector<float> samples;
    audio::Frame frame{rate};
    for (int tick = 0; tick < 50 * seconds; ++tick) {
        noise.fill(frame);
        samples.insert(samples.end(), frame.samples().begin(), frame.samples().end());
    }
    return samples;
}

TEST(ComfortNoise, IsSeventyFiveDecibelsDown) {
    for (const SampleRate rate : {SampleRate::k8000, SampleRate::k48000}) {
        EXPECT_EQ(audio::level_minus_dbov(seconds_of_noise(1, rate, 1)), 75);
    }
}

TEST(ComfortNoise, FollowsFromItsSeed) {
    EXPECT_EQ(seconds_of_noise(7, SampleRate::k8000, 1), seconds_of_noise(7, SampleRate::k8000, 1));
    EXPECT_NE(seconds_of_noise(7, SampleRate::k8000, 1), seconds_of_noise(8, SampleRate::k8000, 1));
}

TEST(ComfortNoise, HasNeitherToneNorOffset) {
    const auto samples = seconds_of_noise(0, SampleRate::k16000, 2);
    for (const double frequency : {50.0, 440.0, 1000.0, 4000.0, 7000.0}) {
        EXPECT_LT(audio::power_share(samples, SampleRate::k16000, frequency), 0.001) << frequency;
    }
    double sum = 0;
    for (const float sample : samples) sum += sample;
    EXPECT_NEAR(sum / static_cast<double>(samples.size()), 0, 1e-5);
}

TEST(ComfortNoise, IsNeverDigitalSilence) {
    ComfortNoise noise{0};
    audio::Frame frame{SampleRate::k8000};
    for (int tick = 0; tick < 1000; ++tick) {
        noise.fill(frame);
        ASSERT_FALSE(frame.silent());
    }
}

}  // namespace
}  // namespace legroom::mix
