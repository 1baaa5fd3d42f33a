#pragma once

#include <optional>

#include "app/config.hpp"
#include "app/observations.hpp"
#include "io/udp_port.hpp"

namespace legroom::app {

/// Opens the UDP port of calls and notes how that went. Where somebody has it: any other one, to ask servers
/// from. nullopt: not even that.
std::optional<io::UdpPort> try_udp(const Config& config, Observations& seen);

/// Listens for ICE-TCP and HTTP for a moment and notes how that went. After try_udp(), which knows the
/// number.
void try_tcp(const Config& config, Observations& seen);

}  // namespace legroom::app
