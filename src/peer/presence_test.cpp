#include "peer/presence.hpp"

#include <gtest/gtest.h>

namespace legroom::peer {
namespace {

using namespace std::chrono_literals;
using Change = Presence::Change;

const Instant kStart{1h};

TEST(Presence, IsInterruptedAfterItsPatienceAndLostAfterItsGrace) {
    Presence presence{5s, 30s};
    EXPECT_EQ(presence.deadline(), std::nullopt) << "nobody is expected yet";
    EXPECT_EQ(presence.update(kStart + 1h, std::nullopt), std::nullopt);
    presence.start(kStart);
    EXPECT_EQ(presence.deadline(), kStart + 5s);
    EXPECT_EQ(presence.update(kStart + 4999ms, std::nullopt), std::nullopt);
    EXPECT_EQ(presence.update(kStart + 5s, std::nullopt), Change::interrupted);
    EXPECT_TRUE(presence.interrupted());
    EXPECT_EQ(presence.deadline(), kStart + 35s);
    EXPECT_EQ(presence.update(kStart + 34s, kStart), std::nullopt);
    EXPECT_EQ(presence.update(kStart + 35s, kStart), Change::lost);
    EXPECT_EQ(presence.update(kStart + 36s, kStart + 36s), std::nullopt) << "lost is lost";
    EXPECT_EQ(presence.deadline(), std::nullopt);
}

TEST(Presence, ResumesWithThePacketAfterTheInterruption) {
    Presence presence{5s, 30s};
    presence.start(kStart);
    EXPECT_EQ(presence.update(kStart + 6s, kStart + 1s), Change::interrupted);
    EXPECT_EQ(presence.update(kStart + 7s, kStart + 1s), std::nullopt);
    EXPECT_EQ(presence.update(kStart + 8s, kStart + 8s), Change::resumed);
    EXPECT_EQ(presence.deadline(), kStart + 13s);
}

TEST(Presence, WithoutGraceIsLostAtOnce) {
    Presence presence{5s, 0s};
    presence.start(kStart);
    EXPECT_EQ(presence.update(kStart + 5s, std::nullopt), Change::interrupted);
    EXPECT_EQ(presence.update(kStart + 5s, std::nullopt), Change::lost);
}

TEST(Presence, AGraceThatIsShortenedCountsFromTheInterruption) {
    Presence presence{5s, 1h};
    presence.start(kStart);
    EXPECT_EQ(presence.update(kStart + 5s, std::nullopt), Change::interrupted);
    presence.set_grace(10s);
    EXPECT_EQ(presence.deadline(), kStart + 15s);
}

}  // namespace
}  // namespace legroom::peer
