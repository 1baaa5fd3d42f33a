// Which path is taken, and how long it lives: nomination, consent, moves, timeouts.
#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "ice/agent_test_bench.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;
using namespace testing;

class AgentPathTest : public AgentBench {};

TEST_F(AgentPathTest, TakesANominationWhileItsOwnCheckRuns) {
    agent->add_remote_candidate(now, remote(kTheirs));
    const auto running = drain();
    receive(check(true));
    drain();
    EXPECT_TRUE(paths.empty());
    receive(answer(running[0]));
    drain();
    ASSERT_EQ(paths.size(), 1U);
    EXPECT_EQ(paths[0].path, kPath);
    EXPECT_TRUE(paths[0].nominated);
    ASSERT_EQ(states.size(), 1U);
    EXPECT_EQ(states[0].state, State::connected);
}

TEST_F(AgentPathTest, IsConnectedBeforeItsPathIsNominated) {
    connect();
    ASSERT_EQ(paths.size(), 1U);
    EXPECT_FALSE(paths[0].nominated);
    receive(check(true));
    drain();
    ASSERT_EQ(paths.size(), 2U);
    EXPECT_EQ(paths[1].path, kPath);
    EXPECT_TRUE(paths[1].nominated);
    EXPECT_EQ(states.size(), 1U);
}

TEST_F(AgentPathTest, FollowsALaterNominationButNoEcho) {
    connect();
    const Path other{kOurs, at("192.0.2.1:1001")};
    const ByteVector first = check(true);
    receive(first);
    receive(check(), other);
    advance(20ms);
    answer_all(other);
    const ByteVector second = check(true);
    receive(second, other);
    EXPECT_EQ(agent->path(), other);
    receive(first);
    EXPECT_EQ(agent->path(), other) << "a duplicate of the older nomination";
    receive(check());
    EXPECT_EQ(agent->path(), other) << "a check that nominates nothing";
    receive(check(true));
    EXPECT_EQ(agent->path(), kPath) << "a new nomination";
    EXPECT_TRUE(agent->is_valid(other)) << "media still comes by it";
}

TEST_F(AgentPathTest, PrefersTheBetterPairBeforeNomination) {
    connect();
    Candidate better = remote(at("192.0.2.9:9"));
    better.priority = kMaxRemoteCandidates + agent->remote_candidates()[0].priority;
    agent->add_remote_candidate(now, better);
    advance(20ms);
    answer_all({kOurs, better.endpoint});
    EXPECT_EQ(agent->path()->remote, better.endpoint);
}

TEST_F(AgentPathTest, NominatesWhenControlling) {
    start(Role::controlling);
    agent->add_remote_candidate(now, remote(kTheirs));
    answer_all();
    const auto nominating = checks(drain());
    ASSERT_EQ(nominating.size(), 1U);
    EXPECT_TRUE(parsed(nominating[0].bytes).use_candidate);
    EXPECT_FALSE(paths.back().nominated);
    receive(answer(nominating[0]));
    drain();
    EXPECT_TRUE(paths.back().nominated);
    advance(1s);
    EXPECT_TRUE(drain().empty()) << "concluded";
}

TEST_F(AgentPathTest, WaitsALittleForABetterPairToNominate) {
    start(Role::controlling);
    Candidate better = remote(at("192.0.2.9:9"));
    better.priority += 1;
    agent->add_remote_candidate(now, better);
    agent->add_remote_candidate(now, remote(kTheirs));
    drain();  // the better one's check gets no answer
    advance(20ms);
    answer_all();
    const Instant valid = now;
    std::vector<Transmit> nominating;
    while (nominating.empty() && now < valid + 1s) {
        advance(10ms);
        nominating = checks(drain());
        std::erase_if(nominating, [](const auto& one) { return !parsed(one.bytes).use_candidate; });
    }
    EXPECT_EQ(now - valid, 200ms);
    EXPECT_EQ(nominating.at(0).path, kPath);
}

/// An ice-lite peer only answers.
TEST_F(AgentPathTest, TalksToALitePeer) {
    AgentConfig config = Call::config(Role::controlled, {kOurs}, "SERV", "CALL");
    config.remote_lite = true;
    agent.emplace(config, random_, now);
    agent->add_remote_candidate(now, remote(kTheirs));
    EXPECT_EQ(agent->role(), Role::controlling);
    for (const Instant end = now + 5min; now < end; advance(10ms)) {
        answer_all();
        agent->media_arrived(now, kPath);
    }
    EXPECT_EQ(agent->state(), State::connected);
    EXPECT_TRUE(paths.back().nominated);
    EXPECT_LE(agent->counters().checks, 2 + 5 * 60 / 4U);
}

TEST_F(AgentPathTest, GivesUpAfterTheSetupTimeout) {
    agent->add_remote_candidate(now, remote(kTheirs));
    const Instant start = now;
    while (agent->state() == State::checking) {
        drain();
        ASSERT_GT(*agent->deadline(), now);
        now = *agent->deadline();
        agent->handle_timeout(now);
    }
    drain();
    EXPECT_EQ(now - start, 30s);
    EXPECT_EQ(states.back().state, State::failed);
    EXPECT_EQ(states.back().cause, FailureCode::no_reply);
    EXPECT_EQ(agent->deadline(), std::nullopt);
    receive(check());
    agent->add_remote_candidate(now, remote(at("192.0.2.9:9")));
    agent->add_local_candidate(now, host_candidate(at("192.0.2.8:9"), 1));
    agent->handle_timeout(now + 1h);
    EXPECT_TRUE(drain().empty()) << "failed is final";
}

