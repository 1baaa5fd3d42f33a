// Anything at any time, for hours of virtual time: what must hold whatever happens.
#include <gtest/gtest.h>

#include "ice/contacts.hpp"
#include "sim/seeds.hpp"

#include "ice/agent_test_browser.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;
using namespace testing;

const std::uint64_t kWorlds = sim::seeds(60);

const Endpoint kHosts[] = {at("192.0.2.1:1000"), at("10.0.0.1:1000"), at("[2001:db8::1]:1000")};
const Endpoint kServers[] = {at("198.51.100.1:2000"), at("[2001:db8::2]:2000")};

/// Two agents, and a world that changes under them every second or so.
class Chaos {
public:
    explicit Chaos(std::uint64_t seed)
        : random_(seed),
          network(seed, {.delay = 30ms}),
          caller(config(Role::controlling, {kHosts[0]}, "CALL", "SERV"), 3 * seed + 1, network.now()),
          server(config(Role::controlled, {kServers[0]}, "SERV", "CALL"), 3 * seed + 2, network.now()) {
        network.attach(kHosts[0], caller);
        network.attach(kServers[0], server);
        caller.agent.add_remote_candidate(network.now(), host_candidate(kServers[0], 9));
        caller.media_from = server.media_from = network.now();
    }

    void change() {
        const Instant now = network.now();
        Server& one = random_.below(2) == 0 ? caller : server;
        const Endpoint& host = kHosts[random_.below(3)];
        const Endpoint& ours = kServers[random_.below(2)];
        const Endpoint stranger{*IpAddress::parse("203.0.113.66"),
                                static_cast<std::uint16_t>(1 + random_.below(200))};
        switch (random_.below(14)) {
            case 0:
                network.detach(host);
                break;
            case 1:
                network.attach(host, caller);
                caller.agent.add_local_candidate(now, host_candidate(host, 9));
                break;
            case 2:
                caller.agent.remove_local(now, host);
                break;
            case 3:
                network.attach(ours, server);
                server.agent.add_local_candidate(now, host_candidate(ours, 9));
                break;
            case 4:
                server.agent.remove_local(now, ours);
                break;
            case 5:
                one.agent.add_remote_candidate(now, host_candidate(stranger, 8));
                break;
            case 6:
                one.agent.add_remote_candidate(now, host_candidate(&one == &caller ? ours : host, 7));
                break;
            case 7:
                if (const auto path = one.agent.path()) one.agent.path_closed(now, *path);
                break;
            case 8:
                network.set_link({.delay = 30ms, .loss = 0.25 * random_.below(5)});
                break;
            case 9:
                network.translate(kHosts[0], {*IpAddress::parse("203.0.113.9"),
                                              static_cast<std::uint16_t>(60'000 + random_.below(50))});
                break;
            case 10:
                one.media_from = random_.below(2) == 0 ? std::optional{now} : std::nullopt;
                break;
            case 11:
                one.agent.media_arrived(now, {ours, {*IpAddress::parse("203.0.113.77"), stranger.port}});
                break;
            case 12:
                one.agent.handle_timeout(now);
                break;
            default:
                network.set_link({.delay = 30ms, .jitter = 20ms, .duplicate = 0.1, .reorder = 0.1});
                break;
        }
        network.pump(one);
    }

    void live(Duration duration) {
        for (const Instant end = network.now() + duration; network.now() < end;) {
            change();
            network.run_for(std::chrono::milliseconds{random_.below(2500)});
            check_one(caller);
            check_one(server);
        }
    }

private:
    static AgentConfig config(Role role, const std::vector<Endpoint>& bases, const char* local,
                              const char* remote) {
        return Call::config(role, bases, local, remote);
    }

    void check_one(const Server& one) const {
        const Agent& agent = one.agent;
        const AgentReport report = agent.report(network.now());
        EXPECT_LE(report.pairs.size(), kMaxPairs);
        EXPECT_LE(agent.remote_candidates().size(), kMaxRemoteCandidates);
        EXPECT_LE(agent.local_candidates().size(), kMaxLocalCandidates);
        EXPECT_TRUE(agent.state() == State::connected || !agent.path());
        if (agent.path()) {
            EXPECT_TRUE(agent.is_valid(*agent.path()));
            EXPECT_LE(*report.consent_age, kMaxConsentTimeout);
        }
        EXPECT_GE(agent.deadline().value_or(network.now()) + 1ms, network.now());
        for (const auto& [remote, packets] : one.unheard) {
            const bool stranger = remote.ip == *IpAddress::parse("203.0.113.66");
            EXPECT_TRUE(!stranger || packets <= kMaxUnanswered) << remote.to_string() << ": " << packets;
        }
    }

    SeededRandom random_;

public:
    sim::Network network;
    Server caller;
    Server server;
};

TEST(AgentInChaos, KeepsItsPromises) {
    std::size_t connected = 0;
    std::size_t came_back = 0;
    for (std::uint64_t seed = 1; seed <= kWorlds; ++seed) {
        SCOPED_TRACE(seed);
        Chaos world{seed};
        world.live(3min);
        if (world.server.agent.state() == State::connected) ++connected;
        std::size_t connects = 0;
        for (const StateChanged& change : world.server.states)
            connects += change.state == State::connected ? 1U : 0U;
        if (connects > 1) ++came_back;
    }
    EXPECT_GE(connected, kWorlds / 4) << "or else the world is too bad to test anything";
    EXPECT_GE(came_back, 1U);
}

}  // namespace
}  // namespace legroom::ice
