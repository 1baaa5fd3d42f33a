#pragma once

#include <string>
#include <vector>

#include "base/address.hpp"

namespace legroom::io {

/// An address of this machine, and what it belongs to.
struct HostAddress {
    IpAddress ip;
    std::string interface;  ///< "eth0"; of an alias ("eth0:1") that name.

    friend bool operator==(const HostAddress&, const HostAddress&) = default;
};

/// The addresses of this machine that a peer may reach it at: those of all interfaces that are up, IPv4
/// before IPv6, without loopback and IPv6 link-local ones. Loopback addresses when there are no others,
/// so that a machine without any network still carries calls between its own tabs.
std::vector<HostAddress> host_addresses();

/// The choice host_addresses() makes, of addresses already read. An address that two interfaces have is the
/// first one's.
std::vector<HostAddress> choose_host_addresses(std::vector<HostAddress> all);

}  // namespace legroom::io
