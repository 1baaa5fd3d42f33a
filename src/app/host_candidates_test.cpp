#include "app/host_candidates.hpp"

#include <gtest/gtest.h>
#include <sstream>
#include <string>

#include "app/values.hpp"

namespace legroom::app {
namespace {

/// "eth0 10.0.0.1, eth0 2001:db8::1 temporary"
std::vector<io::HostAddress> machine(const std::string& text) {
    std::vector<io::HostAddress> addresses;
    for (const auto entry : split_list(text)) {
        std::istringstream words{std::string{entry}};
        std::string interface;
        std::string ip;
        std::string temporary;
        words >> interface >> ip >> temporary;
        addresses.push_back({IpAddress::parse(ip).value(), interface, !temporary.empty()});
    }
    return addresses;
}

std::vector<ExternalIp> external(const std::string& text) {
    std::vector<ExternalAddress> configured;
    for (const auto entry : split_list(text)) configured.push_back(parse_external(entry).value());
    return ExternalAddresses{configured}.known();
}

/// "10.0.0.1, 203.0.113.7<10.0.0.1, +203.0.113.8<10.0.0.1"
std::string shown(const std::vector<AnnouncedAddress>& addresses) {
    std::string text;
    for (const AnnouncedAddress& one : addresses) {
        text += text.empty() ? "" : ", ";
        text += one.origin == AnnouncedAddress::Origin::added ? "+" : "";
        text += one.ip.to_string();
        if (one.origin != AnnouncedAddress::Origin::interface) text += "<" + one.base.to_string();
    }
    return text;
}

struct AnnouncedCase {
    const char* name;
    const char* machine;
    const char* allowed;
    const char* denied;
    const char* external;
    const char* announced;
};

const AnnouncedCase kAnnounced[] = {
    {"both families, IPv4 first", "eth0 2001:db8::1, eth0 10.0.0.1", "", "", "", "10.0.0.1, 2001:db8::1"},
    {"LAN and WAN together", "lo 127.0.0.1, eth0 10.0.0.1, eth1 203.0.113.1", "", "", "",
     "10.0.0.1, 203.0.113.1"},
    {"loopback where there is nothing else", "lo 127.0.0.1, lo ::1, eth0 fe80::1", "", "", "",
     "127.0.0.1, ::1"},
    {"container bridges last", "docker0 172.17.0.1, br-1a2b 172.18.0.1, eth0 10.0.0.1, eth0 2001:db8::1", "",
     "", "", "10.0.0.1, 2001:db8::1, 172.17.0.1, 172.18.0.1"},
    {"stable before temporary", "eth0 2001:db8::f00 temporary, eth0 2001:db8::1, eth0 10.0.0.1", "", "", "",
     "10.0.0.1, 2001:db8::1, 2001:db8::f00"},
    {"link-local IPv4 late", "eth0 169.254.7.7, eth1 10.0.0.1", "", "", "", "10.0.0.1, 169.254.7.7"},

    {"allowed alone", "eth0 10.0.0.1, wlan0 10.1.0.1, tun0 10.2.0.1", "eth0,wlan*", "", "",
     "10.0.0.1, 10.1.0.1"},
    {"denied goes before allowed", "eth0 10.0.0.1, eth1 10.1.0.1", "eth*", "eth1", "", "10.0.0.1"},
    {"denied by pattern", "eth0 10.0.0.1, docker0 172.17.0.1, veth12 169.254.1.1", "", "docker*,veth*", "",
     "10.0.0.1"},
    {"a name is no prefix", "eth0 10.0.0.1, eth01 10.1.0.1", "eth0", "", "", "10.0.0.1"},
    {"loopback when asked for", "lo 127.0.0.1, eth0 10.0.0.1", "lo", "", "", "127.0.0.1"},
    {"nothing left", "eth0 10.0.0.1", "wlan0", "", "", ""},
    {"everything denied", "eth0 10.0.0.1", "", "*", "", ""},

    {"replaced", "eth0 10.0.0.1, eth1 10.0.1.1", "", "", "203.0.113.7", "203.0.113.7<10.0.0.1"},
    {"replaced within a family only", "eth0 10.0.0.1, eth0 fd00::1", "", "", "203.0.113.7",
     "203.0.113.7<10.0.0.1, fd00::1"},
    {"two in place of one", "eth0 10.0.0.1", "", "", "203.0.113.7, 203.0.113.8",
     "203.0.113.7<10.0.0.1, 203.0.113.8<10.0.0.1"},
    {"both families replaced", "eth0 10.0.0.1, eth0 fd00::1", "", "", "2001:db8::7, 203.0.113.7",
     "2001:db8::7<fd00::1, 203.0.113.7<10.0.0.1"},
    {"mapped one to one", "eth0 10.0.0.4, eth0 10.0.0.5", "", "",
     "203.0.113.8/10.0.0.5, replace:203.0.113.7/10.0.0.4", "203.0.113.8<10.0.0.5, 203.0.113.7<10.0.0.4"},
    {"mapped to an address it has not", "eth0 10.0.0.4", "", "", "203.0.113.7/10.0.0.9", "10.0.0.4"},
    {"mapped to an address that is denied", "eth0 10.0.0.4, eth1 10.1.0.4", "", "eth1",
     "203.0.113.7/10.1.0.4", "10.0.0.4"},
    {"a family it lacks", "eth0 10.0.0.1", "", "", "2001:db8::7", "10.0.0.1"},
    {"not from a container bridge", "docker0 172.17.0.1, eth0 10.0.0.1", "", "", "203.0.113.7",
     "203.0.113.7<10.0.0.1"},
    {"an address of its own", "eth0 10.0.0.1, eth1 203.0.113.7", "", "", "203.0.113.7",
     "203.0.113.7<203.0.113.7"},

    {"added", "eth0 10.0.0.1, eth0 fd00::1", "", "", "add:203.0.113.7",
     "10.0.0.1, fd00::1, +203.0.113.7<10.0.0.1"},
    {"added before container bridges", "docker0 172.17.0.1, eth0 10.0.0.1", "", "", "add:203.0.113.7",
     "10.0.0.1, +203.0.113.7<10.0.0.1, 172.17.0.1"},
    {"added and replaced", "eth0 10.0.0.1, eth0 fd00::1", "", "", "add:203.0.113.8, 203.0.113.7",
     "203.0.113.7<10.0.0.1, fd00::1, +203.0.113.8<10.0.0.1"},
    {"added and there already", "eth0 203.0.113.7", "", "", "add:203.0.113.7", "203.0.113.7"},
    {"a name nobody has resolved", "eth0 10.0.0.1", "", "", "voice.example.org", "10.0.0.1"},
};

TEST(AnnouncedAddresses, AreWhatTheMachineTheListsAndTheOutsideComeTo) {
    for (const AnnouncedCase& one : kAnnounced) {
        SCOPED_TRACE(one.name);
        InterfaceLists lists;
        for (const auto pattern : split_list(one.allowed)) lists.allowed.emplace_back(pattern);
        for (const auto pattern : split_list(one.denied)) lists.denied.emplace_back(pattern);
        const auto usable = usable_addresses(machine(one.machine), lists);
        EXPECT_EQ(shown(announced_addresses(usable, external(one.external))), one.announced);
    }
}

TEST(AnnouncedAddresses, AreNotMoreThanAPeerCanPair) {
    std::string many;
    for (int i = 0; i < 40; ++i) many += "eth0 10.0.0." + std::to_string(i) + ",";
    const auto announced = announced_addresses(usable_addresses(machine(many), {}), {});
    ASSERT_EQ(announced.size(), kMaxAnnounced);
    EXPECT_EQ(announced.back().ip.to_string(), "10.0.0.31");
}

TEST(HostCandidates, AreTheAddressesOnTheMediaPort) {
    const auto usable = machine("eth0 10.0.0.1, eth0 2001:db8::1");
    const auto candidates = host_candidates(announced_addresses(usable, external("203.0.113.7")), 10000);
    ASSERT_EQ(candidates.size(), 2U);
    EXPECT_EQ(candidates[0].endpoint.to_string(), "203.0.113.7:10000");
    EXPECT_EQ(candidates[0].base.to_string(), "10.0.0.1:10000");
    EXPECT_EQ(candidates[1].endpoint.to_string(), "[2001:db8::1]:10000");
    EXPECT_EQ(candidates[1].base, candidates[1].endpoint);
    EXPECT_GT(candidates[0].priority, candidates[1].priority);
    EXPECT_NE(candidates[0].foundation, candidates[1].foundation);
}

}  // namespace
}  // namespace legroom::app
