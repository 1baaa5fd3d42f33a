#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"

namespace legroom::io {

/// An address of this machine and the interface that has it.
struct HostAddress {
    IpAddress ip;
    std::string interface;   ///< "eth0"
    bool temporary = false;  ///< IPv6: a privacy address (RFC 8981) or one that is being given up.

    friend bool operator==(const HostAddress&, const HostAddress&) = default;
};

/// Every address of the interfaces that are up, in the system's order. Left out: IPv6 addresses the system
/// has not finished checking for a double (RFC 4862 §5.4), since nobody can send from them.
std::vector<HostAddress> interface_addresses();

/// Of those, the ones a peer may reach this machine at: IPv4 before IPv6, without loopback and IPv6
/// link-local ones. Loopback addresses when there are no others, so that a machine without any network still
/// carries calls between its own tabs.
std::vector<HostAddress> choose_host_addresses(std::vector<HostAddress> all);

/// The choice of them all.
std::vector<HostAddress> host_addresses();

/// What Linux tells of an IPv6 address beside its interface.
struct AddressState {
    IpAddress ip;
    bool temporary = false;
    bool usable = true;
};

/// Reads the text of /proc/net/if_inet6; a line that is none is skipped.
std::vector<AddressState> parse_if_inet6(std::string_view text);

}  // namespace legroom::io
