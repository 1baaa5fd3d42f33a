// TCP candidates (RFC 6544), relayed bases, and ends that go away.
#include <gtest/gtest.h>

#include "ice/agent_test_bench.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;
using namespace testing;

const Endpoint kListening = at("198.51.100.1:443");
const Endpoint kConnected = at("192.0.2.1:51515");
const Path kStream{kListening, kConnected, Transport::tcp};

class AgentTcpTest : public AgentBench {
protected:
    AgentTcpTest() { start_both(Role::controlled); }

    void start_both(Role role) {
        AgentConfig config = Call::config(role, {kOurs}, "SERV", "CALL");
        config.local_candidates.push_back(tcp_host_candidate(kListening, 65535));
        agent.emplace(config, random_, now);
    }
    static Candidate active(const Endpoint& endpoint) {
        Candidate candidate = remote(endpoint);
        candidate.transport = Transport::tcp;
        candidate.tcp_type = TcpType::active;
        return candidate;
    }
    void connect_stream() {
        receive(check(true), kStream);
        answer_all(kStream);
        drain();
        ASSERT_EQ(agent->path(), kStream);
    }
};

TEST_F(AgentTcpTest, WaitsForThePeerToConnect) {
    agent->add_remote_candidate(now, active(at("192.0.2.1:9")));
    Candidate passive = active(at("192.0.2.1:7000"));
    passive.tcp_type = TcpType::passive;
    agent->add_remote_candidate(now, passive);
    EXPECT_EQ(agent->remote_candidates().size(), 2U) << "kept for the report";
    for (const Instant end = now + 29s; now < end; advance(100ms)) EXPECT_TRUE(drain().empty());
    EXPECT_TRUE(agent->report(now).pairs.empty());
}

TEST_F(AgentTcpTest, PairsNoTcpWithUdp) {
    agent->add_remote_candidate(now, remote(kTheirs));
    const auto report = agent->report(now);
    ASSERT_EQ(report.pairs.size(), 1U);
    EXPECT_EQ(report.pairs[0].path, kPath);
}

TEST_F(AgentTcpTest, ChecksBackByTheConnectionTheCheckCameBy) {
    receive(check(true), kStream);
    const auto sent = drain();
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0].path, kStream);
    EXPECT_EQ(sent[1].path, kStream);
    EXPECT_EQ(parsed(sent[1].bytes).priority,
              candidate_priority(CandidateType::peer_reflexive, (4U << 13) + 8191, Transport::tcp));
    receive(answer(sent[1]), kStream);
    EXPECT_EQ(agent->path(), kStream);
    drain();
    EXPECT_TRUE(paths.back().nominated);
    const auto& remotes = agent->remote_candidates();
    ASSERT_EQ(remotes.size(), 1U);
    EXPECT_EQ(remotes[0].type, CandidateType::peer_reflexive);
    EXPECT_EQ(remotes[0].transport, Transport::tcp);
    EXPECT_EQ(remotes[0].tcp_type, TcpType::active);
    EXPECT_EQ(agent->report(now).pairs.at(0).remote_type, CandidateType::peer_reflexive);
}

TEST_F(AgentTcpTest, TellsTheSameEndsOfUdpAndTcpApart) {
    const Path datagrams{kListening, kConnected};
    receive(check(), kStream);
    receive(check(), datagrams);
    advance(20ms);
    EXPECT_EQ(agent->report(now).pairs.size(), 2U);
    answer_all(datagrams);
    EXPECT_EQ(agent->path(), datagrams);
    EXPECT_TRUE(agent->is_valid(datagrams));
    EXPECT_FALSE(agent->is_valid(kStream));
}

TEST_F(AgentTcpTest, RetransmitsNothing) {  // RFC 8489 §6.2.2
    receive(check(), kStream);
    ASSERT_EQ(checks(drain()).size(), 1U);
    for (const Instant end = now + 9s; now < end; advance(50ms)) EXPECT_TRUE(drain().empty());
    receive(check(), kStream);
    EXPECT_EQ(checks(drain()).size(), 0U) << "the check is still under way, and cannot be lost";
}

TEST_F(AgentTcpTest, KeepsConsentByTheSameConnection) {
    connect_stream();
    for (const Instant end = now + 2min; now < end; advance(20ms)) answer_all(kStream);
    EXPECT_EQ(agent->state(), State::connected);
    EXPECT_EQ(agent->path(), kStream);
}

TEST_F(AgentTcpTest, PrefersUdpUntilThePeerDecides) {
    receive(check(), kStream);
    answer_all(kStream);
    ASSERT_EQ(agent->path(), kStream);
    receive(check());
    advance(20ms);
    answer_all();
    EXPECT_EQ(agent->path(), kPath);
    receive(check(true), kStream);
    EXPECT_EQ(agent->path(), kStream);
}

TEST_F(AgentTcpTest, AClosedConnectionHandsOverAtOnce) {
    receive(check());
    answer_all();
    receive(check(), kStream);
    advance(20ms);
    answer_all(kStream);
    receive(check(true), kStream);
    ASSERT_EQ(agent->path(), kStream);
    agent->path_closed(now, kStream);
    EXPECT_EQ(agent->path(), kPath);
    EXPECT_FALSE(agent->is_valid(kStream));
    EXPECT_FALSE(agent->has_heard(kStream));
    EXPECT_EQ(agent->state(), State::connected);
    for (const Instant end = now + 1min; now < end; advance(10ms)) {
        for (const Transmit& one : checks(drain())) {
            EXPECT_EQ(one.path, kPath) << "nothing can be sent by the other";
            receive(answer(one));
        }
    }
    EXPECT_EQ(agent->path(), kPath);
}

