#include <gtest/gtest.h>

#include "ice/agent.hpp"

#include "ice/turn_test_bench.hpp"

// An agent whose only way to its peer is a relay, put together as a shard does it.
namespace legroom::ice {
namespace {

using namespace turn_bench;

AgentConfig relay_agent_config(Role role, const char* ours, const char* theirs) {
    AgentConfig config;
    config.role = role;
    config.local = {ours, "password of the one that says " + std::string{ours}};
    config.remote = {theirs, "password of the one that says " + std::string{theirs}};
    return config;
}

/// Behind a NAT that lets nothing in: what is sent from a relayed address goes through the relays, what comes
/// out of them goes to the agent.
class RelayedAgent final : public sim::Node {
public:
    explicit RelayedAgent(Instant now)
        : relays({client_config()}, random_, now),
          agent(relay_agent_config(Role::controlled, "SERV", "CALL"), random_, now) {}

    void on_datagram(Instant now, const Path& path, Bytes datagram) override {
        now_ = now;
        if (!relays.handle_datagram(now, path, datagram)) agent.handle_datagram(now, path, datagram);
    }
    void on_timeout(Instant now) override {
        now_ = now;
        relays.handle_timeout(now);
        agent.handle_timeout(now);
    }
    std::optional<Instant> deadline() const override {
        const auto one = relays.deadline();
        const auto other = agent.deadline();
        return one && other ? std::min(*one, *other) : one ? one : other;
    }
    std::optional<Transmit> poll() override {
        for (;;) {
            if (auto output = relays.poll()) {
                if (auto* transmit = std::get_if<Transmit>(&*output)) return std::move(*transmit);
                take(*output);
            } else if (auto said = agent.poll()) {
                auto* transmit = std::get_if<Transmit>(&*said);
                if (transmit != nullptr && !relays.send(now_, *transmit)) return std::move(*transmit);
            } else {
                return std::nullopt;
            }
        }
    }

private:
    void take(const TurnOutput& output) {
        if (const auto* candidate = std::get_if<Candidate>(&output)) {
            candidates.push_back(*candidate);
            agent.add_local_candidate(now_, *candidate);
        }
        if (const auto* packet = std::get_if<TurnReceived>(&output)) {
            agent.handle_datagram(now_, packet->path, packet->bytes);
        }
    }

    SeededRandom random_{3};
    Instant now_{1h};

public:
    Relays relays;
    Agent agent;
    std::vector<Candidate> candidates;
};

/// A browser with a public address.
class PublicAgent final : public sim::Node {
public:
    explicit PublicAgent(Instant now) : agent(config(), random_, now) {}
    void on_datagram(Instant now, const Path& path, Bytes datagram) override {
        agent.handle_datagram(now, path, datagram);
    }
    void on_timeout(Instant now) override { agent.handle_timeout(now); }
    std::optional<Instant> deadline() const override { return agent.deadline(); }
    std::optional<Transmit> poll() override {
        while (auto output = agent.poll()) {
            if (auto* transmit = std::get_if<Transmit>(&*output)) return std::move(*transmit);
        }
        return std::nullopt;
    }

private:
    static AgentConfig config() {
        AgentConfig config = relay_agent_config(Role::controlling, "CALL", "SERV");
        config.local_candidates = {host_candidate(kTurnPeer, 65535)};
        return config;
    }
    SeededRandom random_{4};

public:
    Agent agent;
};

struct RelayedCall {
    explicit RelayedCall(sim::Link link)
        : network(1, link), server(network, server_config()), ours(network.now()), theirs(network.now()) {
        network.attach(kTurnHome, ours);
        network.translate(kTurnHome, kTurnNat);
        network.attach(kTurnPeer, theirs);
        const auto granted = [&] { return !ours.candidates.empty(); };
        EXPECT_TRUE(network.run_while_not(granted, 10s));
    }
    /// Both sides learn each other's candidates, by signalling.
    void signal() {
        ours.agent.add_remote_candidate(network.now(), host_candidate(kTurnPeer, 65535));
        Candidate relayed = ours.candidates.front();
        relayed.base = {};
        theirs.agent.add_remote_candidate(network.now(), relayed);
    }
    [[nodiscard]] bool connected() const {
        return ours.agent.state() == State::connected && theirs.agent.state() == State::connected;
    }

    sim::Network network;
    sim::TurnServer server;
    RelayedAgent ours;
    PublicAgent theirs;
};

TEST(TurnAgent, ConnectsThroughARelayAndStays) {
    for (const double loss : {0.0, 0.1}) {
        RelayedCall call{{.delay = 20ms, .loss = loss}};
        call.signal();
        EXPECT_TRUE(call.network.run_while_not([&] { return call.connected(); }, loss == 0 ? 1s : 5s));
        call.network.run_for(30min);
        EXPECT_TRUE(call.connected()) << "permissions were renewed as long as consent checks went by";
        const auto path = call.ours.agent.path();
        ASSERT_TRUE(path);
        EXPECT_EQ(path->local, call.ours.candidates.front().endpoint);
        EXPECT_EQ(path->remote, kTurnPeer);
        EXPECT_EQ(call.theirs.agent.path()->remote, path->local);
    }
}

}  // namespace
}  // namespace legroom::ice
