#include "base/wall_time.hpp"

#include <gtest/gtest.h>

namespace legroom {
namespace {

TEST(WallTime, IsWrittenAsRfc3339InUtc) {
    const auto text = [](std::int64_t microseconds) {
        return to_rfc3339({std::chrono::microseconds{microseconds}});
    };
    EXPECT_EQ(text(0), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(text(1'709'164'799'999'999), "2024-02-28T23:59:59.999999Z");
    EXPECT_EQ(text(1'709'164'800'000'000), "2024-02-29T00:00:00.000000Z");
    EXPECT_EQ(text(4'102'444'800'000'700), "2100-01-01T00:00:00.000700Z");
}

}  // namespace
}  // namespace legroom
