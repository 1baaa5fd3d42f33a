#include "engine/deadline_queue.hpp"

#include <gtest/gtest.h>

namespace legroom::engine {
namespace {

Instant at(int ms) { return Instant{std::chrono::milliseconds{ms}}; }

TEST(DeadlineQueue, WakesInOrderAndOnlyWhoIsDue) {
    DeadlineQueue<int> queue;
    queue.set(1, at(30));
    queue.set(2, at(10));
    EXPECT_EQ(queue.next(), at(10));
    EXPECT_EQ(queue.pop_due(at(9)), std::nullopt);
    EXPECT_EQ(queue.pop_due(at(30)), 2);
    EXPECT_EQ(queue.pop_due(at(30)), 1);
    EXPECT_EQ(queue.next(), std::nullopt);
}

TEST(DeadlineQueue, ANewDeadlineReplacesTheOld) {
    DeadlineQueue<int> queue;
    queue.set(1, at(10));
    queue.set(1, at(50));
    EXPECT_EQ(queue.pop_due(at(20)), std::nullopt);
    EXPECT_EQ(queue.next(), at(50));
    queue.set(1, at(5));
    EXPECT_EQ(queue.pop_due(at(5)), 1);
    EXPECT_EQ(queue.pop_due(at(100)), std::nullopt);
}

TEST(DeadlineQueue, WhoLeavesIsNotWoken) {
    DeadlineQueue<int> queue;
    queue.set(1, at(10));
    queue.erase(1);
    queue.set(2, at(20));
    queue.set(2, std::nullopt);
    EXPECT_EQ(queue.next(), std::nullopt);
}

TEST(DeadlineQueue, AMovingDeadlineDoesNotPileUpForEver) {
    DeadlineQueue<int> queue;
    for (int i = 0; i < 100'000; ++i) {
        queue.set(1, at(i));
        ASSERT_EQ(queue.pop_due(at(i)), 1);
    }
    EXPECT_EQ(queue.next(), std::nullopt);
}

TEST(DeadlineQueue, ADeadlinePutOffAgainAndAgainIsKeptOnceInTheEnd) {
    DeadlineQueue<int> queue;
    queue.set(2, at(200'000));
    for (int i = 0; i < 100'000; ++i) {
        queue.set(1, at(100'000 + i));
        ASSERT_LE(queue.size(), 4 + DeadlineQueue<int>::kMaxStale);
    }
    EXPECT_EQ(queue.pop_due(at(200'000)), 1);
    EXPECT_EQ(queue.pop_due(at(200'000)), 2);
    EXPECT_EQ(queue.pop_due(at(200'000)), std::nullopt);
}

}  // namespace
}  // namespace legroom::engine
