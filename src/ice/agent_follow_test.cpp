// A call that stays: peers that move, blackouts, consent that ends, paths that are both alive.
#include <algorithm>
#include <gtest/gtest.h>

#include "sim/seeds.hpp"

#include "ice/agent_test_bench.hpp"
#include "ice/agent_test_browser.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;
using namespace testing;

const std::uint64_t kTalks = sim::seeds(50);

const Endpoint kHome = at("192.0.2.1:1000");
const Endpoint kMapped = at("203.0.113.9:61000");
const Endpoint kRebound = at("203.0.113.9:61777");

/// The NAT has forgotten its mapping and makes another.
void rebind(sim::Network& network, const Endpoint& inside, const Endpoint& before, const Endpoint& after) {
    network.translate(inside, after);
    network.translate(at("0.0.0.1:1"), before);  // nobody is behind it any more
}

TEST(AgentFollowing, ANatReboundInTalkCostsLessThanASecond) {
    for (const double loss : {0.0, 0.1, 0.2}) {
        Duration longest{};
        for (std::uint64_t seed = 1; seed <= kTalks; ++seed) {
            BrowserCall call{seed, {.delay = 50ms, .loss = loss}};
            call.network.translate(kHome, kMapped);
            call.talk(5s + std::chrono::milliseconds{seed * 37});
            call.browser.longest_gap = {};
            rebind(call.network, kHome, kMapped, kRebound);
            call.network.run_for(10s);
            ASSERT_EQ(call.server.agent.path()->remote, kRebound) << loss << ", seed " << seed;
            EXPECT_LE(call.browser.longest_gap, 1s) << loss << ", seed " << seed;
            longest = std::max(longest, call.browser.longest_gap);
            EXPECT_EQ(call.server.agent.state(), State::connected);
            EXPECT_LE(call.server.most_unheard(), 7);
        }
        std::printf("[ rebind   ] loss of %2.0f %%: longest gap of %d calls %lld ms\n", loss * 100,
                    static_cast<int>(kTalks), static_cast<long long>(longest.count() / 1000));
        EXPECT_LE(longest, loss == 0.0 ? 350ms : 1s) << "one way to us, and a round trip";
    }
}

/// From wireless to mobile. How long the peer takes to notice is its own affair.
TEST(AgentFollowing, ANewAddressIsTakenWithinOneRoundTripOfItsFirstCheck) {
    for (const double loss : {0.0, 0.2}) {
        for (std::uint64_t seed = 1; seed <= kTalks; ++seed) {
            BrowserCall call{seed, {.delay = 50ms, .loss = loss}};
            call.talk(5s);
            const Endpoint moved = at("198.18.0.7:4000");
            call.network.detach(kHome);
            call.network.attach(moved, call.browser);
            call.browser.move_to(call.network.now(), moved);
            call.browser.longest_gap = {};
            call.network.run_for(5s);
            ASSERT_EQ(call.server.agent.path()->remote, moved) << loss << ", seed " << seed;
            EXPECT_LE(call.browser.longest_gap, loss == 0 ? 350ms : 1s) << loss << ", seed " << seed;
        }
    }
}

TEST(AgentFollowing, ABlackoutIsOverWhenItIsOver) {
    for (const Duration dark : {5s, 10s, 20s}) {
        for (const bool talking : {true, false}) {
            for (std::uint64_t seed = 1; seed <= kTalks / 2; ++seed) {
                BrowserCall call{seed, {.delay = 50ms}};
                call.talk(5s + std::chrono::milliseconds{seed * 37});
                if (!talking) call.browser.media_from = call.server.media_from = std::nullopt;
                call.network.run_for(7s);
                const Path before = *call.server.agent.path();
                call.network.set_link({.loss = 1});
                call.network.run_for(dark);
                EXPECT_GE(call.network.now() - *call.server.agent.last_heard(), dark - 100ms);
                call.network.set_link({.delay = 50ms});
                const Instant over = call.network.now();
                call.network.run_for(1s);
                EXPECT_GT(*call.server.agent.last_heard(), over) << dark.count() << ", seed " << seed;
                EXPECT_LE(*call.server.agent.report(call.network.now()).consent_age, 1s)
                    << "a check of ours was answered, seed " << seed;
                EXPECT_EQ(call.server.agent.path(), before);
                EXPECT_EQ(call.server.states.size(), 1U) << "connected, and nothing since";
            }
        }
    }
}

