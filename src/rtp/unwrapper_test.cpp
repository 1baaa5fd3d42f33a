#include "rtp/unwrapper.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace legroom::rtp {
namespace {

TEST(Unwrapper, CountsOnOverTheWrap) {
    SequenceUnwrapper unwrapper;
    EXPECT_EQ(unwrapper.unwrap(SequenceNumber{65'534}), 65'534);
    EXPECT_EQ(unwrapper.unwrap(SequenceNumber{1}), 65'537);
    EXPECT_EQ(unwrapper.unwrap(SequenceNumber{65'535}), 65'535);  // late, from before the wrap
    EXPECT_EQ(unwrapper.unwrap(SequenceNumber{0}), 65'536);
    EXPECT_EQ(unwrapper.highest(), 65'537);
}

TEST(Unwrapper, GoesBelowZeroForWhatIsOlderThanTheFirst) {
    SequenceUnwrapper unwrapper;
    EXPECT_EQ(unwrapper.unwrap(SequenceNumber{0}), 0);
    EXPECT_EQ(unwrapper.unwrap(SequenceNumber{65'535}), -1);
    EXPECT_EQ(unwrapper.unwrap(SequenceNumber{1}), 1);
}

TEST(Unwrapper, HalfTheRangeAheadMeansBehind) {
    SequenceUnwrapper unwrapper;
    unwrapper.unwrap(SequenceNumber{100'000 % 65'536});
    EXPECT_EQ(unwrapper.peek(SequenceNumber{(34'464 + 32'767) % 65'536}), 34'464 + 32'767);
    EXPECT_EQ(unwrapper.peek(SequenceNumber{(34'464 + 32'768) % 65'536}), 34'464 - 32'768);
}

TEST(Unwrapper, BeginsAnewAfterReset) {
    TimestampUnwrapper unwrapper;
    unwrapper.unwrap(0xffff'ffff);
    EXPECT_EQ(unwrapper.unwrap(3), 0x1'0000'0003);
    unwrapper.reset();
    EXPECT_EQ(unwrapper.unwrap(3), 3);
}

TEST(Unwrapper, FollowsAnyWalkOfStepsUnderHalfTheRange) {
    SeededRandom random{2};
    TimestampUnwrapper unwrapper;
    std::int64_t truth = random.u32();
    std::int64_t highest = truth;
    unwrapper.unwrap(static_cast<std::uint32_t>(truth));
    for (int step = 0; step < 10'000; ++step) {
        truth = highest - 0x4000'0000 + random.below(0x8000'0000);
        EXPECT_EQ(unwrapper.unwrap(static_cast<std::uint32_t>(truth)), truth);
        highest = std::max(highest, truth);
    }
}

}  // namespace
}  // namespace legroom::rtp
