#include "net/impairment.hpp"

#include <gtest/gtest.h>

namespace legroom::net {
namespace {

using namespace std::chrono_literals;
constexpr Instant kNow{1h};

TEST(Impairment, LetsEverythingPassAtOnceUntilToldOtherwise) {
    SeededRandom random(1);
    EXPECT_EQ(Impairment{}.passage(kNow, random), kNow);
}

TEST(Impairment, DelaysByDelayAndLessThanJitter) {
    SeededRandom random(1);
    Impairment slow;
    ASSERT_TRUE(slow.set("delay=40"));
    EXPECT_EQ(slow.passage(kNow, random), kNow + 40ms);
    ASSERT_TRUE(slow.set("jitter=5"));
    for (int i = 0; i < 1000; ++i) {
        const auto out = slow.passage(kNow, random);
        ASSERT_TRUE(out);
        EXPECT_GE(*out, kNow + 40ms);
        EXPECT_LT(*out, kNow + 45ms);
    }
}

TEST(Impairment, LosesTheShareItIsTold) {
    SeededRandom random(1);
    Impairment lossy;
    ASSERT_TRUE(lossy.set("loss=12.5"));
    int lost = 0;
    for (int i = 0; i < 10'000; ++i) lost += lossy.passage(kNow, random) ? 0 : 1;
    EXPECT_NEAR(lost, 1250, 130);
}

TEST(Impairment, ABlackoutTakesEverythingAndEnds) {
    SeededRandom random(1);
    Impairment wire;
    ASSERT_TRUE(wire.set("blackout=1"));
    EXPECT_EQ(wire.passage(kNow, random), std::nullopt);
    ASSERT_TRUE(wire.set("blackout=0"));
    EXPECT_EQ(wire.passage(kNow, random), kNow);
}

TEST(Impairment, RefusesWhatItDoesNotKnow) {
    for (const auto* option :
         {"", "loss", "loss=", "loss=101", "loss=-1", "loss=1x", "rate=5", "blackout=2"}) {
        EXPECT_FALSE(Impairment{}.set(option)) << option;
    }
}

}  // namespace
}  // namespace legroom::net