/// RFC 7675 §5.1.
TEST(AgentFollowing, AnExpiredFiveTupleIsNotUsedAgainButAnotherIs) {
    for (std::uint64_t seed = 1; seed <= kTalks; ++seed) {
        BrowserCall call{seed, {.delay = 50ms}};
        call.talk(5s);
        call.network.set_link({.loss = 1});
        const Instant dark = call.network.now();
        ASSERT_TRUE(
            call.network.run_while_not([&] { return call.server.agent.state() == State::expired; }, 31s));
        EXPECT_GE(call.network.now() - dark, 15s);
        EXPECT_LE(call.network.now() - dark, 30s);
        EXPECT_EQ(call.server.states.back().cause, FailureCode::consent_expired);
        call.network.run_for(5s);

        call.network.set_link({.delay = 50ms});
        std::size_t ours = 0;
        call.network.on_send([&](Instant, const Transmit& sent) {
            const auto header = stun::peek_header(sent.bytes);
            const bool answer = header && header->kind == stun::Class::success;
            if (sent.path.local == at("198.51.100.1:2000") && !answer) ++ours;
        });
        call.network.run_for(10s);
        EXPECT_EQ(ours, 0U) << "neither media nor checks, though the peer checks and sends";
        EXPECT_EQ(call.server.agent.state(), State::expired);
        EXPECT_EQ(call.server.agent.path(), std::nullopt);

        const Endpoint moved = at("198.18.0.7:4000");
        call.network.detach(kHome);
        call.network.attach(moved, call.browser);
        call.browser.move_to(call.network.now(), moved);
        call.network.run_for(500ms);
        EXPECT_EQ(call.server.agent.state(), State::connected);
        EXPECT_EQ(call.server.agent.path()->remote, moved);
        EXPECT_EQ(call.server.states.size(), 3U);
    }
}

class AgentFollowTest : public AgentBench {
protected:
    /// kPath nominated, kOther valid.
    void connect_both() {
        connect();
        receive(check(), kOther);
        advance(20ms);
        answer_all(kOther);
        receive(check(true));
        answer_all();
        drain();
        ASSERT_EQ(agent->path(), kPath);
    }
    /// Every 20 ms something may come; checks are answered on the paths that live.
    template <class Say>
    void live(Duration duration, std::vector<Path> alive, Say say) {
        int tick = 0;
        for (const Instant end = now + duration; now < end; advance(20ms)) {
            say(tick++);
            for (const Transmit& one : checks(drain())) {
                if (std::find(alive.begin(), alive.end(), one.path) != alive.end())
                    receive(answer(one), one.path);
            }
        }
    }

    const Path kOther{kOurs, at("192.0.2.1:1001")};
};

TEST_F(AgentFollowTest, StaysWhileThePeerSendsByTwoPaths) {
    connect_both();
    live(20s, {kPath, kOther}, [&](int tick) { agent->media_arrived(now, tick % 2 == 0 ? kPath : kOther); });
    EXPECT_EQ(agent->path(), kPath);
    live(20s, {kPath, kOther}, [&](int) { agent->media_arrived(now, kOther); });
    EXPECT_EQ(agent->path(), kPath) << "all media by the other path, but this one answers";
    EXPECT_EQ(agent->counters().moves, 0U);
    EXPECT_EQ(paths.size(), 2U);
}

