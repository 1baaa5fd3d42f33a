#pragma once

#include <vector>

#include "base/address.hpp"

namespace legroom::io {

/// The addresses of this machine that a peer may reach it at: those of all interfaces that are up, IPv4
/// before IPv6, without loopback and IPv6 link-local ones. Loopback addresses when there are no others,
/// so that a machine without any network still carries calls between its own tabs.
std::vector<IpAddress> host_addresses();

/// The choice host_addresses() makes, of addresses already read.
std::vector<IpAddress> choose_host_addresses(std::vector<IpAddress> all);

}  // namespace legroom::io