TEST_F(AgentPathTest, AsksForConsentEveryFiveSeconds) {  // RFC 7675 §5.1
    connect();
    Instant last = now;
    for (int i = 0; i < 100; ++i) {
        std::vector<Transmit> sent;
        while (sent.empty()) {
            agent->media_arrived(now, kPath);
            advance(20ms);
            sent = drain();
        }
        ASSERT_EQ(sent.size(), 1U);
        EXPECT_GE(now - last, 4s);
        EXPECT_LE(now - last, 6s + 20ms);
        last = now;
        receive(answer(sent[0]));
    }
}

TEST_F(AgentPathTest, AsksAfterTwoSecondsInWhichNothingCame) {
    connect();
    for (int i = 0; i < 20; ++i) {
        const Instant heard = now;
        now = *agent->deadline();
        agent->handle_timeout(now);
        const auto sent = drain();
        ASSERT_EQ(sent.size(), 1U);
        EXPECT_EQ(now - heard, 2s);
        receive(answer(sent[0]));
        EXPECT_EQ(agent->last_heard(), now);
    }
    // And from then on every second or faster, so that five seconds of silence are no accident.
    const Instant heard = now;
    std::vector<Instant> asked;
    for (; now < heard + 25s; advance(10ms)) {
        if (!drain().empty()) asked.push_back(now);
    }
    EXPECT_EQ(asked[0] - heard, 2s);
    for (std::size_t i = 1; i < asked.size(); ++i) EXPECT_LE(asked[i] - asked[i - 1], 1s);
    EXPECT_GE(std::count_if(asked.begin(), asked.end(), [&](Instant at) { return at < heard + 5s; }), 3);
    EXPECT_EQ(agent->last_heard(), heard);
}

TEST_F(AgentPathTest, LosesConsentThirtySecondsAfterTheLatestAnswer) {
    connect();
    const Instant granted = now;
    while (agent->state() == State::connected) {
        for (const Transmit& one : checks(drain())) {
            receive(answer(one, "guessed"));                     // forged
            receive(answer(one), {kOurs, at("203.0.113.1:1")});  // by another way
        }
        receive(check());  // it still checks us: that is no consent
        ASSERT_GT(*agent->deadline(), now);
        now = *agent->deadline();
        agent->handle_timeout(now);
    }
    drain();
    EXPECT_EQ(now - granted, 30s);
    EXPECT_EQ(agent->state(), State::expired);
    EXPECT_EQ(agent->path(), std::nullopt);
    EXPECT_EQ(states.back().cause, FailureCode::consent_expired);
    EXPECT_GE(agent->counters().checks, 20U) << "asked more often when it got no answer";

    const auto heard = agent->last_heard();
    now += 1s;
    agent->media_arrived(now, kPath);
    EXPECT_EQ(agent->last_heard(), heard) << "we may not answer there, so it keeps no call alive";
}

TEST_F(AgentPathTest, AnAddressLearntFromACheckIsPairedWithAllOurBasesOnceItIsSignalled) {
    const Endpoint other = at("192.0.2.1:2001");
    start(Role::controlled, {kOurs, other});
    const Endpoint mapped = at("203.0.113.8:4000");
    receive(check(), {kOurs, mapped});  // its check overtakes its candidate
    drain();
    agent->add_remote_candidate(now, remote(mapped, CandidateType::server_reflexive));
    std::set<Endpoint> from;
    for (const Instant end = now + 1s; now < end; advance(5ms)) {
        for (const Transmit& one : checks(drain())) from.insert(one.path.local);
    }
    EXPECT_EQ(from, (std::set<Endpoint>{kOurs, other}));
}

TEST_F(AgentPathTest, GoesWhereThePeerAnswersWhenTheNominatedPathIsSilent) {
    connect();
    receive(check(true));
    const Path other{kOurs, at("192.0.2.1:1001")};
    receive(check(), other);
    advance(20ms);
    answer_all(other);
    EXPECT_EQ(agent->path(), kPath);
    const Instant silent = now;
    while (agent->path() == kPath && now < silent + 30s) {
        advance(10ms);
        answer_all(other);
    }
    EXPECT_LT(now - silent, 6s);
    drain();
    EXPECT_FALSE(paths.back().nominated);

    for (const Instant end = now + 20s; now < end; advance(10ms)) {
        for (const Transmit& one : checks(drain())) receive(answer(one), one.path);
    }
    EXPECT_EQ(agent->path(), kPath) << "back where the peer wants it, for it answers there again";
    EXPECT_TRUE(paths.back().nominated);
}

TEST_F(AgentPathTest, MovesToAPathThatWorkedLongAgoWithoutLosingTheCall) {
    connect();
    const Path other{kOurs, at("192.0.2.1:1001")};
    receive(check(true));
    receive(check(), other);
    advance(20ms);
    answer_all(other);
    for (const Instant end = now + 60s; now < end; advance(10ms)) {
        for (const Transmit& one : checks(drain())) receive(answer(one), one.path);
    }
    ASSERT_EQ(agent->path(), kPath);
    receive(check(true), other);
    for (const Instant end = now + 1s; now < end; advance(10ms)) {
        for (const Transmit& one : checks(drain())) receive(answer(one), one.path);
    }
    EXPECT_EQ(agent->state(), State::connected);
    EXPECT_EQ(agent->path(), other);
}

}  // namespace
}  // namespace legroom::ice