/// Discontinuous transmission: a packet every 400 ms, and the peer's checks of its spare pair in between.
TEST_F(AgentFollowTest, StaysInThePausesOfSpeech) {
    connect_both();
    live(60s, {kPath, kOther}, [&](int tick) {
        if (tick % 20 == 0) agent->media_arrived(now, kPath);
        if (tick % 24 == 12) receive(check(), kOther);
    });
    EXPECT_EQ(agent->path(), kPath);
    EXPECT_EQ(agent->counters().moves, 0U);
}

TEST_F(AgentFollowTest, FollowsMediaToAnotherPathAndStaysThere) {
    connect_both();
    live(1s, {kPath, kOther}, [&](int) { agent->media_arrived(now, kPath); });
    const Instant left = now;
    live(400ms, {kOther}, [&](int) { agent->media_arrived(now, kOther); });
    EXPECT_EQ(agent->path(), kOther);
    EXPECT_EQ(agent->counters().moves, 1U);
    live(60s, {kPath, kOther}, [&](int) { agent->media_arrived(now, kOther); });
    EXPECT_EQ(agent->path(), kOther) << "the old one answers again, and the peer does not send by it";
    EXPECT_EQ(agent->counters().moves, 1U) << "since " << left.time_since_epoch().count();
    receive(check(true));
    live(100ms, {kPath, kOther}, [&](int) { agent->media_arrived(now, kPath); });
    EXPECT_EQ(agent->path(), kPath) << "unless it nominates it";
}

TEST_F(AgentFollowTest, ChecksMediaFromAnUnknownPortAtOnce) {
    connect_both();
    const Path rebound{kOurs, at("192.0.2.1:7777")};
    advance(20ms);
    agent->media_arrived(now, kPath);
    drain();
    advance(20ms);
    agent->media_arrived(now, rebound);
    const auto sent = checks(drain());
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0].path, rebound);
    EXPECT_EQ(sent[1].path, kPath) << "and asks where the peer was";
    EXPECT_EQ(agent->last_heard(), now);
    EXPECT_FALSE(agent->is_valid(rebound)) << "nothing is sent there before it has answered";
    receive(answer(sent[0]), rebound);
    EXPECT_TRUE(agent->is_valid(rebound));
}

TEST_F(AgentFollowTest, LeavesTheDeadPairAloneAfterItsTime) {
    connect_both();
    const Path rebound{kOurs, at("192.0.2.1:7777")};
    live(35s, {rebound}, [&](int) { agent->media_arrived(now, rebound); });
    ASSERT_EQ(agent->path(), rebound);
    std::size_t to_the_dead = 0;
    for (const Instant end = now + 5min; now < end; advance(20ms)) {
        agent->media_arrived(now, rebound);
        for (const Transmit& one : checks(drain())) {
            if (one.path == rebound) receive(answer(one), rebound);
            if (one.path != rebound) ++to_the_dead;
        }
    }
    EXPECT_EQ(to_the_dead, 0U) << "somebody else may live there by now";
    EXPECT_EQ(agent->state(), State::connected);
}

/// Nobody nominates, and long ago a better pair worked.
TEST_F(AgentFollowTest, TakesNoPairThatWorkedLongAgo) {
    connect();
    Candidate worse = remote(at("192.0.2.1:1001"));
    worse.priority -= 1000;
    Candidate worst = remote(at("192.0.2.1:1002"));
    worst.priority -= 2000;
    agent->add_remote_candidate(now, worse);
    live(1s, {kPath, kOther}, [&](int) {});
    ASSERT_EQ(agent->path(), kPath);
    live(20s, {kOther}, [&](int) { agent->media_arrived(now, kOther); });
    ASSERT_EQ(agent->path(), kOther);
    agent->add_remote_candidate(now, worst);
    live(5s, {kOther, {kOurs, worst.endpoint}}, [&](int) {});
    EXPECT_EQ(agent->path(), kOther) << "not back to what is dead, because another pair succeeded";
}

