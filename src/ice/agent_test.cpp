#include "ice/agent.hpp"

#include <gtest/gtest.h>
#include <set>

#include "ice/check_list.hpp"

#include "ice/agent_test_bench.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;
using namespace testing;

class AgentTest : public AgentBench {};

TEST_F(AgentTest, ChecksAtOnceAndThenEveryTwentyMilliseconds) {
    for (std::uint16_t port = 1; port <= 5; ++port)
        agent->add_remote_candidate(now, remote({kTheirs.ip, port}));
    EXPECT_EQ(drain().size(), 1U);
    std::set<Endpoint> checked;
    for (int i = 0; i < 4; ++i) {
        advance(19ms);
        EXPECT_TRUE(drain().empty());
        advance(1ms);
        for (const Transmit& one : drain()) checked.insert(one.path.remote);
    }
    EXPECT_EQ(checked.size(), 4U);
}

TEST_F(AgentTest, WritesChecksAsTheRfcWants) {
    agent->add_remote_candidate(now, remote(kTheirs));
    const auto sent = drain();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].path, kPath);
    const auto message = parsed(sent[0].bytes);
    auto key = stun::IntegrityKey::short_term(theirs_.password);
    EXPECT_TRUE(message.verify_ice(key));
    EXPECT_EQ(message.username, "CALL:SERV");
    EXPECT_EQ(message.priority, candidate_priority(CandidateType::peer_reflexive, 65535));
    EXPECT_TRUE(message.controlled);
    EXPECT_FALSE(message.controlling || message.use_candidate);
    EXPECT_EQ(stun::transaction_tag(sent[0].bytes), 0xcafe0001U);
}

TEST_F(AgentTest, AnswersOnceWithTheSourceAndChecksBack) {
    receive(check());
    const auto sent = drain();
    ASSERT_EQ(sent.size(), 2U) << "one answer, one check of its own";
    EXPECT_EQ(sent[0].path, kPath);
    const auto reply = parsed(sent[0].bytes);
    EXPECT_EQ(reply.header.kind, stun::Class::success);
    EXPECT_EQ(reply.mapped_address, kTheirs);
    auto key = stun::IntegrityKey::short_term(ours_.password);
    EXPECT_TRUE(reply.verify_ice(key));
    EXPECT_EQ(parsed(sent[1].bytes).header.kind, stun::Class::request);
    ASSERT_EQ(agent->remote_candidates().size(), 1U);
    EXPECT_EQ(agent->remote_candidates()[0].type, CandidateType::peer_reflexive);
    EXPECT_EQ(agent->remote_candidates()[0].priority, candidate_priority(CandidateType::peer_reflexive, 7));
}

TEST_F(AgentTest, GivesStrangersLessThanTheySent) {
    const ByteVector wrong_ufrag = seal(request("SERX:CALL"));
    const ByteVector longer_ufrag = seal(request("SERVE:CALL"));
    const ByteVector wrong_password = seal(request(), "guessed");
    for (const ByteVector& bytes : {wrong_ufrag, longer_ufrag, wrong_password}) {
        receive(bytes);
        const auto sent = drain();
        ASSERT_EQ(sent.size(), 1U);
        EXPECT_EQ(parsed(sent[0].bytes).error->code, 401);
        EXPECT_FALSE(parsed(sent[0].bytes).has_integrity());
        EXPECT_LT(sent[0].bytes.size(), bytes.size());
    }
    receive(request().fingerprint().take());                   // no MESSAGE-INTEGRITY
    receive(seal(stun::Builder{stun::Header{}}.priority(1)));  // no USERNAME
    EXPECT_TRUE(drain().empty());
    EXPECT_EQ(agent->counters().unauthenticated, 5U);
    EXPECT_EQ(agent->counters().requests, 0U);
    EXPECT_TRUE(agent->remote_candidates().empty());
}

TEST_F(AgentTest, DropsWhatIsMalformed) {
    auto key = stun::IntegrityKey::short_term(ours_.password);
    receive({});
    receive({1, 2, 3});
    receive(request().message_integrity(key).take());  // no FINGERPRINT
    stun::Builder other{stun::Header{stun::Class::request, 0x003, {}}};
    receive(seal(std::move(other.text(stun::Attribute::username, "SERV:CALL"))));  // not Binding
    ByteVector flipped = check();
    flipped[30] ^= 1;
    receive(flipped);
    EXPECT_EQ(agent->counters().malformed, 5U);
    EXPECT_TRUE(drain().empty());
}

TEST_F(AgentTest, IgnoresIndications) {
    receive(stun::Builder{{stun::Class::indication, stun::kBinding, {}}}.fingerprint().take());
    EXPECT_TRUE(drain().empty());
    EXPECT_EQ(agent->counters().malformed, 0U);
}

TEST_F(AgentTest, NamesUnknownRequiredAttributes) {
    stun::Builder out = request();
    out.controlling(1).attribute(0x7001, {}).attribute(0xc057, as_bytes("abcd"));
    receive(seal(std::move(out)));
    const auto sent = drain();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(parsed(sent[0].bytes).error->code, 420);
    EXPECT_EQ(parsed(sent[0].bytes).refused_attributes, std::vector<std::uint16_t>{0x7001});
    EXPECT_EQ(agent->counters().unknown_attributes, 1U);
}

