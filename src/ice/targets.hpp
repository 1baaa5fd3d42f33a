#pragma once

#include "base/address.hpp"

namespace legroom::ice {

/// Which addresses of this very machine or link a peer may make us send to by naming them in a candidate. By
/// default none: whoever can signal a call shall not make the server knock at its own ports.
struct TargetPolicy {
    bool loopback = false;
    bool link_local_v4 = false;  ///< 169.254/16, where clouds keep their secrets
    bool link_local_v6 = false;
};

/// Whether anything can be sent there at all: no port 0, unspecified, "this network" (0/8), multicast,
/// broadcast or reserved (240/4) address. A subnet's own broadcast address cannot be told from here: the
/// kernel refuses it, for our sockets do not ask for broadcast.
bool can_be_reached(const Endpoint& endpoint);

/// Whether the address belongs to this machine or link: loopback or link-local.
bool is_local_target(const IpAddress& ip);

/// Whether a candidate the peer has named may be checked. An IPv4 address wrapped into an IPv6 one (NAT64
/// RFC 6052 and RFC 8215, 6to4 RFC 3056, IPv4-compatible) is judged as what it leads to.
bool may_be_named(const Endpoint& endpoint, const TargetPolicy& policy);

}  // namespace legroom::ice
