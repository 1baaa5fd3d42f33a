#pragma once

#include <optional>
#include <string>

#include "app/observations.hpp"
#include "app/server_probe.hpp"

namespace legroom::app {

/// A TURN server that is asked over a connection of its own.
struct StreamTarget {
    Endpoint server;
    bool tls = false;
    std::string host;     ///< TLS: the name or address the certificate must be for.
    std::string ca_file;  ///< TLS: whom to trust besides the system's; empty: nobody.
};

/// Connects, asks for a relayed address and about the `peers`, and notes in `seen` what came of it: the
/// answer, or the problem. Gives each step ServerProbe::kLimit.
void ask_over_stream(const StreamTarget& target, const TurnLogin& login, const std::vector<IpAddress>& peers,
                     Random& random, ServerObservation& seen);

}  // namespace legroom::app
