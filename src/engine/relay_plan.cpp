#include "engine/relay_plan.hpp"

#include <algorithm>
#include <optional>

namespace legroom::engine {
namespace {

bool contains(const auto& range, const auto& value) {
    return std::find(range.begin(), range.end(), value) != range.end();
}

std::optional<Endpoint> first_of_family(const std::vector<Endpoint>& endpoints, bool ipv6) {
    const auto found = std::find_if(endpoints.begin(), endpoints.end(),
                                    [=](const Endpoint& one) { return one.ip.is_v6() == ipv6; });
    return found == endpoints.end() ? std::nullopt : std::optional{*found};
}

bool same_way(const ice::TurnConfig& a, const ice::TurnConfig& b) {
    return a.base == b.base && a.server == b.server && a.transport == b.transport;
}

/// Puts a plan together, the IPv4 relays first.
class Planner {
public:
    Planner(const RelayBases& bases, const std::vector<ice::TurnConfig>& standing)
        : bases_(bases), standing_(standing) {}

    void plan_ipv4_relay(const TurnServer& server) {
        if (keep(server, /*ipv6=*/false)) return;
        const bool over_v4 = reaches(server, /*ipv6=*/false);
        if (!over_v4 && !reaches(server, /*ipv6=*/true)) return plan_.without_a_base.push_back(server);
        ice::TurnConfig config = towards(server, /*over_ipv6=*/!over_v4);
        config.either_family = !over_v4;
        add(std::move(config));
    }

    void plan_ipv6_relay(const TurnServer& server) {
        if (!reaches(server, /*ipv6=*/false) || !reaches(server, /*ipv6=*/true)) return;
        if (keep(server, /*ipv6=*/true)) return;
        ice::TurnConfig config = towards(server, /*over_ipv6=*/true);
        config.ipv6 = true;
        // Its IPv4 relay may stand there, from when we had no IPv4: a server keeps one allocation for each
        // way.
        const auto taken = [&](const ice::TurnConfig& other) { return same_way(other, config); };
        if (std::none_of(plan_.configs.begin(), plan_.configs.end(), taken)) add(std::move(config));
    }

    RelayPlan take() { return std::move(plan_); }

private:
    [[nodiscard]] bool reaches(const TurnServer& server, bool ipv6) const {
        return first_of_family(server.endpoints, ipv6) && first_of_family(bases_.udp, ipv6);
    }

    /// True: there is an allocation that does, and it is planned as it is.
    bool keep(const TurnServer& server, bool ipv6) {
        for (const ice::TurnConfig& config : standing_) {
            const bool there = config.transport != Transport::udp || contains(bases_.present, config.base.ip);
            const bool wanted = config.transport == server.transport && config.username == server.username &&
                                config.password == server.password && config.ipv6 == ipv6 &&
                                contains(server.endpoints, config.server);
            const auto planned = [&](const ice::TurnConfig& other) { return same_way(other, config); };
            if (!there || !wanted || std::any_of(plan_.configs.begin(), plan_.configs.end(), planned))
                continue;
            add(config);
            return true;
        }
        return false;
    }

    [[nodiscard]] ice::TurnConfig towards(const TurnServer& server, bool over_ipv6) const {
        ice::TurnConfig config;
        config.server = *first_of_family(server.endpoints, over_ipv6);
        config.transport = server.transport;
        config.username = server.username;
        config.password = server.password;
        if (server.transport == Transport::udp) {
            config.base = *first_of_family(bases_.udp, over_ipv6);
        } else {
            label(config);
        }
        return config;
    }

    /// The end of a stream, which is only a label: the first that no other stream to this server has.
    void label(ice::TurnConfig& config) const {
        const auto taken = [&](const ice::TurnConfig& other) { return same_way(other, config); };
        config.base.ip = config.server.ip.is_v4() ? IpAddress::v4({}) : IpAddress::v6({});
        do {
            ++config.base.port;
        } while (std::any_of(standing_.begin(), standing_.end(), taken) ||
                 std::any_of(plan_.configs.begin(), plan_.configs.end(), taken));
    }

    void add(ice::TurnConfig config) {
        config.local_preference = static_cast<std::uint16_t>(65'535 - plan_.configs.size());
        plan_.configs.push_back(std::move(config));
    }

    const RelayBases& bases_;
    const std::vector<ice::TurnConfig>& standing_;
    RelayPlan plan_;
};

}  // namespace

RelayPlan plan_relays(const std::vector<TurnServer>& servers, const RelayBases& bases,
                      const std::vector<ice::TurnConfig>& standing) {
    Planner planner{bases, standing};
    for (const TurnServer& server : servers) planner.plan_ipv4_relay(server);
    for (const TurnServer& server : servers) planner.plan_ipv6_relay(server);
    return planner.take();
}

}  // namespace legroom::engine
