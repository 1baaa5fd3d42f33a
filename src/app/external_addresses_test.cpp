#include "app/external_addresses.hpp"

#include <gtest/gtest.h>

#include "app/look_up_schedule.hpp"
#include "app/values.hpp"

namespace legroom::app {
namespace {

using namespace std::chrono_literals;

ExternalAddresses configured(std::string_view list) {
    std::vector<ExternalAddress> all;
    for (const auto entry : split_list(list)) all.push_back(parse_external(entry).value());
    return ExternalAddresses{all};
}

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }

std::string known(const ExternalAddresses& addresses) {
    std::string text;
    for (const ExternalIp& one : addresses.known()) {
        text += text.empty() ? "" : " ";
        text += (one.add ? "+" : "") + one.ip.to_string();
        if (one.internal) text += "/" + one.internal->to_string();
    }
    return text;
}

TEST(ExternalAddresses, AreKnownAtOnceUnlessTheyAreNames) {
    const auto addresses =
        configured("203.0.113.7, add:a.example.org, 203.0.113.8/10.0.0.8, A, a.example.org");
    EXPECT_EQ(known(addresses), "203.0.113.7 203.0.113.8/10.0.0.8");
    EXPECT_EQ(addresses.names(), (std::vector<std::string>{"a.example.org", "A"}));
}

TEST(ExternalAddresses, FollowANameAndKeepItsAddressThroughAnOutage) {
    auto addresses = configured("203.0.113.7, add:a.example.org");
    EXPECT_TRUE(addresses.resolve("a.example.org", {ip("198.51.100.1"), ip("2001:db8::1")}));
    EXPECT_EQ(known(addresses), "203.0.113.7 +198.51.100.1 +2001:db8::1");
    EXPECT_FALSE(addresses.resolve("a.example.org", {ip("2001:db8::1"), ip("198.51.100.1")}))
        << "another order";
    EXPECT_FALSE(addresses.resolve("a.example.org", {}));
    EXPECT_EQ(known(addresses), "203.0.113.7 +198.51.100.1 +2001:db8::1");
    EXPECT_TRUE(addresses.resolve("a.example.org", {ip("198.51.100.2")}));
    EXPECT_EQ(known(addresses), "203.0.113.7 +198.51.100.2");
}

TEST(ExternalAddresses, OfANameMappedToOneAddressAreOfItsFamily) {
    auto addresses = configured("a.example.org/10.0.0.4");
    EXPECT_TRUE(addresses.resolve("a.example.org", {ip("198.51.100.1"), ip("2001:db8::1")}));
    EXPECT_EQ(known(addresses), "198.51.100.1/10.0.0.4");
}

TEST(ExternalAddresses, TakeFewOfAName) {
    auto addresses = configured("a");
    std::vector<IpAddress> many;
    for (std::uint8_t i = 0; i < 20; ++i) many.push_back(IpAddress::v4({198, 51, 100, i}));
    many.push_back(ip("0.0.0.0"));
    EXPECT_TRUE(addresses.resolve("a", many));
    EXPECT_EQ(addresses.known().size(), kMaxAddressesOfAName);
}

TEST(ExternalAddresses, TakeWhatAStunServerSeesInPlaceOfTheBase) {
    auto addresses = configured("");
    const Endpoint base{ip("10.0.0.4"), 10'000};
    EXPECT_TRUE(addresses.discover({ip("203.0.113.7"), 10'000}, base));
    EXPECT_FALSE(addresses.discover({ip("203.0.113.7"), 10'000}, base));
    EXPECT_TRUE(addresses.discover({ip("2001:db8::7"), 10'000}, {ip("fd00::4"), 10'000}));
    EXPECT_EQ(known(addresses), "203.0.113.7/10.0.0.4 2001:db8::7/fd00::4");
    EXPECT_TRUE(addresses.discover({ip("203.0.113.9"), 10'000}, base)) << "it moved";
    EXPECT_EQ(known(addresses), "203.0.113.9/10.0.0.4 2001:db8::7/fd00::4") << "in the place it had";
}

TEST(ExternalAddresses, ComeBackToAnAddressTheBaseHadBefore) {
    auto addresses = configured("");
    const Endpoint base{ip("10.0.0.4"), 10'000};
    const Endpoint one{ip("203.0.113.7"), 10'000};
    const Endpoint other{ip("198.51.100.7"), 10'000};
    EXPECT_TRUE(addresses.discover(one, base));
    for (const auto& [from, to] : {std::pair{one, other}, {other, one}, {one, other}}) {
        EXPECT_TRUE(addresses.discover(to, base));
        EXPECT_FALSE(addresses.forget(from, base)) << "another is in force";
        EXPECT_EQ(known(addresses), to.ip.to_string() + "/10.0.0.4");
    }
}

TEST(ExternalAddresses, ForgetWhatNoServerSees) {
    auto addresses = configured("");
    const Endpoint base{ip("10.0.0.4"), 10'000};
    EXPECT_TRUE(addresses.discover({ip("203.0.113.7"), 10'000}, base));
    EXPECT_TRUE(addresses.discover({ip("203.0.113.9"), 10'000}, base));
    EXPECT_FALSE(addresses.forget({ip("203.0.113.9"), 61'234}, base)) << "a port that was never announced";
    EXPECT_FALSE(addresses.forget({ip("203.0.113.9"), 10'000}, {ip("10.0.0.5"), 10'000}));
    EXPECT_TRUE(addresses.forget({ip("203.0.113.9"), 10'000}, base));
    EXPECT_EQ(known(addresses), "203.0.113.7/10.0.0.4") << "another server still sees that";
    EXPECT_TRUE(addresses.forget({ip("203.0.113.7"), 10'000}, base));
    EXPECT_EQ(known(addresses), "");
    EXPECT_FALSE(addresses.forget({ip("203.0.113.7"), 10'000}, base));
}

TEST(ExternalAddresses, LeaveANatThatChangesPortsAlone) {
    auto addresses = configured("");
    EXPECT_FALSE(addresses.discover({ip("203.0.113.7"), 61'234}, {ip("10.0.0.4"), 10'000}));
    EXPECT_EQ(known(addresses), "");
}

TEST(ExternalAddresses, RememberABoundedNumberOfDiscoveries) {
    auto addresses = configured("");
    for (std::uint8_t i = 0; i < 40; ++i)
        EXPECT_TRUE(addresses.discover({ip("203.0.113.7"), 1}, {IpAddress::v4({10, 0, 0, i}), 1}));
    EXPECT_EQ(addresses.known().size(), kMaxDiscovered);
    EXPECT_EQ(addresses.known().back().internal, ip("10.0.0.39"));
    const Endpoint base{ip("10.0.0.39"), 1};
    for (std::uint8_t i = 0; i < 40; ++i)
        EXPECT_TRUE(addresses.discover({IpAddress::v4({198, 51, 100, i}), 1}, base));
    EXPECT_EQ(addresses.known().size(), kMaxDiscovered);
    for (std::uint8_t i = 0; i < 40 - kMaxSeenOfABase; ++i)
        EXPECT_FALSE(addresses.forget({IpAddress::v4({198, 51, 100, i}), 1}, base));
    EXPECT_EQ(addresses.known().back().ip, ip("198.51.100.39"));
}

TEST(LookUpSchedule, TriesAgainLaterAndLaterAndRefreshesWhatItHas) {
    LookUpSchedule schedule;
    std::vector<Duration> waits(9);
    for (Duration& wait : waits) wait = schedule.after_round(false);
    EXPECT_EQ(waits, (std::vector<Duration>{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}));
    EXPECT_EQ(schedule.after_round(true), 2min);
    EXPECT_EQ(schedule.after_round(false), 1s);
}

}  // namespace
}  // namespace legroom::app
