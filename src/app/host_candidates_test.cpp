#include "app/host_candidates.hpp"

#include <gtest/gtest.h>
#include <string>

namespace legroom::app {
namespace {

std::vector<IpAddress> parse(std::initializer_list<const char*> texts) {
    std::vector<IpAddress> addresses;
    for (const char* text : texts) addresses.push_back(*IpAddress::parse(text));
    return addresses;
}

TEST(HostCandidates, AreTheMachinesAddressesOnTheMediaPort) {
    const auto candidates = host_candidates(parse({"10.0.0.1", "2001:db8::1"}), 10000, {});
    ASSERT_EQ(candidates.size(), 2U);
    EXPECT_EQ(candidates[0].endpoint.to_string(), "10.0.0.1:10000");
    EXPECT_EQ(candidates[0].base, candidates[0].endpoint);
    EXPECT_EQ(candidates[1].endpoint.to_string(), "[2001:db8::1]:10000");
    EXPECT_GT(candidates[0].priority, candidates[1].priority);
    EXPECT_NE(candidates[0].foundation, candidates[1].foundation);
}

TEST(HostCandidates, ExternalAddressesReplaceThoseOfTheMachine) {
    const auto external = parse({"203.0.113.7", "203.0.113.8"});
    const auto candidates = host_candidates(parse({"10.0.0.1", "10.0.1.1"}), 10000, external);
    ASSERT_EQ(candidates.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(candidates[i].endpoint.ip, external[i]);
        EXPECT_EQ(candidates[i].base.to_string(), "10.0.0.1:10000");
    }
}

TEST(HostCandidates, AnExternalAddressOfAFamilyTheMachineLacksIsLeftOut) {
    const auto candidates =
        host_candidates(parse({"10.0.0.1"}), 10000, parse({"2001:db8::7", "203.0.113.7"}));
    ASSERT_EQ(candidates.size(), 1U);
    EXPECT_EQ(candidates[0].endpoint.to_string(), "203.0.113.7:10000");
}

}  // namespace
}  // namespace legroom::app
