#include "app/port_trials.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

#include "app/port_holder.hpp"

namespace legroom::app {
namespace {

using boost::asio::ip::tcp;
using State = PortObservation::State;

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

}  // namespace

std::optional<io::UdpPort> try_udp(const Config& config, Observations& seen) {
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

}  // namespace legroom::app
