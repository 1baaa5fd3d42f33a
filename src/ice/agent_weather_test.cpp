// Thousands of calls in bad weather. Each is its seed: a failure prints it, and Call{seed, …} repeats it.
#include <algorithm>
#include <gtest/gtest.h>

#include "sim/seeds.hpp"

#include "ice/agent_test_call.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;
using namespace testing;

const std::uint64_t kSeeds = sim::seeds(500);

struct Weather {
    const char* name;
    sim::Link link;
    Duration median;  ///< half of the calls are up within this
};

const Weather kWeather[] = {
    {"fine", {.delay = 20ms}, 80ms},
    {"loopback", {.delay = 0ms}, 5ms},
    {"loss of 10 %", {.delay = 20ms, .loss = 0.1}, 100ms},
    {"loss of 20 %", {.delay = 20ms, .loss = 0.2}, 200ms},
    {"loss of 50 %", {.delay = 20ms, .loss = 0.5}, 1s},
    {"reordering", {.delay = 20ms, .jitter = 30ms, .reorder = 0.3}, 200ms},
    {"duplicates", {.delay = 20ms, .duplicate = 0.5}, 80ms},
    {"300 ms", {.delay = 300ms}, 1300ms},
    {"300 ms, loss of 20 %", {.delay = 300ms, .loss = 0.2}, 1500ms},
    {"everything", {.delay = 80ms, .jitter = 60ms, .loss = 0.3, .duplicate = 0.3, .reorder = 0.3}, 800ms},
};

/// Connected, nominated, and both on the same path.
void expect_settled(Call& call, std::uint64_t seed, const char* name) {
    ASSERT_TRUE(call.connect()) << name << ", seed " << seed;
    ASSERT_TRUE(call.settle()) << name << ", seed " << seed;
    const Path caller = *call.caller.agent.path();
    const Path server = *call.server.agent.path();
    EXPECT_EQ(caller.local, server.remote) << name << ", seed " << seed;
    EXPECT_EQ(caller.remote, server.local) << name << ", seed " << seed;
}

Scene many_addresses() {
    Scene scene;
    scene.caller_at = {at("192.0.2.1:1000"), at("10.0.0.1:1000"), at("[2001:db8::1]:1000")};
    scene.server_at = {at("198.51.100.1:2000"), at("[2001:db8::2]:2000")};
    return scene;
}

TEST(AgentInBadWeather, AlwaysConnects) {
    for (const Weather& weather : kWeather) {
        std::vector<Duration> times;
        for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
            Call call{seed, weather.link, seed % 2 == 0 ? many_addresses() : Scene{}};
            const Instant start = call.network.now();
            ASSERT_TRUE(call.connect()) << weather.name << ", seed " << seed;
            times.push_back(call.network.now() - start);
            expect_settled(call, seed, weather.name);
        }
        std::sort(times.begin(), times.end());
        EXPECT_LE(times[kSeeds / 2], weather.median)
            << weather.name << ": " << times[kSeeds / 2].count() << " us";
    }
}

TEST(AgentInBadWeather, ResolvesRoleConflicts) {
    for (const Role role : {Role::controlling, Role::controlled}) {
        for (const Weather& weather : kWeather) {
            for (std::uint64_t seed = 1; seed <= kSeeds / 5; ++seed) {
                Scene scene = many_addresses();
                scene.caller_role = scene.server_role = role;
                Call call{seed, weather.link, scene};
                expect_settled(call, seed, weather.name);
                EXPECT_NE(call.caller.agent.role(), call.server.agent.role())
                    << weather.name << ", seed " << seed;
                EXPECT_GT(
                    call.caller.agent.counters().role_conflicts + call.server.agent.counters().role_conflicts,
                    0U);
            }
        }
    }
}

/// Candidates come when signalling likes: seconds apart, before and after checks, and more than once.
TEST(AgentInBadWeather, TakesCandidatesLateAndRepeatedly) {
    std::uint64_t moved = 0;  // without media four lost questions in a row look like a peer that has gone
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        SeededRandom random{seed};
        Scene scene = many_addresses();
        scene.tell_caller = scene.tell_server = false;
        Call call{seed, {.delay = 40ms, .loss = 0.1}, scene};
        for (int i = 0; i < 4; ++i) {
            call.network.run_for(std::chrono::milliseconds{random.below(3000)});
            if (i % 2 == static_cast<int>(seed % 2))
                call.tell_caller();
            else
                call.tell_server();
        }
        expect_settled(call, seed, "late candidates");
        const auto before = call.server.paths.size();
        call.tell_caller();
        call.tell_server();
        call.network.run_for(10s);
        EXPECT_TRUE(call.server.connected() && call.caller.connected()) << seed;
        const auto moves = call.server.agent.counters().moves + call.caller.agent.counters().moves;
        if (moves > 0) ++moved;
        EXPECT_TRUE(moves > 0 || call.server.paths.size() == before)
            << "repeated after the fact, seed " << seed;
        EXPECT_LE(call.server.agent.remote_candidates().size(), 3U) << seed;
    }
    EXPECT_LE(moved, kSeeds / 100);
}

