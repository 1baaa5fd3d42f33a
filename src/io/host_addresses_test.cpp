#include "io/host_addresses.hpp"

#include <gtest/gtest.h>

namespace legroom::io {
namespace {

using Texts = std::vector<std::string>;

/// Of "interface address", what is chosen, written likewise.
Texts choose(std::initializer_list<std::pair<const char*, const char*>> all) {
    std::vector<HostAddress> addresses;
    for (const auto& [interface, ip] : all) addresses.push_back({*IpAddress::parse(ip), interface});
    Texts chosen;
    for (const HostAddress& address : choose_host_addresses(std::move(addresses)))
        chosen.push_back(address.interface + " " + address.ip.to_string());
    return chosen;
}

TEST(HostAddresses, AreThoseAPeerCanReach) {
    EXPECT_EQ(choose({{"lo", "127.0.0.1"},
                      {"eth0", "2001:db8::1"},
                      {"eth0", "10.0.0.1"},
                      {"lo", "::1"},
                      {"eth0", "fe80::1"}}),
              (Texts{"eth0 10.0.0.1", "eth0 2001:db8::1"}));
}

TEST(HostAddresses, KeepTheSystemsOrderAndComeOnce) {
    EXPECT_EQ(
        choose({{"eth1", "10.0.1.1"}, {"docker0", "172.17.0.1"}, {"eth0", "10.0.0.1"}, {"tun0", "10.0.1.1"}}),
        (Texts{"eth1 10.0.1.1", "docker0 172.17.0.1", "eth0 10.0.0.1"}));
}

TEST(HostAddresses, OfAMachineWithoutNetworkAreLoopback) {
    EXPECT_EQ(choose({{"lo", "::1"}, {"lo", "127.0.0.1"}, {"eth0", "fe80::1"}}),
              (Texts{"lo 127.0.0.1", "lo ::1"}));
}

TEST(HostAddresses, OfThisMachineAreNotEmptyAndHaveInterfaces) {
    EXPECT_FALSE(host_addresses().empty());
    for (const HostAddress& address : host_addresses()) EXPECT_NE(address.interface, "");
}

}  // namespace
}  // namespace legroom::io
