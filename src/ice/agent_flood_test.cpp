// Whoever can signal a call must not be able to aim us at others.
#include <gtest/gtest.h>
#include <map>

#include "ice/contacts.hpp"
#include "ice/targets.hpp"

#include "ice/agent_test_bench.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;
using namespace testing;

class AgentFloodTest : public AgentBench {
protected:
    struct Sent {
        Instant at;
        Path path;
    };

    /// Nobody answers, and the agent does what it does.
    std::vector<Sent> listen(Duration duration) {
        std::vector<Sent> all;
        for (const Instant end = now + duration; now < end;) {
            for (const Transmit& one : drain()) all.push_back({now, one.path});
            const auto next = agent->deadline();
            now = next && *next < end ? std::max(*next, now) : end;
            agent->handle_timeout(now);
        }
        return all;
    }
    static std::map<Endpoint, int> by_remote(const std::vector<Sent>& sent) {
        std::map<Endpoint, int> count;
        for (const Sent& one : sent) ++count[one.path.remote];
        return count;
    }
    void start_with(std::vector<Candidate> locals, bool allow_local_targets = false) {
        AgentConfig config = Call::config(Role::controlled, {}, "SERV", "CALL");
        config.local_candidates = std::move(locals);
        config.allow_local_targets = allow_local_targets;
        agent.emplace(config, random_, now);
    }
};

const Endpoint kStranger = at("203.0.113.66:53");

TEST_F(AgentFloodTest, SevenChecksGoToAnAddressThatNeverAnswers) {
    agent->add_remote_candidate(now, remote(kStranger));
    const Instant start = now;
    const auto sent = listen(10min);
    ASSERT_EQ(sent.size(), std::size_t{kMaxUnanswered});
    EXPECT_EQ(sent.front().at, start);
    EXPECT_GE(sent.back().at - start, 15s) << "a NAT that opens late still meets one";
    for (std::size_t i = 2; i < sent.size(); ++i)
        EXPECT_GT(sent[i].at - sent[i - 1].at, sent[i - 1].at - sent[i - 2].at);
    EXPECT_GE(agent->counters().withheld_checks, 1U);
}

TEST_F(AgentFloodTest, AllOurAddressesShareTheSeven) {
    for (std::size_t count = 2; count <= 12; ++count) {
        std::vector<Endpoint> bases;
        for (std::size_t i = 0; i < count; ++i)
            bases.push_back({kOurs.ip, static_cast<std::uint16_t>(2000 + i)});
        start(Role::controlled, bases);
        agent->add_remote_candidate(now, remote(kStranger));
        const auto sent = listen(1min);
        ASSERT_EQ(sent.size(), std::size_t{kMaxUnanswered}) << count;
        std::set<Endpoint> from;
        for (const Sent& one : sent) from.insert(one.path.local);
        EXPECT_EQ(from.size(), std::min<std::size_t>(count, kMaxUnanswered))
            << "each is tried before any twice";
    }
}

TEST_F(AgentFloodTest, NamingItAgainGivesNoMore) {
    for (int i = 0; i < 10; ++i) {
        agent->add_remote_candidate(
            now, remote(kStranger, i % 2 == 0 ? CandidateType::host : CandidateType::server_reflexive));
        agent->add_local_candidate(now, host_candidate({kOurs.ip, static_cast<std::uint16_t>(3000 + i)}, 9));
        EXPECT_LE(listen(2s).size(), std::size_t{kMaxUnanswered});
    }
    agent->remove_local(now, kOurs);
    agent->add_local_candidate(now, host_candidate(kOurs, 9));
    EXPECT_TRUE(listen(10s).empty());
}

/// Not in the set-up, not when a path works, not when it goes silent, not when it expires.
TEST_F(AgentFloodTest, SevenAreTheWholeLifesRation) {
    std::map<Endpoint, int> total;
    const auto add = [&](const std::vector<Sent>& sent) {
        for (const auto& [remote, count] : by_remote(sent)) total[remote] += count;
    };
    for (std::uint16_t port = 1; port <= 20; ++port)
        agent->add_remote_candidate(now, remote({kStranger.ip, port}));
    add(listen(300ms));
    receive(check(true));
    for (const Transmit& one : drain()) ++total[one.path.remote];
    for (const Instant end = now + 500ms; now < end; advance(10ms)) {
        for (const Transmit& one : drain()) {
            ++total[one.path.remote];
            if (one.path == kPath) receive(answer(one));
        }
    }
    ASSERT_EQ(agent->state(), State::connected);
    ASSERT_TRUE(paths.back().nominated);
    const auto concluded = listen(1500ms);
    EXPECT_LE(concluded.size(), 2U) << "one pair is nominated: the others are left alone";
    add(concluded);
    add(listen(1min));
    EXPECT_EQ(agent->state(), State::expired);
    for (const auto& [remote, count] : total) {
        if (remote == kTheirs) continue;
        EXPECT_LE(count, kMaxUnanswered) << remote.to_string();
    }
}

