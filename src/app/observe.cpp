#include "app/observe.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "app/client_credentials.hpp"
#include "app/datagram_round.hpp"
#include "app/ice_uri.hpp"
#include "app/port_trials.hpp"
#include "app/stream_probe.hpp"
#include "io/clock.hpp"
#include "io/crypto_random.hpp"
#include "io/resolver.hpp"

namespace legroom::app {
namespace {

/// Looks names up, as long as a server is given to answer.
std::vector<io::Resolved> resolve(const std::vector<io::HostPort>& names) {
    boost::asio::io_context context;
    io::Resolver resolver{context};
    std::vector<io::Resolved> resolved;
    resolver.resolve(names, ServerProbe::kLimit,
                     [&](std::vector<io::Resolved> found) { resolved = std::move(found); });
    context.run();
    return resolved;
}

void resolve_external(ExternalAddresses& external, Observations& seen) {
    std::vector<io::HostPort> names;
    for (const std::string& name : external.names()) names.push_back({name, 0});
    if (names.empty()) return;
    for (const io::Resolved& one : resolve(names)) {
        std::vector<IpAddress> ips;
        for (const Endpoint& endpoint : one.endpoints) ips.push_back(endpoint.ip);
        if (ips.empty()) seen.unresolved.push_back(one.host);
        external.resolve(one.host, std::move(ips));
    }
}

std::chrono::seconds unix_time() {
    return std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch());
}

/// A client's relay has to lead to us.
std::vector<IpAddress> own_addresses(const Observations& seen, const ExternalAddresses& external) {
    std::vector<IpAddress> ips;
    for (const AnnouncedAddress& one : announced_addresses(seen.usable, external.known()))
        ips.push_back(one.ip);
    return ips;
}

std::vector<Question> questions_of(const Config& config, const std::vector<IpAddress>& own) {
    std::vector<Question> questions;
    for (const StunServer& one : config.media.stun_servers)
        questions.push_back(
            {"ICE_SERVERS", one.to_uri(), one.host, one.port, Transport::udp, std::nullopt, {}});
    for (const TurnServer& one : config.media.turn_servers) {
        questions.push_back({"ICE_SERVERS",
                             one.to_uri(),
                             one.host,
                             one.port,
                             one.transport,
                             TurnLogin{one.username, one.password},
                             {}});
    }
    for (const std::string& uri : config.client_ice.servers) {
        constexpr std::string_view kSetting = "CLIENT_ICE_SERVERS";
        if (const auto stun = parse_stun_uri(uri)) {
            questions.push_back(
                {std::string{kSetting}, uri, stun->host, stun->port, Transport::udp, std::nullopt, {}});
        } else if (const auto turn = parse_turn_uri(uri); turn && !config.client_ice.turn_secret.empty()) {
            questions.push_back({std::string{kSetting}, uri, turn->host, turn->port, turn->transport,
                                 client_login(config.client_ice, "doctor", unix_time()), own});
        }
    }
    return questions;
}

void ask_connected(const Config& config, const Question& question, const Endpoint& server, Random& random,
                   Observations& seen) {
    const auto own = std::ranges::find_if(
        seen.usable, [&](const io::HostAddress& one) { return one.ip.is_v4() == server.ip.is_v4(); });
    if (own == seen.usable.end()) return;
    seen.servers.push_back({question.setting, question.uri, true, server, Endpoint{own->ip, 0}, "", {}});
    const bool tls = question.transport == Transport::tls;
    ask_over_stream({server, tls, question.host, config.media.turn_ca_file}, *question.login, question.peers,
                    random, seen.servers.back());
}

void ask_servers(const Config& config, const ExternalAddresses& external, io::UdpPort& port,
                 Observations& seen) {
    const std::vector<Question> questions = questions_of(config, own_addresses(seen, external));
    if (questions.empty()) return;
    std::vector<io::HostPort> names;
    names.reserve(questions.size());
    for (const Question& one : questions) names.push_back({one.host, one.port});
    const auto resolved = resolve(names);

    io::CryptoRandom random;
    auto other = io::UdpPort::open(0);
    if (!other) return;
    DatagramRound round{port, *other, seen, random};
    for (std::size_t i = 0; i < questions.size(); ++i) {
        const Question& one = questions[i];
        const std::size_t before = seen.servers.size();
        for (const Endpoint& server : resolved[i].endpoints) {
            if (one.transport == Transport::udp) {
                round.add(one, server);
            } else {
                ask_connected(config, one, server, random, seen);
            }
        }
        if (seen.servers.size() != before) continue;
        seen.servers.push_back({one.setting, one.uri, one.login.has_value(), std::nullopt, {}, "", {}});
        if (!resolved[i].endpoints.empty())
            seen.servers.back().problem = "this machine has no address of its family";
    }
    round.run();
}

void discover(const Config& config, ExternalAddresses& external, const Observations& seen) {
    if (!config.media.discover_external) return;
    for (const ServerObservation& one : seen.servers) {
        const bool ours = one.setting == "ICE_SERVERS" && !one.turn;
        if (ours && one.answer.mapped) external.discover(*one.answer.mapped, one.base);
    }
}

}  // namespace

Observations observe(const Config& config) {
    Observations seen;
    seen.in_container =
        std::filesystem::exists("/.dockerenv") || std::filesystem::exists("/run/.containerenv");
    seen.all = io::interface_addresses();
    seen.usable = usable_addresses(seen.all, config.media.interfaces);
    ExternalAddresses external{config.media.external};
    resolve_external(external, seen);
    auto port = try_udp(config, seen);
    try_tcp(config, seen);
    if (port) ask_servers(config, external, *port, seen);
    discover(config, external, seen);
    seen.external = external.known();
    return seen;
}

}  // namespace legroom::app
