#include "ice/targets.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>

namespace legroom::ice {
namespace {

bool begins_with(Bytes bytes, std::initializer_list<std::uint8_t> prefix) {
    return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

/// The IPv4 address an IPv6 one leads to, if it is of a kind that does.
std::optional<IpAddress> wrapped_v4(const IpAddress& ip) {
    if (ip.is_v4()) return std::nullopt;
    const Bytes all = ip.bytes();
    const auto four_at = [&](std::size_t at) {
        return IpAddress::v4({all[at], all[at + 1], all[at + 2], all[at + 3]});
    };
    if (begins_with(all, {0x20, 0x02})) return four_at(2);  // 6to4
    const bool nat64 = begins_with(all, {0, 0x64, 0xff, 0x9b});
    const bool compatible = begins_with(all, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    return nat64 || compatible ? std::optional{four_at(12)} : std::nullopt;
}

bool is_host_address(const IpAddress& ip) {
    if (ip.is_unspecified() || ip.is_multicast()) return false;
    if (ip.is_v6()) return true;
    const std::uint8_t first = ip.bytes()[0];
    return first != 0 && first < 240;
}

bool is_allowed(const IpAddress& ip, const TargetPolicy& policy) {
    if (!is_host_address(ip)) return false;
    if (ip.is_loopback()) return policy.loopback;
    if (ip.is_link_local()) return ip.is_v4() ? policy.link_local_v4 : policy.link_local_v6;
    return true;
}

}  // namespace

bool can_be_reached(const Endpoint& endpoint) { return endpoint.port != 0 && is_host_address(endpoint.ip); }

bool is_local_target(const IpAddress& ip) { return ip.is_loopback() || ip.is_link_local(); }

bool may_be_named(const Endpoint& endpoint, const TargetPolicy& policy) {
    if (endpoint.port == 0 || !is_allowed(endpoint.ip, policy)) return false;
    if (endpoint.ip.is_loopback()) return true;  // ::1 begins like an IPv4-compatible address
    const auto wrapped = wrapped_v4(endpoint.ip);
    return !wrapped || is_allowed(*wrapped, policy);
}

}  // namespace legroom::ice