/// An ice-lite peer that answers checks, and refuses every nomination.
TEST_F(AgentFollowTest, NominatesNoFasterWhenRefused) {
    start(Role::controlling);
    agent->add_remote_candidate(now, remote(kTheirs));
    std::size_t refused = 0;
    for (const Instant end = now + 60s; now < end; advance(10ms)) {
        for (const Transmit& one : checks(drain())) {
            if (!parsed(one.bytes).use_candidate) {
                receive(answer(one));
                continue;
            }
            ++refused;
            const auto header = *stun::peek_header(one.bytes);
            auto key = stun::IntegrityKey::short_term(theirs_.password);
            stun::Builder error{{stun::Class::error, header.method, header.transaction}};
            receive(error.error(400, "").message_integrity(key).fingerprint().take());
        }
    }
    EXPECT_GE(refused, 5U);
    EXPECT_LE(refused, 20U);
    EXPECT_EQ(agent->path(), kPath) << "it works all the same";
}

TEST_F(AgentFollowTest, SaysWhyNothingWorked) {
    const auto cause = [&] {
        advance(31s);
        drain();
        return states.back().cause;
    };
    start(Role::controlled);
    EXPECT_EQ(cause(), FailureCode::no_remote_candidates);

    start(Role::controlled);
    agent->add_remote_candidate(now, remote(kTheirs));
    EXPECT_EQ(cause(), FailureCode::no_reply);

    start(Role::controlled);
    agent->add_remote_candidate(now, remote(kTheirs));
    receive(seal(request(), "guessed"));
    EXPECT_EQ(cause(), FailureCode::stun_auth);

    start(Role::controlled);
    agent->add_remote_candidate(now, remote(kTheirs));
    receive(answer(drain().at(0), "guessed"));
    EXPECT_EQ(cause(), FailureCode::stun_auth) << "our checks are refused, or theirs are of another call";

    start(Role::controlled);
    receive(seal(request(), "guessed"));
    receive(check());
    EXPECT_EQ(cause(), FailureCode::no_reply) << "it knows the password, and does not answer";
}

TEST_F(AgentFollowTest, ConsentLastsBetweenFifteenAndThirtySeconds) {
    for (const auto& [wanted, got] : {std::pair{1s, 15s}, {20s, 20s}, {1000s, 30s}}) {
        AgentConfig config = Call::config(Role::controlled, {kOurs}, "SERV", "CALL");
        config.consent_timeout = wanted;
        agent.emplace(config, random_, now);
        connect();
        const Instant start = now;
        while (agent->state() == State::connected) advance(100ms);
        EXPECT_EQ(now - start, got);
    }
}

TEST_F(AgentFollowTest, ReportsWhatItKnows) {
    connect_both();
    now += 30ms;
    receive(check());
    const AgentReport report = agent->report(now);
    EXPECT_EQ(report.role, Role::controlled);
    EXPECT_EQ(report.local.size(), agent->local_candidates().size());
    EXPECT_EQ(report.remote.size(), 2U);
    EXPECT_EQ(report.selected, kPath);
    ASSERT_EQ(report.pairs.size(), 2U);
    const PairReport& selected = report.pairs[report.pairs[0].selected ? 0 : 1];
    EXPECT_EQ(selected.path, kPath);
    EXPECT_TRUE(selected.selected && selected.nominated);
    EXPECT_EQ(selected.state, PairState::succeeded);
    EXPECT_EQ(selected.remote_type, CandidateType::host);
    EXPECT_EQ(selected.requests_received, 2U);
    EXPECT_GE(selected.requests_sent, 1U);
    EXPECT_EQ(selected.responses, selected.requests_sent);
    EXPECT_EQ(selected.round_trip, Duration{0});
    EXPECT_EQ(report.consent_age, 50ms);
    EXPECT_EQ(report.unauthenticated, 0U);
}

}  // namespace
}  // namespace legroom::ice
