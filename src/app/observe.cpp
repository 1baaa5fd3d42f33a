#include "app/observe.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <poll.h>

#include "app/client_credentials.hpp"
#include "app/ice_uri.hpp"
#include "app/port_holder.hpp"
#include "app/stream_probe.hpp"
#include "io/clock.hpp"
#include "io/crypto_random.hpp"
#include "io/resolver.hpp"
#include "io/udp_port.hpp"

namespace legroom::app {
namespace {

using boost::asio::ip::tcp;
using State = PortObservation::State;

constexpr std::size_t kMaxQuestions = 256;  // servers times addresses

/// A server to ask, before its name is looked up.
struct Question {
    std::string setting;
    std::string uri;
    std::string host;
    std::uint16_t port = 0;
    Transport transport = Transport::udp;
    std::optional<TurnLogin> login;  ///< nullopt: a STUN server.
    std::vector<IpAddress> peers;    ///< A TURN server has to relay to one of these.
};

/// A datagram server asked from one address.
struct Asking {
    io::UdpPort* port;
    Path path;
    ServerProbe probe;
    std::size_t observation;  ///< Where the answer belongs.
};

void note_holder(PortObservation& port, Transport transport, std::uint16_t number) {
    const auto holder = port_holder(transport, number);
    port.state = holder && holder->name == "legroom" ? State::legroom : State::taken;
    if (holder) port.holder = fmt::format("{} ({})", holder->name, holder->pid);
}

PortObservation judge(std::string setting, Transport transport, std::uint16_t number,
                      const error_code& error) {
    PortObservation port{std::move(setting),
                         fmt::format("{} port {}", transport == Transport::udp ? "UDP" : "TCP", number),
                         State::free, "", ""};
    if (!error) return port;
    port.state = State::refused;
    port.problem = error.message();
    if (error == boost::system::errc::address_in_use) note_holder(port, transport, number);
    return port;
}

error_code try_listen(const tcp::endpoint& endpoint) {
    boost::asio::io_context context;
    tcp::acceptor acceptor{context};
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(1, error);
    return error;
}

/// As the HTTP server and the ICE-TCP port listen: [::] for both families where there is IPv6.
error_code try_listen_everywhere(std::uint16_t number) {
    const error_code error = try_listen({tcp::v6(), number});
    const bool no_v6 = error == boost::system::errc::address_family_not_supported ||
                       error == boost::system::errc::address_not_available;
    return no_v6 ? try_listen({tcp::v4(), number}) : error;
}

error_code try_listen_at(const Endpoint& endpoint) {
    if (endpoint.ip.is_unspecified()) return try_listen_everywhere(endpoint.port);
    return try_listen({boost::asio::ip::make_address(endpoint.ip.to_string()), endpoint.port});
}

/// The port calls would use; where somebody has it, any other, to ask the servers from.
std::optional<io::UdpPort> open_udp(const Config& config, Observations& seen) {
    auto port = io::UdpPort::open(config.media.udp_port);
    seen.udp_port = port ? port->number() : config.media.udp_port;
    seen.ports.push_back(
        judge("RTP_PORT_MIN", Transport::udp, seen.udp_port, port ? error_code{} : port.error()));
    if (!port) {
        seen.asked_from_another_port = true;
        port = io::UdpPort::open(0);
    }
    return port ? std::optional{std::move(*port)} : std::nullopt;
}

void try_tcp(const Config& config, Observations& seen) {
    if (config.media.ice_tcp) {
        seen.tcp_port = config.media.tcp_port.value_or(seen.udp_port);
        seen.ports.push_back(
            judge("ICE_TCP_PORT", Transport::tcp, *seen.tcp_port, try_listen_everywhere(*seen.tcp_port)));
    }
    const Endpoint& http = config.http.listen;
    seen.ports.push_back(judge("HTTP_ADDR", Transport::tcp, http.port, try_listen_at(http)));
}

/// Looks names up, as long as a server is given to answer.
std::vector<io::Resolved> resolve(std::vector<io::HostPort> names) {
    // A look-up that hangs cannot be ended, and the context's destructor would wait for it: this one has
    // none.
    static auto& context = *new boost::asio::io_context;  // NOLINT(cppcoreguidelines-owning-memory)
    std::vector<io::Resolved> resolved;
    io::resolve_all(context, std::move(names), ServerProbe::kLimit,
                    [&](std::vector<io::Resolved> found) { resolved = std::move(found); });
    context.restart();
    while (resolved.empty() && context.run_one_for(ServerProbe::kLimit * 2) != 0) {
    }
    return resolved;
}

void resolve_external(ExternalAddresses& external, Observations& seen) {
    std::vector<io::HostPort> names;
    for (const std::string& name : external.names()) names.push_back({name, 0});
    if (names.empty()) return;
    for (const io::Resolved& one : resolve(std::move(names))) {
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

/// Asks the servers over datagrams, all at once, and waits for the last.
class Round {
public:
    /// STUN servers are asked from the port of calls, since that is what they are to see. TURN servers are
    /// asked from another: they would take a second question from one they know for a mistake (437).
    Round(io::UdpPort& media, io::UdpPort& other, Observations& seen, Random& random)
        : media_(media), other_(other), seen_(seen), random_(random) {}

    /// A STUN server is asked from every address of its family, a TURN server from the first.
    void add(const Question& question, const Endpoint& server) {
        io::UdpPort& port = question.login ? other_ : media_;
        for (const io::HostAddress& own : seen_.usable) {
            if (own.ip.is_v4() != server.ip.is_v4() || askings_.size() >= kMaxQuestions) continue;
            const Endpoint base{own.ip, port.number()};
            ServerProbe probe{io::now(), question.login, /*reliable=*/false, random_};
            probe.ask_about(question.peers);
            askings_.push_back({&port, Path{base, server}, std::move(probe), seen_.servers.size()});
            seen_.servers.push_back(
                {question.setting, question.uri, question.login.has_value(), server, base, "", {}});
            if (question.login) return;
        }
    }

    void run() {
        send();
        while (!std::ranges::all_of(askings_, [](const Asking& one) { return one.probe.finished(); })) {
            wait();
            receive(media_);
            receive(other_);
            for (Asking& one : askings_) one.probe.handle_timeout(io::now());
            send();
        }
        for (const Asking& one : askings_) seen_.servers[one.observation].answer = one.probe.answer();
    }

private:
    void send() {
        for (Asking& one : askings_) {
            while (auto message = one.probe.poll()) {
                const Transmit transmit{one.path, *std::move(message)};
                one.port->send({&transmit, 1});
            }
        }
    }

    void wait() {
        Instant wake = io::now() + ServerProbe::kLimit;
        for (const Asking& one : askings_) {
            if (!one.probe.finished()) wake = std::min(wake, one.probe.deadline());
        }
        std::vector<pollfd> descriptors;
        for (const io::UdpPort* port : {&media_, &other_}) {
            for (const int fd : port->descriptors()) descriptors.push_back({fd, POLLIN, 0});
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(wake - io::now()).count();
        ::poll(descriptors.data(), descriptors.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
    }

    void receive(io::UdpPort& port) {
        port.receive([this](const Path& path, MutableBytes datagram) {
            for (Asking& one : askings_) {
                if (one.path == path) one.probe.handle_message(io::now(), datagram);
            }
        });
    }

    io::UdpPort& media_;
    io::UdpPort& other_;
    Observations& seen_;
    Random& random_;
    std::vector<Asking> askings_;
};

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
    for (const Question& one : questions) names.push_back({one.host, one.port});
    const auto resolved = resolve(std::move(names));

    io::CryptoRandom random;
    auto other = io::UdpPort::open(0);
    if (!other) return;
    Round round{port, *other, seen, random};
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
    auto port = open_udp(config, seen);
    try_tcp(config, seen);
    if (port) ask_servers(config, external, *port, seen);
    discover(config, external, seen);
    seen.external = external.known();
    return seen;
}

}  // namespace legroom::app
