#include "base/address.hpp"

#include <gtest/gtest.h>

namespace legroom {
namespace {

TEST(IpAddress, ReadsAndWritesBothFamilies) {
    for (const char* text : {"192.0.2.1", "2001:db8::1", "::1", "fe80::1", "0.0.0.0"}) {
        const auto ip = IpAddress::parse(text);
        ASSERT_TRUE(ip) << text;
        EXPECT_EQ(ip->to_string(), text);
    }
}

TEST(IpAddress, RefusesWhatIsNoAddress) {
    for (const char* text :
         {"", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "::g", "a.local", "1.2.3.4 "}) {
        EXPECT_FALSE(IpAddress::parse(text)) << text;
    }
}

TEST(IpAddress, OnePeerHasOneSpelling) {
    EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1"), IpAddress::parse("192.0.2.1"));
    EXPECT_EQ(IpAddress::parse("fe80::1%3"), IpAddress::parse("fe80::1"));
    EXPECT_EQ(IpAddress::parse("fe80::1%3")->scope(), 3U);
}

TEST(IpAddress, KnowsItsKind) {
    EXPECT_TRUE(IpAddress::parse("127.0.0.1")->is_loopback());
    EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
    EXPECT_TRUE(IpAddress::parse("169.254.1.1")->is_link_local());
    EXPECT_TRUE(IpAddress::parse("fe80::1")->is_link_local());
    EXPECT_TRUE(IpAddress::parse("172.31.0.1")->is_private());
    EXPECT_FALSE(IpAddress::parse("172.32.0.1")->is_private());
    EXPECT_TRUE(IpAddress::parse("fd00::1")->is_private());
    EXPECT_TRUE(IpAddress::parse("::")->is_unspecified());
    EXPECT_TRUE(IpAddress::parse("ff02::fb")->is_multicast());
}

TEST(Path, ByUdpIsAnotherThanByTcp) {
    const Path udp{*Endpoint::parse("192.0.2.1:5000"), *Endpoint::parse("192.0.2.2:5000")};
    Path tcp = udp;
    tcp.transport = Transport::tcp;
    EXPECT_NE(udp, tcp);
    EXPECT_NE(std::hash<Path>{}(udp), std::hash<Path>{}(tcp));
}

TEST(Endpoint, ReadsWhatItWrites) {
    for (const char* text : {"192.0.2.1:5000", "[2001:db8::1]:5000"}) {
        const auto endpoint = Endpoint::parse(text);
        ASSERT_TRUE(endpoint) << text;
        EXPECT_EQ(endpoint->to_string(), text);
    }
    for (const char* text :
         {"192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "2001:db8::1:5000", "[1.2.3.4]:5"}) {
        EXPECT_FALSE(Endpoint::parse(text)) << text;
    }
}

}  // namespace
}  // namespace legroom