TEST_F(AgentFloodTest, AnAnswerLiftsTheBoundAndAForgedOneDoesNot) {
    agent->add_remote_candidate(now, remote(kTheirs));
    for (const Transmit& one : drain()) receive(answer(one, "guessed"));
    receive(seal(request(), "guessed"));
    EXPECT_EQ(checks(drain()).size(), 0U);
    const auto sent = listen(20s);
    EXPECT_EQ(sent.size() + 1, std::size_t{kMaxUnanswered});
    receive(check());
    EXPECT_GT(listen(5s).size(), 2U) << "the peer itself was heard there: its answer, and checks again";
}

/// Its requests may be forged in the peer's own name, so they buy a few checks each and not a stream.
TEST_F(AgentFloodTest, RequestsBuyFewChecks) {
    std::size_t sent = 0;
    constexpr std::size_t kRequests = 20;
    for (std::size_t i = 0; i < kRequests; ++i) {
        receive(check());
        for (const Sent& one : listen(1s)) sent += one.path.remote == kTheirs ? 1U : 0U;
    }
    sent += listen(9s).size();
    EXPECT_LE(sent, kRequests + 2 * kRequests + kMaxUnanswered) << "answers, two checks each, and seven";
}

TEST_F(AgentFloodTest, AddressesOfThisMachineOrLinkAreNotForStrangersToName) {
    for (const char* text :
         {"127.0.0.1:22", "127.8.8.8:22", "[::1]:22", "169.254.169.254:80", "[fe80::1]:9", "224.0.0.251:5353",
          "[ff02::fb]:5353", "255.255.255.255:9", "250.1.2.3:9", "0.0.0.0:9", "0.1.2.3:9", "[::]:9",
          "[64:ff9b::7f00:1]:22", "[64:ff9b::a9fe:a9fe]:80", "[64:ff9b:1::7f00:1]:22", "[2002:7f00:1::1]:22",
          "[::127.0.0.1]:22", "192.0.2.1:0"}) {
        start_with({host_candidate(kOurs, 9), host_candidate(at("[2001:db8::9]:2000"), 8)});
        agent->add_remote_candidate(now, remote(at(text)));
        EXPECT_EQ(agent->counters().refused_candidates, 1U) << text;
        EXPECT_TRUE(agent->remote_candidates().empty()) << text;
        EXPECT_TRUE(listen(31s).empty()) << text;
        EXPECT_EQ(states.back().cause, FailureCode::no_remote_candidates) << text;
    }
    for (const char* text : {"10.0.0.1:9", "192.168.1.1:9", "100.64.0.1:9", "192.0.2.1:9", "[2001:db8::1]:9",
                             "[fd00::1]:9", "[64:ff9b::c000:201]:9", "[2002:c000:201::1]:9"}) {
        start_with({host_candidate(kOurs, 9), host_candidate(at("[2001:db8::9]:2000"), 8)});
        agent->add_remote_candidate(now, remote(at(text)));
        EXPECT_EQ(listen(31s).size(), std::size_t{kMaxUnanswered}) << text;
    }
}

TEST(Targets, LooksThroughMappedAddresses) {
    EXPECT_FALSE(may_be_named({*IpAddress::parse("::ffff:127.0.0.1"), 22}, {}));
    EXPECT_FALSE(may_be_named({*IpAddress::parse("::ffff:255.255.255.255"), 22}, {}));
    EXPECT_TRUE(may_be_named({*IpAddress::parse("::ffff:192.0.2.1"), 22}, {}));
    EXPECT_TRUE(may_be_named({*IpAddress::parse("64:ff9b::7f00:1"), 22}, {.loopback = true}));
}

