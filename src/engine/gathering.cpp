#include "engine/gathering.hpp"

#include <algorithm>

namespace legroom::engine {
namespace {

/// Our end towards a TURN server: the shared port, or what tells streams to one server apart.
Endpoint base_towards(const TurnServer& server, const std::vector<Endpoint>& bases, std::uint16_t label) {
    if (server.transport != Transport::udp) {
        const IpAddress any = server.endpoint.ip.is_v4() ? IpAddress::v4({}) : IpAddress::v6({});
        return {any, label};
    }
    const auto found = std::find_if(bases.begin(), bases.end(), [&](const Endpoint& base) {
        return base.ip.is_v4() == server.endpoint.ip.is_v4();
    });
    return found == bases.end() ? Endpoint{} : *found;
}

std::vector<ice::TurnConfig> turn_configs(const std::vector<TurnServer>& servers,
                                          const std::vector<Endpoint>& bases) {
    std::vector<ice::TurnConfig> configs;
    for (const TurnServer& server : servers) {
        const auto order = static_cast<std::uint16_t>(configs.size());
        ice::TurnConfig config;
        config.base = base_towards(server, bases, static_cast<std::uint16_t>(order + 1));
        config.server = server.endpoint;
        config.transport = server.transport;
        config.username = server.username;
        config.password = server.password;
        config.ipv6 = server.endpoint.ip.is_v6();
        config.local_preference = static_cast<std::uint16_t>(65'535 - order);
        if (config.base.port != 0) configs.push_back(std::move(config));  // else no address of that family
    }
    return configs;
}

}  // namespace

Gathering::Gathering(const std::vector<Endpoint>& bases, const StartGathering& servers, Random& random,
                     Instant now)
    : random_(random),
      gatherer_(bases, servers.stun_servers, random, now),
      relays_(std::in_place, turn_configs(servers.turn_servers, bases), random, now) {
    settle();
}

void Gathering::ask(Instant now, const std::vector<Endpoint>& bases,
                    const std::vector<Endpoint>& stun_servers) {
    gatherer_.ask(now, bases, stun_servers);
    settle();
}

void Gathering::restart(Instant now, const std::vector<Endpoint>& bases, const StartGathering& servers) {
    relays_.emplace(turn_configs(servers.turn_servers, bases), random_, now);
    said_done_ = false;
    ask(now, bases, servers.stun_servers);
}

bool Gathering::handle_datagram(Instant now, const Path& path, Bytes datagram) {
    const bool ours =
        gatherer_.handle_datagram(now, path, datagram) || relays_->handle_datagram(now, path, datagram);
    if (ours) settle();
    return ours;
}

bool Gathering::send(Instant now, const Transmit& transmit) {
    const bool relayed = relays_->send(now, transmit);
    if (relayed) settle();
    return relayed;
}

void Gathering::stream_closed(Instant now, const Path& path) {
    relays_->stream_closed(now, path);
    settle();
}

void Gathering::close() {
    relays_->close();
    settle();
}

void Gathering::handle_timeout(Instant now) {
    gatherer_.handle_timeout(now);
    relays_->handle_timeout(now);
    settle();
}

std::optional<GatheringOutput> Gathering::poll() {
    if (outbox_.empty()) return std::nullopt;
    GatheringOutput output = std::move(outbox_.front());
    outbox_.pop_front();
    return output;
}

std::optional<Instant> Gathering::deadline() const {
    const auto one = gatherer_.deadline();
    const auto other = relays_->deadline();
    if (one && other) return std::min(*one, *other);
    return one ? one : other;
}

void Gathering::settle() {
    while (auto output = gatherer_.poll()) {
        if (std::holds_alternative<ice::GatheringDone>(*output)) continue;  // said below, for both
        std::visit([this](auto& what) { outbox_.emplace_back(std::move(what)); }, *output);
    }
    while (auto output = relays_->poll())
        std::visit([this](auto& what) { outbox_.emplace_back(std::move(what)); }, *output);
    if (said_done_ || !gatherer_.done() || !relays_->settled()) return;
    said_done_ = true;
    outbox_.emplace_back(ice::GatheringDone{});
}

}  // namespace legroom::engine
