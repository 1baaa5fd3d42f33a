#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/external_addresses.hpp"
#include "app/host_candidates.hpp"
#include "app/server_probe.hpp"
#include "base/address.hpp"
#include "io/host_addresses.hpp"

/// What the doctor saw, before any of it is judged.
namespace legroom::app {

struct PortObservation {
    enum class State {
        free,
        legroom,  ///< A running legroom has it.
        taken,    ///< Somebody else has.
        refused,  ///< It cannot be had for another reason: `problem`.
    };
    std::string setting;  ///< "RTP_PORT_MIN"
    std::string name;     ///< "UDP port 10000"
    State state = State::free;
    std::string holder;   ///< Of a port that is not free: "legroom (4711)"; empty: this user may not see it.
    std::string problem;  ///< What the system said.
};

/// One server asked from one address.
struct ServerObservation {
    std::string setting;  ///< "ICE_SERVERS"
    std::string uri;
    bool turn = false;
    std::optional<Endpoint> server;  ///< nullopt: its name was not found.
    Endpoint base;                   ///< Ours; over TCP and TLS without a port.
    std::string problem;  ///< Why there was no asking at all: a connection refused, a bad certificate.
    ServerAnswer answer;
};

struct Observations {
    bool in_container = false;
    std::vector<io::HostAddress> all;     ///< The machine's.
    std::vector<io::HostAddress> usable;  ///< Of these, what calls may use.
    std::vector<ExternalIp> external;     ///< What WEBRTC_EXTERNAL_IPS comes to.
    std::vector<std::string> unresolved;  ///< Names in it that have no address.
    std::uint16_t udp_port = 0;           ///< Of calls.
    std::optional<std::uint16_t> tcp_port;
    std::vector<PortObservation> ports;
    /// The servers were not asked from the port of calls, which somebody has: a NAT may treat that one
    /// differently.
    bool asked_from_another_port = false;
    std::vector<ServerObservation> servers;
};

}  // namespace legroom::app