/// A browser without a microphone grant tells only .local names: the server learns it from its checks.
TEST(AgentInBadWeather, IsRescuedByPeerReflexiveCandidates) {
    for (const Weather& weather : kWeather) {
        for (std::uint64_t seed = 1; seed <= kSeeds / 5; ++seed) {
            Scene scene = many_addresses();
            scene.tell_server = false;
            Call call{seed, weather.link, scene};
            expect_settled(call, seed, weather.name);
            EXPECT_EQ(call.server.agent.remote_candidates().front().type, CandidateType::peer_reflexive);
        }
    }
}

/// Both sides know only host candidates, and a NAT stands before the caller.
TEST(AgentInBadWeather, GetsThroughANat) {
    for (const Weather& weather : kWeather) {
        for (std::uint64_t seed = 1; seed <= kSeeds / 5; ++seed) {
            Call call{seed, weather.link};
            const Endpoint outside = at("203.0.113.9:61000");
            call.network.translate(at("192.0.2.1:1000"), outside);
            ASSERT_TRUE(call.connect() && call.settle()) << weather.name << ", seed " << seed;
            EXPECT_EQ(call.server.agent.path()->remote, outside);
            const auto& locals = call.caller.agent.local_candidates();
            ASSERT_EQ(locals.size(), 2U);
            EXPECT_EQ(locals.back().type, CandidateType::peer_reflexive);
            EXPECT_EQ(locals.back().endpoint, outside);
        }
    }
}

TEST(AgentInBadWeather, KeepsTheCallForMinutes) {
    for (const double loss : {0.0, 0.1, 0.2, 0.3}) {
        for (std::uint64_t seed = 1; seed <= kSeeds / 2; ++seed) {
            Call call{seed,
                      {.delay = 40ms, .jitter = 20ms, .loss = loss, .duplicate = 0.05, .reorder = 0.05}};
            ASSERT_TRUE(call.settle()) << loss << ", seed " << seed;
            call.network.run_for(5min);
            EXPECT_TRUE(call.caller.connected()) << loss << ", seed " << seed;
            EXPECT_TRUE(call.server.connected()) << loss << ", seed " << seed;
        }
    }
}

TEST(AgentInBadWeather, NoticesAVanishedPeerInTime) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        Call call{seed, {.delay = 20ms, .loss = seed % 2 == 0 ? 0.2 : 0.0}};
        ASSERT_TRUE(call.settle()) << seed;
        call.network.run_for(std::chrono::milliseconds{seed * 97});
        const Instant vanished = call.network.now();
        call.network.remove(call.caller);
        ASSERT_TRUE(call.network.run_while_not([&] { return call.server.expired(); }, 31s)) << seed;
        EXPECT_EQ(call.server.states.back().reason, "consent expired");
        // The latest answer came at most 6 s before, and without loss no earlier than that.
        const Duration after = call.network.now() - vanished;
        if (seed % 2 == 1) {
            EXPECT_GE(after, 30s - 6s - 100ms) << seed;
        }
        EXPECT_LE(after, 30s + 20ms) << seed;
        EXPECT_EQ(call.server.deadline(), std::nullopt) << "nothing is sent to it any more";
    }
}

/// The phone goes from wireless to mobile: its old address is gone, its checks come from a new one.
TEST(AgentInBadWeather, FollowsThePeerToANewAddress) {
    for (const double loss : {0.0, 0.2}) {
        for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
            Call call{seed, {.delay = 40ms, .loss = loss}};
            ASSERT_TRUE(call.settle()) << seed;
            call.network.run_for(std::chrono::milliseconds{seed * 31});
            const Endpoint moved = at("203.0.113.77:4000");
            call.network.detach(at("192.0.2.1:1000"));
            call.network.attach(moved, call.caller);
            call.caller.agent.add_local_candidate(call.network.now(), host_candidate(moved, 65000));
            call.network.pump(call.caller);
            const bool followed = call.network.run_while_not(
                [&] {
                    return call.server.agent.path()->remote == moved &&
                           call.caller.agent.path()->local == moved && call.server.nominated() &&
                           call.caller.nominated();
                },
                20s);
            EXPECT_TRUE(followed) << loss << ", seed " << seed;
            call.network.run_for(1min);
            EXPECT_TRUE(call.server.connected() && call.caller.connected()) << loss << ", seed " << seed;
        }
    }
}

TEST(AgentInBadWeather, SurvivesAShortBlackout) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        Call call{seed, {.delay = 40ms}, many_addresses()};
        ASSERT_TRUE(call.settle()) << seed;
        call.network.run_for(std::chrono::milliseconds{seed * 31});
        call.network.set_link({.loss = 1});
        call.network.run_for(20s);
        call.network.set_link({.delay = 40ms});
        call.network.run_for(1min);
        EXPECT_TRUE(call.server.connected() && call.caller.connected()) << seed;
    }
}

}  // namespace
}  // namespace legroom::ice
