#include "audio/level.hpp"

#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "audio/frame.hpp"
#include "audio/tone.hpp"

namespace legroom::audio {
namespace {

std::uint8_t level_of_sine(float amplitude) {
    Frame frame{SampleRate::k48000};
    Tone{frame.rate, 1000, amplitude}.fill(frame.samples());
    return level_minus_dbov(frame.samples());
}

std::uint8_t level_of_square(float amplitude) {
    std::array<float, 160> samples{};
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = i % 2 == 0 ? amplitude : -amplitude;
    return level_minus_dbov(samples);
}

TEST(Level, CountsDownFromAFullScaleSquareWave) {  // RFC 6465 appendix A
    EXPECT_EQ(level_of_square(1.0F), 0);
    EXPECT_EQ(level_of_square(0.5F), 6);
    EXPECT_EQ(level_of_square(0.001F), 60);
}

TEST(Level, OfAFullScaleSineIsThree) {
    EXPECT_EQ(level_of_sine(1.0F), 3);
    EXPECT_EQ(level_of_sine(0.1F), 23);
}

TEST(Level, EndsAt127) {
    EXPECT_EQ(level_minus_dbov({}), kSilentLevel);
    EXPECT_EQ(level_of_square(0.0F), kSilentLevel);
    EXPECT_EQ(level_of_square(1e-7F), kSilentLevel);
    EXPECT_EQ(level_of_square(1e-30F), kSilentLevel);
}

TEST(Level, NeverGoesAboveOverloadNorTripsOverNonsense) {
    EXPECT_EQ(level_of_square(4.0F), 0);
    EXPECT_EQ(level_of_square(std::numeric_limits<float>::infinity()), 0);
    EXPECT_EQ(level_of_square(std::numeric_limits<float>::quiet_NaN()), kSilentLevel);
}

TEST(Rms, OfASineIsItsPeakOverRootTwo) {
    Frame frame{SampleRate::k16000};
    Tone{frame.rate, 500, 0.8F}.fill(frame.samples());
    EXPECT_NEAR(rms(frame.samples()), 0.8 / std::sqrt(2.0), 1e-4);
    EXPECT_EQ(rms({}), 0.0F);
}

}  // namespace
}  // namespace legroom::audio
