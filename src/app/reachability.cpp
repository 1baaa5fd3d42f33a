#include "app/reachability.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <utility>

#include "io/host_addresses.hpp"

namespace legroom::app {
namespace {

std::vector<io::HostPort> names_of(const MediaConfig& config) {
    std::vector<io::HostPort> names;
    for (const StunServer& server : config.stun_servers) names.push_back({server.host, server.port});
    for (const TurnServer& server : config.turn_servers) names.push_back({server.host, server.port});
    return names;
}

/// One allocation a server: at the first of its addresses.
engine::StartGathering servers_at(const MediaConfig& config,
                                  const std::vector<std::vector<Endpoint>>& resolved) {
    engine::StartGathering command;
    for (std::size_t i = 0; i < resolved.size(); ++i) {
        if (i < config.stun_servers.size()) {
            command.stun_servers.insert(command.stun_servers.end(), resolved[i].begin(), resolved[i].end());
        } else if (!resolved[i].empty()) {
            const TurnServer& turn = config.turn_servers[i - config.stun_servers.size()];
            command.turn_servers.push_back(
                {resolved[i].front(), turn.transport, turn.username, turn.password});
        }
    }
    return command;
}

std::vector<io::LinkServer> links_to(const MediaConfig& config,
                                     const std::vector<std::vector<Endpoint>>& resolved) {
    std::vector<io::LinkServer> links;
    for (std::size_t i = config.stun_servers.size(); i < resolved.size(); ++i) {
        const TurnServer& turn = config.turn_servers[i - config.stun_servers.size()];
        if (turn.transport == Transport::udp || resolved[i].empty()) continue;
        links.push_back({resolved[i].front(), turn.transport, turn.host});
    }
    return links;
}

}  // namespace

Reachability::Reachability(boost::asio::io_context& context, const MediaConfig& config,
                           MediaPortNumbers ports)
    : context_(context), config_(config), ports_(ports), external_(config.external), resolver_(context) {
    announce();
}

bool Reachability::gathers() const { return !config_.stun_servers.empty() || !config_.turn_servers.empty(); }

void Reachability::start(Sinks sinks) {
    sinks_ = std::move(sinks);
    addresses_ = std::make_unique<io::AddressWatch>(context_, [this](const auto&) { announce(); });

    if (gathers()) {
        server_names_ = std::make_unique<NameWatch>(context_, resolver_, names_of(config_),
                                                    [this](const auto& found) { on_servers(found); });
        server_names_->start();
    }
    std::vector<io::HostPort> external;
    for (const std::string& name : external_.names()) external.push_back({name, 0});
    external_names_ = std::make_unique<NameWatch>(context_, resolver_, std::move(external),
                                                  [this](const auto& found) { on_external_names(found); });
    external_names_->start();
}

/// The first round starts the gathering, whatever it found, since legs wait for its end; after that only news
/// does. A server that cannot be looked up now is where it was.
void Reachability::on_servers(const std::vector<io::Resolved>& found) {
    bool news = resolved_.empty();
    resolved_.resize(found.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i].endpoints.empty()) {
            spdlog::warn("ICE_SERVERS: no address found for {}", found[i].host);
            continue;
        }
        auto endpoints = found[i].endpoints;
        std::ranges::sort(endpoints);
        news |= std::exchange(resolved_[i], endpoints) != endpoints;
    }
    if (!news) return;
    sinks_.links(links_to(config_, resolved_));
    sinks_.servers(servers_at(config_, resolved_));
}

void Reachability::on_external_names(const std::vector<io::Resolved>& found) {
    bool changed = false;
    for (const io::Resolved& name : found) {
        if (name.endpoints.empty()) spdlog::warn("WEBRTC_EXTERNAL_IPS: no address found for {}", name.host);
        std::vector<IpAddress> ips;
        for (const Endpoint& endpoint : name.endpoints) ips.push_back(endpoint.ip);
        changed |= external_.resolve(name.host, std::move(ips));
    }
    if (changed) announce();
}

/// WEBRTC_EXTERNAL_IPS=auto: a 1:1 NAT stands before us, so every port is the same outside.
void Reachability::discover(const ice::Candidate& seen) {
    if (!config_.discover_external || seen.type != ice::CandidateType::server_reflexive) return;
    if (seen.endpoint.port != seen.base.port) {
        spdlog::warn(
            "WEBRTC_EXTERNAL_IPS=auto: {} is announced with the port a NAT gave it, {}, besides {}: others "
            "need not find us there",
            seen.endpoint.ip.to_string(), seen.endpoint.port, seen.base.to_string());
    }
    if (external_.discover(seen.endpoint, seen.base)) announce();
}

void Reachability::forget(const ice::Candidate& lost) {
    if (!config_.discover_external || lost.type != ice::CandidateType::server_reflexive) return;
    if (external_.forget(lost.endpoint, lost.base)) announce();
}

/// Tells our addresses, if they are others than before.
void Reachability::announce() {
    const auto usable = usable_addresses(io::interface_addresses(), config_.interfaces);
    const auto announced = announced_addresses(usable, external_.known());
    if (announced.empty()) spdlog::warn("no address a peer could reach: every offer will be refused");
    if (announced == announced_) return;
    announced_ = announced;
    host_candidates_ = app::host_candidates(announced_, ports_.udp, ports_.tcp);
    for (const AnnouncedAddress& one : announced_) {
        spdlog::info("media at {} ({}{})", Endpoint{one.ip, ports_.udp}.to_string(), one.interface,
                     one.ip == one.base ? "" : " " + one.base.to_string());
    }
    if (sinks_.candidates) sinks_.candidates(host_candidates_);
}

}  // namespace legroom::app
