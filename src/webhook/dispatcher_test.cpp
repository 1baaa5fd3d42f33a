#include "webhook/dispatcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "webhook/dispatcher_test_world.hpp"

namespace legroom::webhook {
namespace {

using namespace std::chrono_literals;
using test::Reaction;
using test::World;
using testing::ElementsAre;

const Reaction kTaken{{200, ""}, 1ms};
const Reaction kRefused{{0, "refused"}, 1ms};
const Reaction kTimedOut{{0, "timeout"}, 10s};

TEST(Dispatcher, SendsAtOnceAndOneOfAnOrderAtATime) {
    World world;
    world.publish("leg1");
    world.publish("leg1");
    world.publish("leg2");
    EXPECT_THAT(world.requests, ElementsAre("leg1 1", "leg2 1"));
    world.run_for(1s);
    EXPECT_THAT(world.requests, ElementsAre("leg1 1", "leg2 1", "leg1 2"));
    world.expect_all_in_order();
    EXPECT_EQ(world.dispatcher.counters().delivered, 3U);
    EXPECT_EQ(world.dispatcher.memory(), 0U);
    EXPECT_EQ(world.dispatcher.receivers(), 0U);
    EXPECT_EQ(world.dispatcher.deadline(), std::nullopt);
}

TEST(Dispatcher, WaitsTwoThenFourSecondsAndNeverMoreThanTenMinutes) {  // contract 04
    World world;
    world.receive = [](const auto&, const auto&) { return Reaction{{500, ""}, 0s}; };
    world.publish("leg");
    world.run_for(90min);
    std::vector<Duration> waits;
    for (std::size_t i = 1; i < world.moments.size(); ++i)
        waits.push_back(world.moments[i] - world.moments[i - 1]);
    ASSERT_GT(waits.size(), 12U);
    EXPECT_THAT((std::vector<Duration>{waits.begin(), waits.begin() + 11}),
                ElementsAre(2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 512s, 10min, 10min));
}

TEST(Dispatcher, DeliversEverythingAfterTenMinutesOfDarkness) {
    World world;
    const Instant back = world.now + 10min;
    world.receive = [&](const auto&, const auto&) { return world.now < back ? kRefused : kTaken; };
    for (int second = 0; second < 600; ++second) {
        for (int leg = 0; leg < 5; ++leg) world.publish("leg" + std::to_string((second + leg) % 50));
        world.run_for(1s);
    }
    EXPECT_EQ(world.dispatcher.counters().delivered, 0U);
    world.run_for(8min);  // the first ones are tried again after 17 minutes and two seconds
    world.expect_all_in_order();
    EXPECT_EQ(world.dispatcher.counters().delivered, 3000U);
    EXPECT_EQ(world.dispatcher.dead_letters().total(), 0U);
}

TEST(Dispatcher, OneSuccessBringsAllForThatReceiverBackAtOnce) {
    World world;
    const Instant back = world.now + 10min;
    world.receive = [&](const auto&, const auto&) { return world.now < back ? kRefused : kTaken; };
    for (int leg = 0; leg < 200; ++leg) world.publish("leg" + std::to_string(leg));
    world.run_until(back + 1s);
    world.publish("new");
    world.run_for(4s);
    world.expect_all_in_order();
}

TEST(Dispatcher, AnEventThatTheReceiverDoesNotLikeHoldsUpItsOwnOrderOnly) {
    World world;
    world.receive = [](const auto&, const std::string& text) {
        return text == "bad 1" ? Reaction{{422, ""}, 1ms} : kTaken;
    };
    world.publish("bad");
    world.publish("bad");
    for (int i = 0; i < 100; ++i) {
        world.publish("good");
        world.run_for(1s);
    }
    EXPECT_EQ(world.taken["good"], 100U);
    EXPECT_EQ(world.taken["bad"], 0U);
    EXPECT_EQ(world.dispatcher.counters().failed_attempts, 6U) << "its waits are not cut short";
    world.run_for(7h);
    EXPECT_EQ(world.dispatcher.waiting(), 0U);
    ASSERT_EQ(world.dispatcher.dead_letters().all().size(), 1U);
    const DeadLetter& letter = world.dispatcher.dead_letters().all().front();
    EXPECT_EQ(letter.reason, DeadReason::expired);
    EXPECT_EQ(letter.body, "bad 1");
    EXPECT_EQ(letter.event_id, "idbad 1");
    EXPECT_EQ(letter.seq, 101U);
    EXPECT_EQ(letter.type, "leg.muted");
    EXPECT_EQ(letter.error, "status 422");
    EXPECT_GE(letter.waited, 6h);
    EXPECT_EQ(world.requests.back(), "bad 2") << "what was behind it goes on";
}

TEST(Dispatcher, HasAtLeastThreeAttemptsHoweverOldAnEventIs) {
    World world{Limits{.give_up = 0s}};
    world.receive = [](const auto&, const auto&) { return kRefused; };
    world.publish("leg");
    world.run_for(1min);
    EXPECT_EQ(world.requests.size(), 3U);
    EXPECT_EQ(world.dispatcher.counters().expired, 1U);
    EXPECT_EQ(world.dispatcher.dead_letters().all().front().error, "refused");
}

TEST(Dispatcher, ASlowReceiverIsNoTroubleToOthers) {
    World world{Limits{.at_a_time = 32, .per_receiver = 10}};
    world.receive = [](const std::string& url, const auto&) {
        return url == "http://slow" ? kTimedOut : kTaken;
    };
    for (int leg = 0; leg < 100; ++leg) world.publish("leg" + std::to_string(leg), "http://slow");
    world.publish("leg", "http://fast");
    world.run_for(10ms);
    EXPECT_EQ(world.taken["leg"], 1U);
    EXPECT_EQ(world.most_at["http://slow"], 10U);
    world.receive = [](const auto&, const auto&) { return kTaken; };
    world.run_for(30min);
    world.expect_all_in_order();
}

TEST(Dispatcher, ReceiversHaveTheirTurns) {
    World world{Limits{.at_a_time = 2, .per_receiver = 2}};
    for (int leg = 0; leg < 3; ++leg) world.publish("a" + std::to_string(leg), "http://a");
    for (int leg = 0; leg < 3; ++leg) world.publish("b" + std::to_string(leg), "http://b");
    world.run_for(1s);
    EXPECT_THAT(world.requests, ElementsAre("a0 1", "a1 1", "b0 1", "a2 1", "b1 1", "b2 1"));
    EXPECT_EQ(world.most_under_way, 2U);
    world.expect_all_in_order();
}

TEST(Dispatcher, WhatMemoryDoesNotHoldGoesToDiskAndComesBackInOrder) {
    World world{Limits{.memory = 40'000, .disk = 10'000'000}};
    const Instant back = world.now + 10min;
    world.receive = [&](const auto&, const auto&) { return world.now < back ? kTimedOut : kTaken; };
    for (int i = 0; i < 2'000; ++i) {
        world.publish("leg" + std::to_string(i % 20), "http://a", 1'000);
        world.run_for(100ms);
    }
    EXPECT_GT(world.dispatcher.disk(), 1'900'000U);
    EXPECT_EQ(world.disk.size(), world.dispatcher.counters().stored);
    world.run_for(20min);
    world.expect_all_in_order();
    EXPECT_LE(world.most_memory, 52'000U) << "the limit, and ten under way";
    EXPECT_EQ(world.dispatcher.disk(), 0U);
    EXPECT_TRUE(world.disk.empty());
    EXPECT_EQ(world.dispatcher.dead_letters().total(), 0U);
}

struct BoundCase {
    const char* what;
    Limits limits;
    std::size_t kept;  ///< Of 100 events with about 1000 bytes each: half of 15 in 16
};

TEST(Dispatcher, BeyondItsBoundsWhatComesIsADeadLetterAtOnce) {
    const BoundCase cases[] = {
        {"number", Limits{.deliveries = 60}, 29},
        {"memory without a disk", Limits{.memory = 40'400, .disk = 0}, 19},
        {"disk", Limits{.memory = 40'400, .disk = 60'600}, 19 + 28},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.what);
        World world{one.limits};
        world.receive = [](const auto&, const auto&) { return kRefused; };
        for (int i = 0; i < 100; ++i) {
            world.publish("leg", "http://user:word@a/b?c", 1'000);
            world.run_for(20ms);
        }
        EXPECT_EQ(world.dispatcher.waiting(), one.kept);
        EXPECT_EQ(world.dispatcher.counters().overflowed, 100 - one.kept);
        ASSERT_EQ(world.dispatcher.dead_letters().all().size(), 100 - one.kept);
        const DeadLetter& letter = world.dispatcher.dead_letters().all().front();
        EXPECT_EQ(letter.reason, DeadReason::overflow);
        EXPECT_EQ(letter.body.substr(0, 6), "leg " + std::to_string(one.kept + 1));
        EXPECT_EQ(letter.url, "http://a/b");
        EXPECT_EQ(letter.attempts, 0U);
        world.receive = [](const auto&, const auto&) { return kTaken; };
        world.run_for(15min);
        EXPECT_EQ(world.taken["leg"], one.kept);
        EXPECT_EQ(world.dispatcher.waiting(), 0U);
    }
}

/// Attempts to deliver to http://dead fail, all others succeed.
Reaction only_dead_refuses(const std::string& url, const std::string&) {
    return url.starts_with("http://dead") ? kRefused : kTaken;
}

TEST(Dispatcher, AReceiverThatIsGoneCostsOthersNoEvent) {
    const BoundCase cases[] = {
        {"number", Limits{.deliveries = 100}, 0},
        {"memory without a disk", Limits{.memory = 60'000, .disk = 0}, 0},
        {"disk", Limits{.memory = 60'000, .disk = 30'000}, 0},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.what);
        World world{one.limits};
        world.receive = only_dead_refuses;
        for (int i = 0; i < 300; ++i) {
            world.publish("gone", "http://dead", 1'000);
            world.run_for(10ms);
        }
        EXPECT_GT(world.dispatcher.counters().overflowed, 200U);
        for (int burst = 0; burst < 50; ++burst) {
            for (int leg = 0; leg < 14; ++leg)
                world.publish("leg" + std::to_string(leg), "http://good", 1'000);
            world.publish("gone", "http://dead", 1'000);
            world.run_for(100ms);
        }
        for (int leg = 0; leg < 14; ++leg) EXPECT_EQ(world.taken["leg" + std::to_string(leg)], 50U);
        for (const DeadLetter& letter : world.dispatcher.dead_letters().all())
            ASSERT_EQ(letter.url, "http://dead");
    }
}

TEST(Dispatcher, HoweverManyAreGoneWhoTakesEventsGetsThem) {
    World world{Limits{.deliveries = 1'000}};
    world.receive = only_dead_refuses;
    for (int receiver = 0; receiver < 12; ++receiver) {
        const std::string name = std::to_string(receiver);
        for (int i = 0; i < 600; ++i) world.publish("gone" + name, "http://dead" + name);
    }
    world.run_for(1s);
    EXPECT_GT(world.dispatcher.waiting(), 900U);
    for (int i = 0; i < 200; ++i) {
        world.publish("leg" + std::to_string(i % 5), "http://good");
        world.run_for(50ms);
    }
    for (int leg = 0; leg < 5; ++leg) EXPECT_EQ(world.taken["leg" + std::to_string(leg)], 40U);
    EXPECT_LE(world.dispatcher.waiting(), 1'000U);
}

TEST(Dispatcher, ADiskThatDoesNotWorkCostsBoundedMemoryAndNoEventWithoutAWord) {
    World world{Limits{.memory = 20'000}};
    world.disk_works = [] { return false; };
    world.receive = [](const auto&, const auto&) { return kRefused; };
    for (int i = 0; i < 100; ++i) {
        world.publish("leg", "http://a", 1'000);
        world.run_for(20ms);
    }
    EXPECT_LE(world.most_memory, 40'000U);
    EXPECT_GT(world.dispatcher.counters().overflowed, 50U);
    EXPECT_EQ(world.dispatcher.waiting() + world.dispatcher.counters().overflowed, 100U);
    const std::size_t kept = world.dispatcher.waiting();
    world.receive = [](const auto&, const auto&) { return kTaken; };
    world.run_for(15min);
    EXPECT_EQ(world.taken["leg"], kept);
    EXPECT_EQ(world.dispatcher.disk(), 0U);
}

TEST(Dispatcher, ADiskThatHangsCostsBoundedMemoryAndNoEvent) {
    World world{Limits{.memory = 40'000}};
    world.disk_hangs = true;
    for (int burst = 0; burst < 200; ++burst) {
        for (int i = 0; i < 20; ++i) world.publish("a", "http://a", 1'000);
        for (int i = 0; i < 21; ++i) world.publish("b", "http://b", 1'000);
        world.run_for(1s);
    }
    world.expect_all_in_order();
    EXPECT_GT(world.most_hanging, 5'000U);
    EXPECT_LE(world.most_hanging, 40'000U) << "of all that was delivered meanwhile, too";
    EXPECT_GE(world.dispatcher.memory(), 5'000U) << "it is still there";
    EXPECT_EQ(world.dispatcher.dead_letters().total(), 0U);
    world.let_disk_go();
    EXPECT_EQ(world.dispatcher.memory(), 0U);
    EXPECT_EQ(world.dispatcher.disk(), 0U);
}

TEST(Dispatcher, WhatCannotBeReadBackIsADeadLetterAndTheRestGoesOn) {
    World world{Limits{.memory = 20'000}};
    world.receive = [](const auto&, const auto&) { return kRefused; };
    for (int i = 0; i < 30; ++i) {
        world.publish("leg", "http://a", 1'000);
        world.run_for(20ms);
    }
    const std::size_t stored = world.disk.size();
    EXPECT_GT(stored, 3U);
    world.receive = [](const auto&, const auto&) { return kTaken; };
    world.disk_works = [] { return false; };
    world.run_for(1min);
    EXPECT_EQ(world.dispatcher.waiting(), 0U);
    EXPECT_EQ(world.dispatcher.counters().lost, stored);
    EXPECT_EQ(world.dispatcher.counters().delivered, 30 - stored);
    EXPECT_EQ(world.dispatcher.dead_letters().all().front().body, "");
    EXPECT_NE(world.dispatcher.dead_letters().all().front().event_id, "");
}

TEST(Dispatcher, IgnoresWhatItDoesNotKnow) {
    World world;
    world.dispatcher.finished(world.now, DeliveryId{7}, {200, ""});
    world.dispatcher.stored(DeliveryId{7}, true);
    world.dispatcher.loaded(world.now, DeliveryId{7}, "x");
    world.publish("leg");
    world.run_for(1s);
    world.expect_all_in_order();
}

/// Receivers that do anything, at random but repeatably: whatever they do, order and number hold.
TEST(Dispatcher, LosesNothingWhateverReceiversDo) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        std::uint64_t state = seed;
        const auto below = [&state](std::uint64_t bound) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            return (state >> 33) % bound;
        };
        World world{Limits{.memory = 3'000, .at_a_time = 6, .per_receiver = 4}};
        bool calm = false;
        world.receive = [&](const auto&, const auto&) {
            static const Attempt kEnds[] = {{200, ""}, {200, ""}, {500, ""},
                                            {302, ""}, {503, ""}, {0, "timeout"}};
            if (calm) return kTaken;
            return Reaction{kEnds[below(6)], std::chrono::milliseconds{below(10'000)}};
        };
        for (int i = 0; i < 300; ++i) {
            world.publish("leg" + std::to_string(below(10)), "http://" + std::string(1, 'a'), below(200));
            world.run_for(std::chrono::milliseconds{below(2'000)});
        }
        calm = true;
        world.run_for(30min);
        world.expect_all_in_order();
        EXPECT_LE(world.most_memory, 2 * 3'000U + 6 * 250U);
        EXPECT_EQ(world.dispatcher.memory(), 0U);
        EXPECT_TRUE(world.disk.empty());
    }
}

}  // namespace
}  // namespace legroom::webhook
