#pragma once

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "ice/agent.hpp"
#include "stun/builder.hpp"

#include "ice/agent_test_call.hpp"

/// For the tests that look at an agent's every datagram.
namespace legroom::ice::testing {

using namespace std::chrono_literals;

inline constexpr std::uint64_t kLow = 0;
inline constexpr std::uint64_t kHigh = std::numeric_limits<std::uint64_t>::max();

inline const Endpoint kOurs = at("198.51.100.1:2000");
inline const Endpoint kTheirs = at("192.0.2.1:1000");
inline const Path kPath{kOurs, kTheirs};

/// One agent and the test as its peer, which writes its datagrams by hand.
class AgentBench : public ::testing::Test {
protected:
    AgentBench() { start(Role::controlled); }

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

inline stun::Message parsed(const ByteVector& bytes) {
    const auto message = stun::Message::parse(bytes);
    EXPECT_TRUE(message);
    return *message;
}

}  // namespace legroom::ice::testing
