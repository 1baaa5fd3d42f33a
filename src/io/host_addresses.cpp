#include "io/host_addresses.hpp"

#include <algorithm>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>

#include "io/socket_address.hpp"

namespace legroom::io {

std::vector<IpAddress> choose_host_addresses(std::vector<IpAddress> all) {
    std::sort(all.begin(), all.end(),
              [](const IpAddress& a, const IpAddress& b) { return a.is_v4() && b.is_v6(); });
    all.erase(std::unique(all.begin(), all.end()), all.end());
    std::erase_if(all, [](const IpAddress& ip) { return ip.is_v6() && ip.is_link_local(); });

    std::vector<IpAddress> reachable;
    std::copy_if(all.begin(), all.end(), std::back_inserter(reachable),
                 [](const IpAddress& ip) { return !ip.is_loopback(); });
    return reachable.empty() ? all : reachable;
}

std::vector<IpAddress> host_addresses() {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return {};
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);

    std::vector<IpAddress> all;
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
        if (const auto endpoint = from_sockaddr(*entry->ifa_addr)) all.push_back(endpoint->ip);
    }
    return choose_host_addresses(std::move(all));
}

}  // namespace legroom::io
