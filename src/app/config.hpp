#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/units.hpp"

namespace legroom::app {

enum class LogLevel { debug, info, warn, error };

/// A `stun:` URI (RFC 7064). The host is an IP address or a name; nothing has looked the name up yet.
struct StunServer {
    std::string host;
    std::uint16_t port = 3478;

    friend bool operator==(const StunServer&, const StunServer&) = default;
    [[nodiscard]] std::string to_uri() const;  ///< "stun:stun.example.org:3478", "stun:[2001:db8::1]:3478"
};

struct HttpConfig {
    /// Where the API listens. `[::]` stands for every address of the machine, IPv4 as well; port 0 for any
    /// free one.
    Endpoint listen{IpAddress::v4({127, 0, 0, 1}), 8080};
    std::size_t max_connections = 1'000;
};

struct MediaConfig {
    std::uint16_t udp_port = 10'000;            ///< The one port of every leg; 0: any free one.
    std::optional<std::uint16_t> udp_port_max;  ///< RTP_PORT_MAX, checked and otherwise without effect.

    std::vector<StunServer> stun_servers;   ///< Empty: no third party is ever contacted.
    std::vector<std::string> turn_servers;  ///< Named in ICE_SERVERS and skipped, with a warning.

    std::vector<IpAddress> external_ips;  ///< Announced instead of the addresses of the interfaces.
    bool discover_external_ips = false;   ///< "auto": the STUN servers say them.

    SampleRate default_sample_rate = SampleRate::k16000;  ///< Of rooms created without one.
    bool comfort_noise = true;
};

/// Everything an operator can decide, with the defaults a fresh start has. Made by read_command_line();
/// settings.hpp has the names, meanings and limits.
struct Config {
    std::string instance_id;  ///< Empty: the program takes a random UUID.
    LogLevel log_level = LogLevel::info;
    HttpConfig http;
    MediaConfig media;
    std::size_t max_legs = 10'000;
    std::size_t max_rooms = 10'000;
};

}  // namespace legroom::app
