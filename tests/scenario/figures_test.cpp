// What the media thread counts, against what the network did.
#include <gtest/gtest.h>

#include "scenario/world.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;

std::uint64_t total(const DurationHistogram& histogram) {
    std::uint64_t all = 0;
    for (const std::uint64_t count : histogram.counts()) all += count;
    return all;
}

/// Of what was observed, the share that was at most bounds()[i].
double share_up_to(const DurationHistogram& histogram, Duration bound) {
    std::uint64_t within = 0;
    for (std::size_t i = 0; i < histogram.bounds().size(); ++i)
        if (histogram.bounds()[i] <= bound) within += histogram.counts()[i];
    return static_cast<double>(within) / static_cast<double>(total(histogram));
}

struct Talk {
    explicit Talk(const sim::Link& link) : world(61, link) {
        for (int i = 0; i < 2; ++i) {
            browsers.push_back(&world.browser({}));
            world.call(*browsers.back());
            world.join(*browsers.back(), "lobby");
        }
        connected = world.run_until_connected({browsers[0], browsers[1]});
    }
    World world;
    std::vector<Browser*> browsers;
    bool connected = false;
};

TEST(Figures, CountTheStreamsOfAGoodCall) {
    Talk talk{{.delay = 15ms}};
    ASSERT_TRUE(talk.connected);
    talk.world.run_for(20s);
    const auto figures = talk.world.server().media_figures();
    EXPECT_NEAR(static_cast<double>(figures.streams.sent), 2 * 50 * 20, 30);
    EXPECT_NEAR(static_cast<double>(figures.streams.received), 2 * 50 * 20, 30);
    EXPECT_EQ(figures.streams.lost, 0U);
    EXPECT_EQ(figures.streams.late + figures.streams.overflowed + figures.streams.malformed, 0U);
    EXPECT_GE(figures.ticks, 50U * 20);
    EXPECT_EQ(total(figures.tick_lateness), figures.ticks);
    EXPECT_EQ(share_up_to(figures.tick_lateness, 1ms), 1) << "the simulation is never late";
    EXPECT_GE(total(figures.round_trip), 8U) << "two peers report every 2.5 s or so";
    EXPECT_EQ(share_up_to(figures.round_trip, 25ms), 0) << "it takes 30 ms";
    EXPECT_EQ(share_up_to(figures.round_trip, 50ms), 1);
    EXPECT_EQ(share_up_to(figures.jitter, 1ms), 1);
    EXPECT_EQ(figures.shard.faults, 0U);
}

TEST(Figures, CountLossJitterAndWhatWasInvented) {
    Talk talk{{.delay = 15ms}};
    ASSERT_TRUE(talk.connected);
    talk.world.network().set_link({.delay = 15ms, .jitter = 30ms, .loss = 0.1});
    talk.world.run_for(60s);
    const auto figures = talk.world.server().media_figures().streams;
    const auto expected = static_cast<double>(figures.received + figures.lost);
    EXPECT_NEAR(static_cast<double>(figures.lost) / expected, 0.1, 0.03);
    EXPECT_GT(figures.concealed + figures.recovered, figures.lost / 2);
    EXPECT_GT(share_up_to(talk.world.server().media_figures().jitter, 20ms), 0.5);
    EXPECT_LT(share_up_to(talk.world.server().media_figures().jitter, 2ms), 0.2);
}

TEST(Figures, NeverGoDownWhenLegsGoOrAreReplaced) {
    Talk talk{{.delay = 15ms}};
    ASSERT_TRUE(talk.connected);
    talk.world.run_for(5s);
    const auto before = talk.world.server().media_figures().streams;
    talk.world.hang_up(*talk.browsers[0]);
    const auto after = talk.world.server().media_figures().streams;
    EXPECT_EQ(after.received, before.received);
    EXPECT_EQ(after.sent, before.sent);

    Browser& reloaded = talk.world.browser({});
    talk.world.take_over(reloaded, talk.browsers[1]->leg);
    ASSERT_TRUE(talk.world.run_until_connected({&reloaded}));
    talk.world.run_for(1s);
    EXPECT_GT(talk.world.server().media_figures().streams.received, before.received);
    EXPECT_GT(talk.world.server().media_figures().streams.sent, before.sent);
}

TEST(Figures, CountDatagramsOfStrangers) {
    World world(62);
    ByteVector nonsense(40, std::uint8_t{0x80});
    const Path path{Server::address(), *Endpoint::parse("203.0.113.9:9")};
    for (int i = 0; i < 3; ++i) world.server().on_datagram(world.now(), path, nonsense);
    EXPECT_EQ(world.server().media_figures().shard.unroutable, 3U);
}

}  // namespace
}  // namespace legroom::scenario
