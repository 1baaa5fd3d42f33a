#include "app/external_addresses.hpp"

#include <algorithm>
#include <utility>

namespace legroom::app {

ExternalAddresses::ExternalAddresses(std::vector<ExternalAddress> configured)
    : configured_(std::move(configured)) {
    for (const ExternalAddress& one : configured_) {
        if (const auto ip = IpAddress::parse(one.host)) resolved_[one.host] = {*ip};
    }
}

std::vector<std::string> ExternalAddresses::names() const {
    std::vector<std::string> names;
    for (const ExternalAddress& one : configured_) {
        if (!IpAddress::parse(one.host) && std::ranges::find(names, one.host) == names.end())
            names.push_back(one.host);
    }
    return names;
}

bool ExternalAddresses::resolve(const std::string& name, std::vector<IpAddress> ips) {
    std::erase_if(ips, [](const IpAddress& ip) { return ip.is_unspecified() || ip.is_multicast(); });
    // A resolver that takes turns with the order shall not make each look-up a change.
    std::ranges::sort(ips, {}, [](const IpAddress& ip) { return std::pair{ip.is_v6(), ip}; });
    ips.erase(std::unique(ips.begin(), ips.end()), ips.end());
    if (ips.size() > kMaxAddressesOfAName) ips.resize(kMaxAddressesOfAName);
    if (ips.empty() || resolved_[name] == ips) return false;
    resolved_[name] = std::move(ips);
    return true;
}

bool ExternalAddresses::discover(const Endpoint& outside, const Endpoint& base) {
    if (outside.port != base.port) return false;
    auto known = std::ranges::find(discovered_, base.ip, &Discovered::base);
    if (known == discovered_.end()) {
        if (discovered_.size() >= kMaxDiscovered) discovered_.erase(discovered_.begin());
        known = discovered_.insert(discovered_.end(), Discovered{base.ip, {}});
    }
    auto& seen = known->seen;
    if (!seen.empty() && seen.back() == outside.ip) return false;
    std::erase(seen, outside.ip);
    if (seen.size() >= kMaxSeenOfABase) seen.erase(seen.begin());
    seen.push_back(outside.ip);
    return true;
}

bool ExternalAddresses::forget(const Endpoint& outside, const Endpoint& base) {
    const auto known = std::ranges::find(discovered_, base.ip, &Discovered::base);
    if (outside.port != base.port || known == discovered_.end()) return false;
    const bool in_force = known->seen.back() == outside.ip;
    std::erase(known->seen, outside.ip);
    if (known->seen.empty()) discovered_.erase(known);
    return in_force;
}

std::vector<ExternalIp> ExternalAddresses::known() const {
    std::vector<ExternalIp> known;
    for (const ExternalAddress& one : configured_) {
        const auto found = resolved_.find(one.host);
        if (found == resolved_.end()) continue;
        for (const IpAddress& ip : found->second) {
            if (!one.internal || one.internal->is_v4() == ip.is_v4())
                known.push_back({ip, one.internal, one.add});
        }
    }
    for (const Discovered& one : discovered_) known.push_back({one.seen.back(), one.base, false});
    return known;
}

}  // namespace legroom::app
