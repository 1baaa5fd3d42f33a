#include "engine/relay_plan.hpp"

#include <gtest/gtest.h>
#include <sstream>

namespace legroom::engine {
namespace {

Endpoint end_at(const std::string& text) { return *Endpoint::parse(text); }

std::vector<Endpoint> ends_at(const std::string& texts) {
    std::vector<Endpoint> ends;
    std::istringstream in{texts};
    for (std::string one; in >> one;) ends.push_back(end_at(one));
    return ends;
}

RelayBases bases_at(const std::string& texts) {
    RelayBases bases{ends_at(texts), {}};
    for (const Endpoint& base : bases.udp) bases.present.push_back(base.ip);
    return bases;
}

TurnServer turn_server(const std::string& endpoints, Transport transport = Transport::udp,
                       const std::string& user = "user") {
    return {ends_at(endpoints), transport, user, "password"};
}

/// "base>server v4", and "v4?" where the other family will do.
std::string written(const ice::TurnConfig& config) {
    return config.base.to_string() + ">" + config.server.to_string() + (config.ipv6 ? " v6" : " v4") +
           (config.either_family ? "?" : "");
}

std::string written(const RelayPlan& plan) {
    std::string text;
    for (const ice::TurnConfig& config : plan.configs) text += (text.empty() ? "" : ", ") + written(config);
    return text;
}

const std::string kOur4 = "10.0.0.1:1000";
const std::string kOur6 = "[2001:db8::1]:1000";
const std::string kServer4 = "192.0.2.7:3478";
const std::string kServer6 = "[2001:db8:7::7]:3478";
const std::string kBoth = kServer6 + " " + kServer4;

struct Case {
    std::string name;
    std::string ours;
    std::string server;
    Transport transport;
    std::string plan;
};

TEST(RelayPlan, AsksEachServerInEveryFamilyBothHave) {
    const std::string v4 = kOur4 + ">" + kServer4 + " v4";
    const std::string v6 = kOur6 + ">" + kServer6 + " v6";
    const std::string four_over_six = kOur6 + ">" + kServer6 + " v4?";
    const Case cases[] = {
        {"both, both", kOur4 + " " + kOur6, kBoth, Transport::udp, v4 + ", " + v6},
        {"both, ours the other way round", kOur6 + " " + kOur4, kBoth, Transport::udp, v4 + ", " + v6},
        {"no IPv6 here", kOur4, kBoth, Transport::udp, v4},
        {"no IPv4 here", kOur6, kBoth, Transport::udp, four_over_six},
        {"no IPv6 there", kOur4 + " " + kOur6, kServer4, Transport::udp, v4},
        {"no IPv4 there", kOur4 + " " + kOur6, kServer6, Transport::udp, four_over_six},
        {"nothing in common", kOur4, kServer6, Transport::udp, ""},
        {"no address at all", kOur4, "", Transport::udp, ""},
        {"a stream over both", kOur4 + " " + kOur6, kBoth, Transport::tls,
         "0.0.0.0:1>" + kServer4 + " v4, [::]:1>" + kServer6 + " v6"},
        {"a stream, no IPv6 here", kOur4, kBoth, Transport::tcp, "0.0.0.0:1>" + kServer4 + " v4"},
        {"a stream, nothing in common", kOur4, kServer6, Transport::tcp, ""},
    };
    for (const Case& one : cases) {
        SCOPED_TRACE(one.name);
        const auto plan = plan_relays({turn_server(one.server, one.transport)}, bases_at(one.ours), {});
        EXPECT_EQ(written(plan), one.plan);
        EXPECT_EQ(plan.without_a_base.size(), one.plan.empty() ? 1U : 0U);
    }
}

TEST(RelayPlan, PutsIPv4First) {
    const std::vector servers{turn_server(kBoth), turn_server("192.0.2.8:3478 [2001:db8:7::8]:3478")};
    const auto plan = plan_relays(servers, bases_at(kOur4 + " " + kOur6), {});
    ASSERT_EQ(plan.configs.size(), 4U);
    EXPECT_FALSE(plan.configs[0].ipv6 || plan.configs[1].ipv6);
    EXPECT_TRUE(plan.configs[2].ipv6 && plan.configs[3].ipv6);
    EXPECT_GT(plan.configs[0].local_preference, plan.configs[3].local_preference);
}

TEST(RelayPlan, LeavesAloneWhatStandsAndIsStillThere) {
    const auto standing = plan_relays({turn_server(kBoth)}, bases_at(kOur4 + " " + kOur6), {}).configs;
    const TurnServer more = turn_server("192.0.2.1:3478 " + kBoth + " [2001:db8:7::1]:3478");
    RelayBases bases = bases_at("10.0.0.9:1000 " + kOur4 + " " + kOur6);
    const std::string as_before = written({standing, {}});
    EXPECT_EQ(written(plan_relays({more}, bases, standing)), as_before);
    bases.udp = ends_at("10.0.0.9:1000 [2001:db8::9]:1000");
    EXPECT_EQ(written(plan_relays({more}, bases, standing)), as_before) << "no longer announced";

    bases.present = {end_at("10.0.0.9:1000").ip, end_at(kOur6).ip};
    EXPECT_EQ(written(plan_relays({more}, bases, standing)),
              "10.0.0.9:1000>192.0.2.1:3478 v4, " + written(standing[1]))
        << "one base has vanished";
    EXPECT_EQ(written(plan_relays({more}, bases, {})),
              "10.0.0.9:1000>192.0.2.1:3478 v4, [2001:db8::9]:1000>" + kServer6 + " v6")
        << "nothing stands: the preferred ones";
    TurnServer other = more;
    other.password = "another";
    EXPECT_NE(written(plan_relays({other}, bases, standing)), as_before);
}

/// A server keeps one allocation for each way to it.
TEST(RelayPlan, AnIPv4RelayOverIPv6StaysWhenIPv4ComesBack) {
    const auto standing = plan_relays({turn_server(kBoth)}, bases_at(kOur6), {}).configs;
    EXPECT_EQ(written(plan_relays({turn_server(kBoth)}, bases_at(kOur4 + " " + kOur6), standing)),
              written({standing, {}}));
}

TEST(RelayPlan, LabelsOfStreamsAreTheirOwnForGood) {
    const auto first = turn_server(kServer4, Transport::tcp, "first");
    const auto second = turn_server(kServer4, Transport::tcp, "second");
    const auto elsewhere = turn_server("192.0.2.8:3478", Transport::tcp);
    const auto before = plan_relays({first, elsewhere, second}, bases_at(kOur4), {}).configs;
    ASSERT_EQ(before.size(), 3U);
    EXPECT_EQ(before[0].base, end_at("0.0.0.0:1"));
    EXPECT_EQ(before[1].base, end_at("0.0.0.0:1")) << "another server";
    EXPECT_EQ(before[2].base, end_at("0.0.0.0:2"));
    EXPECT_EQ(written(plan_relays({second, elsewhere}, bases_at(kOur4), before)),
              written(before[2]) + ", " + written(before[1]));
    const auto third = turn_server(kServer4, Transport::tcp, "third");
    EXPECT_EQ(plan_relays({third, second}, bases_at(kOur4), {before[2]}).configs[0].base,
              end_at("0.0.0.0:1"));
}

}  // namespace
}  // namespace legroom::engine
