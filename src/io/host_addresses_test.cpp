#include "io/host_addresses.hpp"

#include <gtest/gtest.h>

namespace legroom::io {
namespace {

std::vector<std::string> choose(std::initializer_list<const char*> all) {
    std::vector<HostAddress> addresses;
    for (const char* text : all) addresses.push_back({*IpAddress::parse(text), "eth0"});
    std::vector<std::string> chosen;
    for (const HostAddress& one : choose_host_addresses(std::move(addresses)))
        chosen.push_back(one.ip.to_string());
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

TEST(HostAddresses, AreNamedOnceEach) {
    EXPECT_EQ(choose({"10.0.0.2", "10.0.0.1", "10.0.0.2"}), (Texts{"10.0.0.2", "10.0.0.1"}));
}

TEST(HostAddresses, OfThisMachineHaveAnInterface) {
    ASSERT_FALSE(host_addresses().empty());
    for (const HostAddress& one : host_addresses()) EXPECT_FALSE(one.interface.empty()) << one.ip.to_string();
}

TEST(HostAddresses, TemporaryAndUnfinishedOnesAreToldByLinux) {
    const auto states = parse_if_inet6(
        "00000000000000000000000000000001 01 80 10 80       lo\n"
        "20010db8000000000000000000000007 02 40 00 01     eth0\n"
        "20010db8000000000000000000000008 02 40 00 20     eth0\n"
        "20010db8000000000000000000000009 02 40 00 c0     eth0\n"
        "2001 02 40 00 00 short\n"
        "20010db80000000000000000000000zz 02 40 00 00     eth0\n"
        "20010db8000000000000000000000009\n");
    ASSERT_EQ(states.size(), 4U);
    EXPECT_EQ(states[0].ip, *IpAddress::parse("::1"));
    EXPECT_FALSE(states[0].temporary);
    EXPECT_TRUE(states[1].temporary);  // a privacy address
    EXPECT_TRUE(states[2].temporary);  // deprecated
    EXPECT_FALSE(states[3].usable);    // tentative
    EXPECT_TRUE(states[2].usable);
}

}  // namespace
}  // namespace legroom::io