TEST_F(AgentTest, DecidesRoleConflictsByTheTieBreaker) {  // RFC 8445 §7.3.1.1
    struct Case {
        Role ours;
        bool they_are_controlling;
        std::uint64_t theirs;
        Role after;
        bool refused;
    };
    for (const Case& one : {Case{Role::controlling, true, kLow, Role::controlling, true},
                            Case{Role::controlling, true, kHigh, Role::controlled, false},
                            Case{Role::controlled, false, kLow, Role::controlling, false},
                            Case{Role::controlled, false, kHigh, Role::controlled, true},
                            Case{Role::controlling, false, kHigh, Role::controlling, false},
                            Case{Role::controlled, true, kLow, Role::controlled, false}}) {
        start(one.ours);
        stun::Builder out = request();
        if (one.they_are_controlling)
            out.controlling(one.theirs);
        else
            out.controlled(one.theirs);
        receive(seal(std::move(out)));
        const auto reply = drain().front();
        EXPECT_EQ(agent->role(), one.after);
        const int code = parsed(reply.bytes).error.value_or(stun::ErrorCode{}).code;
        EXPECT_EQ(code, one.refused ? 487 : 0);
    }
}

TEST_F(AgentTest, ChangesItsRoleWhenToldTo) {  // RFC 8445 §7.2.5.1
    for (const Role role : {Role::controlled, Role::controlling}) {
        start(role);
        agent->add_remote_candidate(now, remote(kTheirs));
        const auto sent = drain();
        ASSERT_EQ(sent.size(), 1U);
        const auto header = *stun::peek_header(sent[0].bytes);
        auto forged = stun::IntegrityKey::short_term("guessed");
        auto key = stun::IntegrityKey::short_term(theirs_.password);
        const stun::Header error{stun::Class::error, header.method, header.transaction};
        receive(stun::Builder{error}.error(487, "").message_integrity(forged).fingerprint().take());
        EXPECT_EQ(agent->role(), role) << "anybody could have sent that";
        receive(stun::Builder{error}.error(487, "").message_integrity(key).fingerprint().take());
        EXPECT_NE(agent->role(), role);
        advance(20ms);
        const auto again = drain();
        ASSERT_EQ(again.size(), 1U);
        EXPECT_NE(stun::peek_header(again[0].bytes)->transaction, header.transaction);
        EXPECT_EQ(parsed(again[0].bytes).controlling.has_value(), role == Role::controlled);
    }
}

TEST_F(AgentTest, BelievesOnlyAuthenticAnswers) {
    agent->add_remote_candidate(now, remote(kTheirs));
    const auto sent = drain();
    receive(answer(sent[0], "guessed"));
    EXPECT_EQ(agent->counters().unauthenticated, 1U);
    Transmit other = sent[0];
    other.bytes[19] ^= 1;  // the transaction id's last byte
    receive(answer(other));
    EXPECT_EQ(agent->counters().stray_answers, 1U);
    EXPECT_EQ(agent->state(), State::checking);
    now += 30ms;
    receive(answer(sent[0]));
    EXPECT_EQ(agent->state(), State::connected);
    EXPECT_EQ(agent->round_trip(), 30ms);
    EXPECT_EQ(agent->path(), kPath);
    EXPECT_TRUE(agent->is_valid(kPath));
    EXPECT_FALSE(agent->is_valid({kOurs, at("192.0.2.1:1001")}));
    receive(answer(sent[0]));
    EXPECT_EQ(agent->counters().stray_answers, 2U) << "a duplicate";
}

TEST_F(AgentTest, DemandsAnswersByTheSamePath) {  // RFC 8445 §7.2.5.2.1
    agent->add_remote_candidate(now, remote(kTheirs));
    const auto sent = drain();
    receive(answer(sent[0]), {kOurs, at("203.0.113.1:1")});
    EXPECT_EQ(agent->counters().asymmetric_answers, 1U);
    EXPECT_EQ(agent->state(), State::checking);
    EXPECT_EQ(agent->path(), std::nullopt);
}

TEST_F(AgentTest, PairsOnlyWhatCanMeet) {
    const auto ip = [](const char* text) { return *IpAddress::parse(text); };
    EXPECT_TRUE(CheckList::pairable(ip("10.0.0.1"), ip("127.0.0.1")));
    EXPECT_TRUE(CheckList::pairable(ip("2001:db8::1"), ip("2001:db8::2")));
    EXPECT_TRUE(CheckList::pairable(ip("fe80::1"), ip("fe80::2")));
    EXPECT_FALSE(CheckList::pairable(ip("10.0.0.1"), ip("2001:db8::2")));
    EXPECT_FALSE(CheckList::pairable(ip("2001:db8::1"), ip("fe80::2")));
    EXPECT_FALSE(CheckList::pairable(ip("fe80::1"), ip("2001:db8::2")));
}

