#include "io/mailbox.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <thread>

namespace legroom::io {
namespace {

constexpr std::size_t kAll = 1'000'000;

bool readable(const Mailbox& mailbox, int wait_ms) {
    pollfd source{mailbox.descriptor(), POLLIN, 0};
    return ::poll(&source, 1, wait_ms) == 1;
}

TEST(Mailbox, WakesItsReaderAndKeepsTheOrder) {
    Mailbox mailbox;
    EXPECT_FALSE(readable(mailbox, 0));
    mailbox.post(engine::CloseLeg{LegId{"a"}});
    mailbox.post(engine::CloseLeg{LegId{"b"}});
    EXPECT_TRUE(readable(mailbox, 0));

    const auto commands = mailbox.take(kAll);
    ASSERT_EQ(commands.size(), 2U);
    EXPECT_EQ(std::get<engine::CloseLeg>(commands[0]).leg.value, "a");
    EXPECT_EQ(std::get<engine::CloseLeg>(commands[1]).leg.value, "b");
    EXPECT_FALSE(readable(mailbox, 0));
    EXPECT_TRUE(mailbox.take(kAll).empty());
}

TEST(Mailbox, GivesNoMoreThanAskedForAndStaysReadable) {
    Mailbox mailbox;
    for (const char* id : {"a", "b", "c"}) mailbox.post(engine::CloseLeg{LegId{id}});
    EXPECT_EQ(mailbox.take(2).size(), 2U);
    EXPECT_TRUE(readable(mailbox, 0));
    const auto rest = mailbox.take(2);
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(std::get<engine::CloseLeg>(rest[0]).leg.value, "c");
    EXPECT_FALSE(readable(mailbox, 0));
}

TEST(Mailbox, LosesNothingBetweenThreads) {
    constexpr int kEach = 2000;
    Mailbox mailbox;
    const auto write = [&mailbox](const char* name) {
        for (int i = 0; i < kEach; ++i) mailbox.post(engine::CloseLeg{LegId{name + std::to_string(i)}});
    };
    std::thread one(write, "a");
    std::thread two(write, "b");

    std::size_t next_a = 0;
    std::size_t next_b = 0;
    while (next_a + next_b < 2 * kEach && readable(mailbox, 5000)) {
        for (const auto& command : mailbox.take(kAll)) {
            const std::string& id = std::get<engine::CloseLeg>(command).leg.value;
            std::size_t& next = id[0] == 'a' ? next_a : next_b;
            ASSERT_EQ(id.substr(1), std::to_string(next));
            ++next;
        }
    }
    one.join();
    two.join();
    EXPECT_EQ(next_a + next_b, 2U * kEach);
}

}  // namespace
}  // namespace legroom::io
