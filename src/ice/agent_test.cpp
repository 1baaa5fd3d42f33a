#include "ice/agent.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>
#include <set>

#include "ice/check_list.hpp"
#include "stun/builder.hpp"

#include "ice/agent_test_call.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;
using namespace testing;

constexpr std::uint64_t kLow = 0;
constexpr std::uint64_t kHigh = std::numeric_limits<std::uint64_t>::max();

const Endpoint kOurs = at("198.51.100.1:2000");
const Endpoint kTheirs = at("192.0.2.1:1000");
const Path kPath{kOurs, kTheirs};

/// One agent and the test as its peer, which writes its datagrams by hand.
class AgentTest : public ::testing::Test {
protected:
    AgentTest() { start(Role::controlled); }

    void start(Role role, std::vector<Endpoint> bases = {kOurs}) {
        AgentConfig config = Call::config(role, bases, "SERV", "CALL");
        config.transaction_tag = 0xcafe0001;
        ours_ = config.local;
        theirs_ = config.remote;
        agent.emplace(config, random_, now);
    }

    static Candidate remote(const Endpoint& endpoint, CandidateType type = CandidateType::host) {
        Candidate candidate = host_candidate(endpoint, 65535);
        candidate.type = type;
        return candidate;
    }

    /// The datagrams the agent wants sent; other outputs go to `states` and `paths`.
    std::vector<Transmit> drain() {
        std::vector<Transmit> sent;
        while (auto output = agent->poll()) {
            if (auto* transmit = std::get_if<Transmit>(&*output)) sent.push_back(std::move(*transmit));
            if (const auto* state = std::get_if<StateChanged>(&*output)) states.push_back(*state);
            if (const auto* path = std::get_if<PathChanged>(&*output)) paths.push_back(*path);
        }
        return sent;
    }
    void advance(Duration duration) {
        now += duration;
        agent->handle_timeout(now);
    }

    stun::Builder request(std::string_view username = "SERV:CALL") {
        stun::TransactionId id{};
        random_.fill(id);
        stun::Builder out{stun::Header{stun::Class::request, stun::kBinding, id}};
        out.text(stun::Attribute::username, username)
            .priority(candidate_priority(CandidateType::peer_reflexive, 7));
        return out;
    }
    ByteVector seal(stun::Builder out, std::string_view password = {}) {
        auto key =
            stun::IntegrityKey::short_term(password.empty() ? std::string_view{ours_.password} : password);
        return out.message_integrity(key).fingerprint().take();
    }
    ByteVector check(bool use_candidate = false) {
        stun::Builder out = request();
        out.controlling(kHigh);
        if (use_candidate) out.use_candidate();
        return seal(std::move(out));
    }
    /// The peer's answer to one of the agent's checks.
    ByteVector answer(const Transmit& check, std::string_view password = {}) {
        const auto header = *stun::peek_header(check.bytes);
        stun::Builder out{{stun::Class::success, header.method, header.transaction}};
        auto key =
            stun::IntegrityKey::short_term(password.empty() ? std::string_view{theirs_.password} : password);
        return out.xor_mapped_address(check.path.local).message_integrity(key).fingerprint().take();
    }
    void receive(const ByteVector& bytes, const Path& path = kPath) {
        agent->handle_datagram(now, path, bytes);
    }

    /// The agent's checks among `sent`.
    static std::vector<Transmit> checks(std::vector<Transmit> sent) {
        std::erase_if(sent, [](const Transmit& one) {
            return stun::peek_header(one.bytes)->kind != stun::Class::request;
        });
        return sent;
    }
    /// Answers every check on `path` that is there.
    void answer_all(const Path& path = kPath) {
        for (const Transmit& one : checks(drain())) {
            if (one.path == path) receive(answer(one), path);
        }
    }
    void connect() {
        agent->add_remote_candidate(now, remote(kTheirs));
        answer_all();
        drain();
        ASSERT_EQ(agent->state(), State::connected);
    }

    SeededRandom random_{42};
    Instant now{1h};
    Credentials ours_;
    Credentials theirs_;
    std::optional<Agent> agent;
    std::vector<StateChanged> states;
    std::vector<PathChanged> paths;
};

