#include "io/host_addresses.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <ifaddrs.h>
#include <iterator>
#include <linux/if_addr.h>
#include <memory>
#include <net/if.h>
#include <sstream>

#include "io/socket_address.hpp"

namespace legroom::io {
namespace {

std::optional<unsigned> parse_hex(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// 32 hexadecimal digits without colons.
std::optional<IpAddress> parse_hex_address(std::string_view digits) {
    std::array<std::uint8_t, 16> bytes{};
    if (digits.size() != 2 * bytes.size()) return std::nullopt;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = parse_hex(digits.substr(2 * i, 2));
        if (!byte) return std::nullopt;
        bytes[i] = static_cast<std::uint8_t>(*byte);
    }
    return IpAddress::v6(bytes);
}

std::vector<AddressState> ipv6_states() {
    std::ifstream file{"/proc/net/if_inet6"};
    return parse_if_inet6(std::string{std::istreambuf_iterator<char>(file), {}});
}

void note_states(const std::vector<AddressState>& states, std::vector<HostAddress>& addresses) {
    for (const AddressState& state : states) {
        if (!state.usable)
            std::erase_if(addresses, [&](const HostAddress& one) { return one.ip == state.ip; });
        for (HostAddress& address : addresses) {
            if (address.ip == state.ip) address.temporary = state.temporary;
        }
    }
}

}  // namespace

std::vector<AddressState> parse_if_inet6(std::string_view text) {
    // fe8000000000000000fc00fffe000001 04 40 20 80     eth0: address, index, prefix, scope, flags, name
    std::vector<AddressState> states;
    std::istringstream lines{std::string{text}};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string address;
        std::string index;
        std::string prefix;
        std::string scope;
        std::string flags;
        words >> address >> index >> prefix >> scope >> flags;
        const auto ip = parse_hex_address(address);
        const auto bits = parse_hex(flags);
        if (!ip || !bits) continue;
        states.push_back({*ip, (*bits & (IFA_F_TEMPORARY | IFA_F_DEPRECATED)) != 0,
                          (*bits & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) == 0});
    }
    return states;
}

std::vector<HostAddress> interface_addresses() {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return {};
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);

    std::vector<HostAddress> all;
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
        if (const auto endpoint = from_sockaddr(*entry->ifa_addr))
            all.push_back({endpoint->ip, entry->ifa_name});
    }
    note_states(ipv6_states(), all);
    return all;
}

std::vector<HostAddress> choose_host_addresses(std::vector<HostAddress> all) {
    std::erase_if(all, [](const HostAddress& one) { return one.ip.is_v6() && one.ip.is_link_local(); });
    std::stable_sort(all.begin(), all.end(),
                     [](const HostAddress& a, const HostAddress& b) { return a.ip.is_v4() && b.ip.is_v6(); });
    std::vector<HostAddress> reachable;
    for (const HostAddress& one : all) {
        const auto same = [&](const HostAddress& other) { return other.ip == one.ip; };
        if (!one.ip.is_loopback() && std::none_of(reachable.begin(), reachable.end(), same))
            reachable.push_back(one);
    }
    return reachable.empty() ? all : reachable;
}

std::vector<HostAddress> host_addresses() { return choose_host_addresses(interface_addresses()); }

}  // namespace legroom::io
