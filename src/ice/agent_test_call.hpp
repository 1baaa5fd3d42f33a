#pragma once

#include <cassert>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "ice/agent.hpp"
#include "sim/network.hpp"

/// Two agents on a virtual network, for agent_test.cpp and agent_weather_test.cpp.
namespace legroom::ice::testing {

inline Endpoint at(const char* text) { return *Endpoint::parse(text); }

/// An agent as a node; remembers what it reported.
class Party final : public sim::Node {
public:
    Party(AgentConfig config, std::uint64_t seed, Instant now)
        : random_(seed), agent(std::move(config), random_, now) {}

    void on_datagram(Instant now, const Path& path, Bytes datagram) override {
        agent.handle_datagram(now, path, datagram);
    }
    void on_timeout(Instant now) override { agent.handle_timeout(now); }
    std::optional<Instant> deadline() const override { return agent.deadline(); }
    std::optional<Transmit> poll() override {
        while (auto output = agent.poll()) {
            if (auto* transmit = std::get_if<Transmit>(&*output)) return std::move(*transmit);
            if (const auto* state = std::get_if<StateChanged>(&*output)) states.push_back(*state);
            if (const auto* path = std::get_if<PathChanged>(&*output)) paths.push_back(*path);
        }
        return std::nullopt;
    }

    [[nodiscard]] bool connected() const { return agent.state() == State::connected; }
    [[nodiscard]] bool expired() const { return agent.state() == State::expired; }
    [[nodiscard]] bool failed() const { return agent.state() == State::failed; }
    [[nodiscard]] bool nominated() const { return !paths.empty() && paths.back().nominated; }

private:
    SeededRandom random_;  // before the agent, which draws from it

public:
    Agent agent;
    std::vector<StateChanged> states;
    std::vector<PathChanged> paths;
};

/// How a call is set up.
struct Scene {
    std::vector<Endpoint> caller_at{at("192.0.2.1:1000")};
    std::vector<Endpoint> server_at{at("198.51.100.1:2000")};
    Role caller_role = Role::controlling;
    Role server_role = Role::controlled;
    bool tell_caller = true;  ///< give it the server's candidates at the start
    bool tell_server = true;
};

/// A browser (controlling) and a server (controlled).
struct Call {
    explicit Call(std::uint64_t seed, sim::Link link = {}, const Scene& scene = {})
        : network(seed, link),
          caller(config(scene.caller_role, scene.caller_at, "CALL", "SERV"), 3 * seed + 1, network.now()),
          server(config(scene.server_role, scene.server_at, "SERV", "CALL"), 3 * seed + 2, network.now()),
          scene_(scene) {
        for (const Endpoint& endpoint : scene.caller_at) network.attach(endpoint, caller);
        for (const Endpoint& endpoint : scene.server_at) network.attach(endpoint, server);
        if (scene.tell_caller) tell_caller();
        if (scene.tell_server) tell_server();
    }

    static AgentConfig config(Role role, const std::vector<Endpoint>& bases, const std::string& local,
                              const std::string& remote) {
        AgentConfig config;
        config.role = role;
        config.local = {local, "password-of-" + local + "-abcdef"};
        config.remote = {remote, "password-of-" + remote + "-abcdef"};
        config.local_candidates = candidates(bases);
        return config;
    }
    static std::vector<Candidate> candidates(const std::vector<Endpoint>& endpoints) {
        std::vector<Candidate> all;
        std::uint16_t preference = 65535;
        for (const Endpoint& endpoint : endpoints) all.push_back(host_candidate(endpoint, preference--));
        return all;
    }

    void tell_caller() { tell(caller, scene_.server_at); }
    void tell_server() { tell(server, scene_.caller_at); }
    void tell(Party& party, const std::vector<Endpoint>& endpoints) {
        for (const Candidate& candidate : candidates(endpoints)) {
            party.agent.add_remote_candidate(network.now(), candidate);
        }
        network.pump(party);
    }

    bool connect(Duration limit = std::chrono::seconds{30}) {
        return network.run_while_not([this] { return caller.connected() && server.connected(); }, limit);
    }
    /// Both sides have nominated the same path. (In between they may differ: an answer was lost.)
    bool settle(Duration limit = std::chrono::seconds{30}) {
        return network.run_while_not([this] { return settled(); }, limit);
    }
    [[nodiscard]] bool settled() const {
        if (!caller.nominated() || !server.nominated()) return false;
        const Path theirs = *caller.agent.path();
        const Path ours = *server.agent.path();
        const bool translated = theirs.local != ours.remote && caller.agent.local_candidates().size() == 2;
        return theirs.remote == ours.local && (theirs.local == ours.remote || translated);
    }

    sim::Network network;
    Party caller;
    Party server;

private:
    Scene scene_;
};

}  // namespace legroom::ice::testing