TEST_F(AgentFloodTest, LocalTargetsAreForLocalServersAndThoseWhoWantThem) {
    struct Case {
        const char* ours;
        const char* theirs;
        bool allowed;
    };
    for (const Case& one :
         {Case{"127.0.0.1:2000", "127.0.0.1:9", true}, Case{"[::1]:2000", "[::1]:9", true},
          Case{"127.0.0.1:2000", "255.255.255.255:9", false}, Case{"192.0.2.9:2000", "127.0.0.1:9", false},
          Case{"169.254.0.1:2000", "169.254.0.2:9", true}, Case{"169.254.0.1:2000", "127.0.0.1:9", false},
          Case{"[fe80::1]:2000", "[fe80::2]:9", true}, Case{"[fe80::1]:2000", "169.254.169.254:9", false}}) {
        start_with({host_candidate(at(one.ours), 9)});
        agent->add_remote_candidate(now, remote(at(one.theirs)));
        EXPECT_EQ(agent->counters().refused_candidates, one.allowed ? 0U : 1U) << one.ours << one.theirs;
        EXPECT_EQ(listen(31s).empty(), !one.allowed) << one.ours << " " << one.theirs;
    }
    start_with({host_candidate(at("192.0.2.9:2000"), 9)}, true);
    agent->add_remote_candidate(now, remote(at("127.0.0.1:9")));
    EXPECT_FALSE(listen(31s).empty());
}

/// The kernel lets nobody send from 127.0.0.1 but this machine: whoever is heard there lives there.
TEST_F(AgentFloodTest, ALocalPeerThatIsHeardIsChecked) {
    const Path path{kOurs, at("127.0.0.1:1000")};
    receive(check(true), path);
    answer_all(path);
    EXPECT_EQ(agent->path(), path);
}

TEST_F(AgentFloodTest, ManyInterfacesLeaveARelayItsChecks) {  // Its first is what makes it let the peer in.
    Candidate relayed = host_candidate(at("198.51.100.200:40000"), 9);
    relayed.type = CandidateType::relayed;
    relayed.priority = candidate_priority(relayed.type, 9);
    std::vector<Candidate> locals{relayed};
    for (std::uint16_t i = 0; i < 10; ++i)
        locals.push_back(host_candidate({kOurs.ip, static_cast<std::uint16_t>(2000 + i)}, 100 + i));
    start_with(locals);
    agent->add_remote_candidate(now, remote(kStranger));
    const auto sent = listen(1min);
    EXPECT_EQ(sent.size(), std::size_t{kMaxUnanswered});
    EXPECT_TRUE(std::any_of(sent.begin(), sent.end(),
                            [&](const Sent& one) { return one.path.local == relayed.endpoint; }));
}

TEST_F(AgentFloodTest, NoRelayIsSentToItsOwnLoopback) {
    Candidate relayed = host_candidate(at("198.51.100.200:40000"), 9);
    relayed.type = CandidateType::relayed;
    relayed.priority = candidate_priority(relayed.type, 9);
    start_with({host_candidate(at("127.0.0.1:2000"), 9), relayed});
    agent->add_remote_candidate(now, remote(at("127.0.0.1:9")));
    for (const Sent& one : listen(31s)) EXPECT_EQ(one.path.local, at("127.0.0.1:2000"));
}

TEST_F(AgentFloodTest, TcpCandidatesTakeNoRoomFromOthers) {
    for (std::uint16_t i = 0; i < 20; ++i) {
        Candidate tcp = remote({kTheirs.ip, static_cast<std::uint16_t>(100 + i)});
        tcp.transport = Transport::tcp;
        tcp.tcp_type = TcpType::active;
        agent->add_remote_candidate(now, tcp);
    }
    EXPECT_EQ(agent->remote_candidates().size(), kMaxRemoteTcpCandidates);
    EXPECT_EQ(agent->counters().dropped_candidates, 20 - kMaxRemoteTcpCandidates);
    EXPECT_TRUE(listen(1s).empty()) << "it is the peer that connects";
    for (std::uint16_t port = 1; port <= 40; ++port)
        agent->add_remote_candidate(now, remote({kTheirs.ip, port}));
    EXPECT_EQ(agent->remote_candidates().size(), kMaxRemoteCandidates);
}

/// One who can speak for the peer sends media from everywhere.
TEST_F(AgentFloodTest, MediaFromEverywhereIsBounded) {
    connect();
    receive(check(true));
    drain();
    std::size_t elsewhere = 0;
    for (std::uint16_t port = 2000; port < 4000; ++port) {
        agent->media_arrived(now, {kOurs, {kStranger.ip, port}});
        advance(1ms);
        for (const Transmit& one : drain()) elsewhere += one.path.remote == kTheirs ? 0U : 1U;
    }
    EXPECT_LE(elsewhere, 2000U / 20 * 3) << "new checks are paced";
    EXPECT_LE(agent->remote_candidates().size(), kMaxRemoteCandidates);
    EXPECT_LE(agent->report(now).pairs.size(), kMaxPairs);
    EXPECT_EQ(agent->path(), kPath);
}

}  // namespace
}  // namespace legroom::ice
