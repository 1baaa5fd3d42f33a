#include "base/duration_histogram.hpp"

#include <gmock/gmock.h>

namespace legroom {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(DurationHistogram, CountsWhatIsAtMostABoundInItsBucket) {
    DurationHistogram histogram{1ms, 10ms};
    for (const Duration time : {Duration{0}, Duration{-3ms}, Duration{1ms}, Duration{1001us}, Duration{10ms},
                                Duration{11ms}, Duration{1h}})
        histogram.observe(time);
    EXPECT_THAT(histogram.counts(), ElementsAre(3U, 2U, 2U));
    EXPECT_EQ(histogram.sum(), 1h + 11ms + 10ms + 1001us + 1ms - 3ms);
    EXPECT_THAT(histogram.bounds(), ElementsAre(1ms, 10ms));
}

TEST(DurationHistogram, MayHaveAsManyBoundsAsItHolds) {
    DurationHistogram histogram{1us, 2us, 3us, 4us, 5us, 6us, 7us, 8us, 9us, 10us, 11us, 12us};
    histogram.observe(12us);
    histogram.observe(13us);
    EXPECT_EQ(histogram.counts()[11], 1U);
    EXPECT_EQ(histogram.counts()[12], 1U);
    EXPECT_EQ(histogram.counts().size(), DurationHistogram::kMaxBounds + 1);
}

}  // namespace
}  // namespace legroom