stun::Message parsed(const ByteVector& bytes) {
    const auto message = stun::Message::parse(bytes);
    EXPECT_TRUE(message);
    return *message;
}

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

TEST_F(AgentTest, TakesANominationWhileItsOwnCheckRuns) {
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

TEST_F(AgentTest, IsConnectedBeforeItsPathIsNominated) {
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

TEST_F(AgentTest, FollowsALaterNominationButNoEcho) {
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

TEST_F(AgentTest, PrefersTheBetterPairBeforeNomination) {
    connect();
    Candidate better = remote(at("192.0.2.9:9"));
    better.priority = kMaxRemoteCandidates + agent->remote_candidates()[0].priority;
    agent->add_remote_candidate(now, better);
    advance(20ms);
    answer_all({kOurs, better.endpoint});
    EXPECT_EQ(agent->path()->remote, better.endpoint);
}

TEST_F(AgentTest, NominatesWhenControlling) {
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

TEST_F(AgentTest, WaitsALittleForABetterPairToNominate) {
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
TEST_F(AgentTest, TalksToALitePeer) {
    AgentConfig config = Call::config(Role::controlled, {kOurs}, "SERV", "CALL");
    config.remote_lite = true;
    agent.emplace(config, random_, now);
    agent->add_remote_candidate(now, remote(kTheirs));
    EXPECT_EQ(agent->role(), Role::controlling);
    for (const Instant end = now + 5min; now < end; advance(10ms)) answer_all();
    EXPECT_EQ(agent->state(), State::connected);
    EXPECT_TRUE(paths.back().nominated);
    EXPECT_LE(agent->counters().checks, 2 + 5 * 60 / 4U);
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
    for (std::uint16_t port = 1; port <= 40; ++port) {
        agent->add_remote_candidate(now, remote({kTheirs.ip, port}));
        agent->add_local_candidate(now,
                                   host_candidate({kOurs.ip, static_cast<std::uint16_t>(port + 5000)}, port));
    }
    EXPECT_EQ(agent->remote_candidates().size(), kMaxRemoteCandidates);
    EXPECT_EQ(agent->local_candidates().size(), kMaxLocalCandidates);
    EXPECT_EQ(agent->counters().dropped_candidates, 8U + 9U);
    EXPECT_EQ(agent->counters().dropped_pairs, kMaxRemoteCandidates * kMaxLocalCandidates - kMaxPairs);

    std::set<Path> checked;
    std::size_t sent = 0;
    for (const Instant end = now + 31s; now < end; advance(5ms)) {
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

TEST_F(AgentTest, GivesUpAfterTheSetupTimeout) {
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
    EXPECT_GT(agent->counters().checks, 5U) << "failed pairs are tried again";
    EXPECT_EQ(agent->deadline(), std::nullopt);
    receive(check());
    agent->add_remote_candidate(now, remote(at("192.0.2.9:9")));
    agent->add_local_candidate(now, host_candidate(at("192.0.2.8:9"), 1));
    agent->handle_timeout(now + 1h);
    EXPECT_TRUE(drain().empty()) << "failed is final";
}

TEST_F(AgentTest, AsksForConsentEveryFiveSeconds) {  // RFC 7675 §5.1
    connect();
    Instant last = now;
    for (int i = 0; i < 200; ++i) {
        now = *agent->deadline();
        agent->handle_timeout(now);
        const auto sent = drain();
        ASSERT_EQ(sent.size(), 1U);
        EXPECT_GE(now - last, 4s);
        EXPECT_LE(now - last, 6s);
        last = now;
        receive(answer(sent[0]));
    }
}

TEST_F(AgentTest, LosesConsentThirtySecondsAfterTheLatestAnswer) {
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
    EXPECT_EQ(states.back().reason, "consent expired");
    EXPECT_GE(agent->counters().checks, 20U) << "asked more often when it got no answer";
}

TEST_F(AgentTest, GoesWhereThePeerAnswersWhenTheNominatedPathIsSilent) {
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
