#pragma once

#include <vector>

#include "base/address.hpp"
#include "engine/messages.hpp"
#include "ice/turn_client.hpp"

namespace legroom::engine {

/// What this machine reaches TURN servers from.
struct RelayBases {
    std::vector<Endpoint> udp;  ///< The shared port at the announced addresses, the preferred ones first.
    std::vector<IpAddress> present;  ///< Every address the machine has, announced or not.
};

/// The allocations to ask for (RFC 8656 §7).
struct RelayPlan {
    std::vector<ice::TurnConfig>
        configs;  ///< IPv4 relays before IPv6 ones: what is too many is cut off the end.
    std::vector<TurnServer> without_a_base;  ///< We have no address of a family they have one of.
};

/// Each server is asked for an IPv4 address, whatever the family it is reached by, since a browser with IPv6
/// alone is rare; over IPv4 where both have it. If both have IPv6 besides, another is asked for there, which
/// relays IPv6. A server that can only be reached over IPv6 may give an IPv6 address where it has no other.
///
/// `standing`: allocations that work now. They are planned again with the base and the address they have, as
/// long as the base is on the machine and the address is the server's, however these lists may be ordered.
RelayPlan plan_relays(const std::vector<TurnServer>& servers, const RelayBases& bases,
                      const std::vector<ice::TurnConfig>& standing);

}  // namespace legroom::engine
