#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/external_addresses.hpp"
#include "base/address.hpp"
#include "ice/candidate.hpp"
#include "io/host_addresses.hpp"

namespace legroom::app {

/// Each is a candidate of every leg, and a peer pairs it with each of its own; the least preferred are left
/// out.
inline constexpr std::size_t kMaxAnnounced = 32;

/// An address peers are told of, and the one of ours behind it.
struct AnnouncedAddress {
    enum class Origin { interface, replaced, added };  ///< As in WEBRTC_EXTERNAL_IPS.

    IpAddress ip;
    IpAddress base;         ///< Sent from and received at: the same, or what a NAT maps `ip` to.
    std::string interface;  ///< Of the base.
    Origin origin = Origin::interface;

    friend bool operator==(const AnnouncedAddress&, const AnnouncedAddress&) = default;
};

/// Whether containers and virtual machines hang on it: docker0, br-…, veth… and their like. Its address is
/// of use to them alone.
bool is_container_bridge(std::string_view interface);

/// The addresses of this machine that calls may use, of all it has, the preferred ones first: IPv4 before
/// IPv6, temporary IPv6 addresses after those that stay, then IPv4 link-local ones, then container bridges.
std::vector<io::HostAddress> usable_addresses(std::vector<io::HostAddress> all, const InterfaceLists& lists);

/// What peers are told of, the preferred ones first, each address once. An external address that replaces
/// stands in the place of all usable ones of its family; one that is added comes after them, before container
/// bridges. Its base is the one it names, or itself where it is ours, or the first of its family; without
/// such a base it is left out, and replaces nothing.
std::vector<AnnouncedAddress> announced_addresses(std::span<const io::HostAddress> usable,
                                                  std::span<const ExternalIp> external);

/// The host candidates every leg is told of (RFC 8445 §5.1.1.1): one for each address on the one media port,
/// in the order of preference, then likewise for ICE-TCP where there is a port for it (RFC 6544 §5.1). The
/// addresses of container bridges get none of these.
std::vector<ice::Candidate> host_candidates(std::span<const AnnouncedAddress> addresses, std::uint16_t port,
                                            std::optional<std::uint16_t> tcp_port = std::nullopt);

}  // namespace legroom::app
