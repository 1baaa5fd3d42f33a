#include "io/host_addresses.hpp"

#include <algorithm>
#include <ifaddrs.h>
#include <iterator>
#include <memory>
#include <net/if.h>

#include "io/socket_address.hpp"

namespace legroom::io {
namespace {

std::vector<HostAddress> without_repeats(const std::vector<HostAddress>& all) {
    std::vector<HostAddress> once;
    for (const HostAddress& address : all) {
        const bool known = std::any_of(once.begin(), once.end(),
                                       [&](const HostAddress& other) { return other.ip == address.ip; });
        if (!known) once.push_back(address);
    }
    return once;
}

}  // namespace

std::vector<HostAddress> choose_host_addresses(std::vector<HostAddress> all) {
    std::stable_sort(all.begin(), all.end(),
                     [](const HostAddress& a, const HostAddress& b) { return a.ip.is_v4() && b.ip.is_v6(); });
    std::erase_if(
        all, [](const HostAddress& address) { return address.ip.is_v6() && address.ip.is_link_local(); });
    all = without_repeats(all);

    std::vector<HostAddress> reachable;
    std::copy_if(all.begin(), all.end(), std::back_inserter(reachable),
                 [](const HostAddress& address) { return !address.ip.is_loopback(); });
    return reachable.empty() ? all : reachable;
}

std::vector<HostAddress> host_addresses() {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return {};
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);

    std::vector<HostAddress> all;
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
        if (const auto endpoint = from_sockaddr(*entry->ifa_addr))
            all.push_back({endpoint->ip, entry->ifa_name});
    }
    return choose_host_addresses(std::move(all));
}

}  // namespace legroom::io
