#include "audio/gain.hpp"

#include <array>
#include <gtest/gtest.h>
#include <limits>

namespace legroom::audio {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Clip, SaturatesAndNeverWraps) {
    EXPECT_EQ(clip(0.25F), 0.25F);
    EXPECT_EQ(clip(1.0F), 1.0F);
    EXPECT_EQ(clip(1.0001F), 1.0F);
    EXPECT_EQ(clip(-32769.0F), -1.0F);
    EXPECT_EQ(clip(kInfinity), 1.0F);
    EXPECT_EQ(clip(-kInfinity), -1.0F);
}

TEST(Clip, TurnsWhatIsNoNumberIntoSilence) { EXPECT_EQ(clip(kNan), 0.0F); }

TEST(Gain, ScalesThenClips) {
    std::array<float, 4> samples{0.25F, -0.25F, 0.75F, kNan};
    apply_gain(samples, 2.0F);
    EXPECT_EQ(samples, (std::array<float, 4>{0.5F, -0.5F, 1.0F, 0.0F}));
    apply_gain(samples, 0.0F);
    EXPECT_EQ(samples, (std::array<float, 4>{0.0F, 0.0F, 0.0F, 0.0F}));
}

TEST(Gain, OfSilenceIsSilenceEvenAtInfinity) {
    std::array<float, 1> samples{0.0F};
    apply_gain(samples, kInfinity);
    EXPECT_EQ(samples[0], 0.0F);
}

}  // namespace
}  // namespace legroom::audio