TEST_F(AgentTcpTest, AClosedConnectionWithoutAnotherWaitsForTheNext) {
    connect_stream();
    agent->path_closed(now, kStream);
    EXPECT_EQ(agent->path(), std::nullopt);
    EXPECT_EQ(agent->state(), State::connected) << "consent has not run out: the peer may connect again";
    advance(2s);
    EXPECT_TRUE(drain().empty());
    const Path again{kListening, at("192.0.2.1:51516"), Transport::tcp};
    receive(check(), again);
    answer_all(again);
    EXPECT_EQ(agent->path(), again);
    agent->path_closed(now, {kListening, at("203.0.113.1:1"), Transport::tcp});  // unknown: no effect
    EXPECT_EQ(agent->path(), again);
}

TEST_F(AgentTcpTest, TheSamePortMayConnectAgain) {
    connect_stream();
    agent->path_closed(now, kStream);
    advance(1s);
    connect_stream();
    EXPECT_EQ(agent->report(now).pairs.size(), 1U);
}

TEST_F(AgentTcpTest, AClosedConnectionExpiresInTime) {
    connect_stream();
    const Instant start = now;
    agent->path_closed(now, kStream);
    while (agent->state() == State::connected) advance(10ms);
    EXPECT_LE(now - start, 30s);
    EXPECT_EQ(agent->state(), State::expired);
    EXPECT_TRUE(drain().empty());
}

TEST_F(AgentTcpTest, AThousandConnectionsAreNoMoreThanTheListHolds) {
    for (std::uint16_t port = 1000; port < 2000; ++port) {
        const Path path{kListening, {kConnected.ip, port}, Transport::tcp};
        receive(check(), path);
        drain();
        agent->path_closed(now, path);
        advance(1ms);
    }
    advance(20ms);
    EXPECT_LE(agent->report(now).pairs.size(), kMaxPairs);
    EXPECT_LE(agent->remote_candidates().size(), kMaxRemoteCandidates);
    connect_stream();
}

class AgentLocalsTest : public AgentBench {
protected:
    static Candidate relayed(const Endpoint& endpoint) {
        Candidate candidate = host_candidate(endpoint, 65535);
        candidate.type = CandidateType::relayed;
        candidate.priority = candidate_priority(CandidateType::relayed, 65535);
        candidate.related = at("203.0.113.5:2000");
        return candidate;
    }
};

const Endpoint kRelayed = at("198.51.100.200:40000");
const Path kByRelay{kRelayed, kTheirs};

TEST_F(AgentLocalsTest, ARelayedAddressIsABaseOfLastResort) {
    agent->add_local_candidate(now, relayed(kRelayed));
    agent->add_remote_candidate(now, remote(kTheirs));
    const auto report = agent->report(now);
    ASSERT_EQ(report.pairs.size(), 2U);
    EXPECT_EQ(report.pairs[0].path, kPath);
    EXPECT_EQ(report.pairs[1].path, kByRelay);
    EXPECT_EQ(report.pairs[1].local_type, CandidateType::relayed);
    EXPECT_EQ(report.pairs[1].priority,
              pair_priority(Role::controlled, candidate_priority(CandidateType::relayed, 65535),
                            remote(kTheirs).priority));
    advance(20ms);
    answer_all(kByRelay);
    EXPECT_EQ(agent->path(), kByRelay) << "nothing else works";
    advance(50ms);
    receive(check(), kPath);
    answer_all();
    EXPECT_EQ(agent->path(), kPath) << "the direct way is the better one";
}

TEST_F(AgentLocalsTest, AnAddressThatGoesAwayTakesItsPathsWithIt) {
    const Endpoint other = at("198.51.100.2:2000");
    start(Role::controlled, {kOurs, other});
    agent->add_remote_candidate(now, remote(kTheirs));
    advance(20ms);
    for (const Transmit& one : checks(drain())) receive(answer(one), one.path);
    receive(check(true));
    ASSERT_EQ(agent->path(), kPath);
    agent->remove_local(now, kOurs);
    EXPECT_EQ(agent->path(), (Path{other, kTheirs}));
    EXPECT_EQ(agent->local_candidates().size(), 1U);
    for (const Instant end = now + 40s; now < end; advance(10ms)) {
        for (const Transmit& one : checks(drain())) {
            EXPECT_EQ(one.path.local, other);
            receive(answer(one), one.path);
        }
    }
    agent->add_local_candidate(now, host_candidate(kOurs, 65535));  // back again
    receive(check(true));
    for (const Transmit& one : checks(drain())) receive(answer(one), one.path);
    EXPECT_EQ(agent->path(), kPath);
}

TEST_F(AgentLocalsTest, TheOnlyAddressMayGoAndAnotherCome) {
    connect();
    agent->remove_local(now, kOurs);
    EXPECT_EQ(agent->path(), std::nullopt);
    EXPECT_TRUE(agent->local_candidates().empty());
    EXPECT_TRUE(drain().empty());
    const Endpoint fresh = at("198.51.100.77:2000");
    advance(3s);
    agent->add_local_candidate(now, host_candidate(fresh, 65535));
    for (const Instant end = now + 1s; now < end; advance(10ms)) {
        for (const Transmit& one : checks(drain())) receive(answer(one), one.path);
    }
    EXPECT_EQ(agent->path(), (Path{fresh, kTheirs})) << "we move, and the peer answers there";
}

}  // namespace
}  // namespace legroom::ice
