#include "metrics/media_desk.hpp"

#include <gtest/gtest.h>

namespace legroom::metrics {
namespace {

using namespace std::chrono_literals;

struct Desk {
    bool ask() {
        return desk.ask(now, [this](const engine::MediaFigures& figures) { told.push_back(figures.ticks); });
    }
    void answer(std::uint64_t ticks) {
        auto figures = std::make_shared<engine::MediaFigures>();
        figures->ticks = ticks;
        desk.handle(now, engine::MediaReported{std::move(figures)});
    }

    Instant now{};
    int asked = 0;
    std::vector<std::uint64_t> told;
    MediaDesk desk{[this](const engine::Command& command) {
        asked += std::holds_alternative<engine::QueryMedia>(command) ? 1 : 0;
    }};
};

TEST(MediaDesk, AsksOnceForAllWhoAskMeanwhileAndNotAgainForASecond) {
    Desk desk;
    EXPECT_TRUE(desk.ask());
    EXPECT_TRUE(desk.ask());
    EXPECT_EQ(desk.asked, 1);
    EXPECT_TRUE(desk.told.empty());
    desk.answer(7);
    EXPECT_EQ(desk.told, (std::vector<std::uint64_t>{7, 7}));

    desk.now += 999ms;
    EXPECT_TRUE(desk.ask());
    EXPECT_EQ(desk.told.size(), 3U) << "at once";
    EXPECT_EQ(desk.asked, 1);
    desk.now += 1ms;
    EXPECT_TRUE(desk.ask());
    EXPECT_EQ(desk.asked, 2);
    EXPECT_EQ(desk.told.size(), 3U);
    desk.answer(8);
    EXPECT_EQ(desk.told.back(), 8U);
}

TEST(MediaDesk, IsBoundedWhileNoAnswerComes) {
    Desk desk;
    for (std::size_t i = 0; i < MediaDesk::kMaxTakers; ++i) EXPECT_TRUE(desk.ask());
    EXPECT_FALSE(desk.ask());
    EXPECT_EQ(desk.asked, 1);
    desk.answer(1);
    EXPECT_EQ(desk.told.size(), MediaDesk::kMaxTakers);
}

TEST(MediaDesk, AsksAgainWhenAnAnswerWasLost) {
    Desk desk;
    EXPECT_TRUE(desk.ask());
    desk.now += 1999ms;
    EXPECT_TRUE(desk.ask());
    EXPECT_EQ(desk.asked, 1);
    desk.now += 1ms;
    EXPECT_TRUE(desk.ask());
    EXPECT_EQ(desk.asked, 2);
    desk.desk.handle(desk.now, engine::GatheringDone{});
    EXPECT_TRUE(desk.told.empty()) << "that was something else";
}

}  // namespace
}  // namespace legroom::metrics
