#include "io/host_addresses.hpp"

#include <gtest/gtest.h>

namespace legroom::io {
namespace {

std::vector<std::string> choose(std::initializer_list<const char*> all) {
    std::vector<IpAddress> addresses;
    for (const char* text : all) addresses.push_back(*IpAddress::parse(text));
    std::vector<std::string> chosen;
    for (const IpAddress& ip : choose_host_addresses(std::move(addresses))) chosen.push_back(ip.to_string());
    return chosen;
}

using Texts = std::vector<std::string>;

TEST(HostAddresses, AreThoseAPeerCanReach) {
    EXPECT_EQ(choose({"127.0.0.1", "2001:db8::1", "10.0.0.1", "::1", "fe80::1"}),
              (Texts{"10.0.0.1", "2001:db8::1"}));
}

TEST(HostAddresses, OfAMachineWithoutNetworkAreLoopback) {
    EXPECT_EQ(choose({"::1", "127.0.0.1", "fe80::1"}), (Texts{"127.0.0.1", "::1"}));
}

TEST(HostAddresses, OfThisMachineAreNotEmpty) { EXPECT_FALSE(host_addresses().empty()); }

}  // namespace
}  // namespace legroom::io
