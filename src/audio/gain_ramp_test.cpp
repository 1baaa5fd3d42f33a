#include "audio/gain_ramp.hpp"

#include <array>
#include <cmath>
#include <gtest/gtest.h>

namespace legroom::audio {
namespace {

using Samples = std::array<float, 4>;

TEST(GainRamp, TheFactorOfADecibel) {
    EXPECT_EQ(factor_of(0), 1.0F);
    EXPECT_NEAR(factor_of(20), 10, 1e-5);
    EXPECT_NEAR(factor_of(-40), 0.01, 1e-7);
    EXPECT_NEAR(factor_of(6), 1.9953, 1e-4);
}

TEST(GainRamp, LeavesAloneWhatItIsNotToldToChange) {
    GainRamp gain;
    Samples samples{0.1F, -0.7F, 1.0F, 0};
    gain.apply(samples);
    EXPECT_EQ(samples, (Samples{0.1F, -0.7F, 1.0F, 0}));
}

TEST(GainRamp, GoesToTheNewFactorWithinOneFrameAndStaysThere) {
    GainRamp gain;
    gain.set(0.5F);
    Samples samples{1, 1, 1, 1};
    gain.apply(samples);
    EXPECT_EQ(samples, (Samples{0.875F, 0.75F, 0.625F, 0.5F}));
    samples.fill(1);
    gain.apply(samples);
    EXPECT_EQ(samples, (Samples{0.5F, 0.5F, 0.5F, 0.5F}));
    gain.set(1);
    samples.fill(-1);
    gain.apply(samples);
    EXPECT_EQ(samples, (Samples{-0.625F, -0.75F, -0.875F, -1}));
}

TEST(GainRamp, SaturatesAtFullScale) {
    GainRamp gain;
    gain.set(10);
    Samples samples{0.5F, -0.5F, 0.5F, -0.5F};
    gain.apply(samples);
    EXPECT_EQ(samples, (Samples{1, -1, 1, -1}));
}

TEST(GainRamp, MakesNoStepFromOneFrameToTheNext) {  // a step is what clicks
    GainRamp gain;
    std::array<float, 960> frame{};
    float last = 0.1F;
    for (const float factor : {1.0F, 10.0F, 0.01F, 0.5F}) {
        gain.set(factor);
        frame.fill(0.1F);
        gain.apply(frame);
        for (const float sample : frame) {
            ASSERT_LT(std::abs(sample - last), 0.0011F) << "9.99 * 0.1 over 960 samples";
            last = sample;
        }
    }
}

}  // namespace
}  // namespace legroom::audio