TEST_F(AgentTest, SendsToLinkLocalAddressesByTheInterfaceOfItsOwn) {
    start(Role::controlled, {{*IpAddress::parse("fe80::1%7"), 2000}});
    agent->add_remote_candidate(now, remote(at("[fe80::2]:1000")));
    const auto sent = drain();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].path.remote.ip.scope(), 7U);
}

TEST_F(AgentTest, RefusesAddressesNothingCanBeSentTo) {
    for (const char* text : {"192.0.2.1:0", "0.0.0.0:9", "[::]:9", "224.0.0.1:9", "[ff02::1]:9"}) {
        agent->add_remote_candidate(now, remote(at(text)));
    }
    EXPECT_EQ(agent->counters().refused_candidates, 5U);
    EXPECT_TRUE(agent->remote_candidates().empty());
    EXPECT_TRUE(drain().empty());
}

TEST_F(AgentTest, BoundsItsCandidatesAndPairs) {
    for (std::uint16_t port = 1; port <= 90; ++port) {
        if (port <= 40) agent->add_remote_candidate(now, remote({kTheirs.ip, port}));
        agent->add_local_candidate(now,
                                   host_candidate({kOurs.ip, static_cast<std::uint16_t>(port + 5000)}, port));
    }
    EXPECT_EQ(agent->remote_candidates().size(), kMaxRemoteCandidates);
    EXPECT_EQ(agent->local_candidates().size(), kMaxLocalCandidates);
    EXPECT_EQ(agent->counters().dropped_candidates, 8U + 11U);
    EXPECT_EQ(agent->counters().dropped_pairs, kMaxRemoteCandidates * kMaxLocalCandidates - kMaxPairs);

    std::set<Path> checked;
    std::size_t sent = 0;
    for (const Instant end = now + 31s; now < end; advance(20ms)) {
        for (const Transmit& one : drain()) {
            checked.insert(one.path);
            ++sent;
        }
    }
    EXPECT_EQ(checked.size(), kMaxPairs);
    EXPECT_LT(sent, 31U * 200) << "a crowd of candidates is no weapon";
    EXPECT_EQ(agent->state(), State::failed);
}

TEST_F(AgentTest, FollowsAPeerThatMovesForHours) {
    connect();
    for (std::uint16_t port = 2000; port < 2200; ++port) {
        const Path moved{kOurs, {kTheirs.ip, port}};
        receive(check(), moved);
        advance(20ms);
        answer_all(moved);
        receive(check(true), moved);
        drain();
        ASSERT_EQ(agent->path(), moved);
    }
    EXPECT_LE(agent->remote_candidates().size(), kMaxRemoteCandidates);
    EXPECT_EQ(agent->remote_candidates()[0].endpoint, kTheirs) << "what was signalled is kept";
    EXPECT_TRUE(paths.back().nominated);
}

/// Every address a check can come from, and every address of ours it can come to.
TEST_F(AgentTest, BoundsWhatChecksTeachIt) {
    for (std::uint16_t port = 2000; port < 2300; ++port) {
        receive(check(), {{kOurs.ip, port}, {kTheirs.ip, port}});
        EXPECT_GE(drain().size(), 1U) << "answered all the same";
    }
    EXPECT_LE(agent->remote_candidates().size(), kMaxRemoteCandidates);
    EXPECT_EQ(agent->counters().requests, 300U);
}

TEST_F(AgentTest, TakesChecksAtAnAddressItDoesNotKnowAsItsOwn) {
    const Path path{at("172.17.0.1:2000"), kTheirs};
    receive(check(true), path);
    const auto sent = drain();
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0].path, path);
    EXPECT_EQ(sent[1].path, path);
    receive(answer(sent[1]), path);
    EXPECT_EQ(agent->path(), path);
}

TEST_F(AgentTest, LearnsWhatACheckCameFromAfterwards) {
    receive(check());
    agent->add_remote_candidate(now, remote(kTheirs));
    ASSERT_EQ(agent->remote_candidates().size(), 1U);
    EXPECT_EQ(agent->remote_candidates()[0].type, CandidateType::host);
    EXPECT_EQ(checks(drain()).size(), 1U) << "the pair is the same";
}

TEST_F(AgentTest, CanBeMoved) {
    agent->add_remote_candidate(now, remote(kTheirs));
    Agent moved = std::move(*agent);
    EXPECT_TRUE(moved.poll());
    EXPECT_EQ(moved.state(), State::checking);
}

TEST(PairPriority, FollowsTheFormula) {  // RFC 8445 §6.1.2.3
    EXPECT_EQ(pair_priority(Role::controlling, 5, 3), (3ULL << 32) + 10 + 1);
    EXPECT_EQ(pair_priority(Role::controlled, 5, 3), (3ULL << 32) + 10);
    EXPECT_EQ(pair_priority(Role::controlled, 3, 5), (3ULL << 32) + 10 + 1);
    EXPECT_EQ(pair_priority(Role::controlling, 5, 3), pair_priority(Role::controlled, 3, 5))
        << "both sides agree";
}

}  // namespace
}  // namespace legroom::ice
