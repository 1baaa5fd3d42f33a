#include "app/diagnosis.hpp"

#include <algorithm>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "app/port_holder.hpp"
#include "app/values.hpp"
#include "io/udp_port.hpp"

namespace legroom::app {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Outcome = ServerAnswer::Outcome;
using Make = std::function<void(Config&, Observations&)>;

IpAddress address(const char* text) { return IpAddress::parse(text).value(); }

void has(Observations& seen, const char* interface, const char* ip) {
    seen.all.push_back({address(ip), interface, false});
    seen.usable = usable_addresses(seen.all, {});
}

void announces(Config& config, Observations& seen, const char* list) {
    for (const auto entry : split_list(list)) config.media.external.push_back(parse_external(entry).value());
    seen.external = ExternalAddresses{config.media.external}.known();
}

ServerObservation asked(const char* uri, const char* base, const char* server) {
    ServerObservation one;
    one.setting = "ICE_SERVERS";
    one.uri = uri;
    one.turn = std::string_view{uri}.starts_with("turn");
    one.base = Endpoint::parse(base).value();
    one.server = Endpoint::parse(server).value();
    return one;
}

void stun(Observations& seen, const char* uri, const char* base, const char* mapped) {
    auto one = asked(uri, base, base[0] == '[' ? "[2001:db8::53]:3478" : "198.51.100.53:3478");
    if (mapped != nullptr) {
        one.answer.outcome = Outcome::mapped;
        one.answer.mapped = Endpoint::parse(mapped).value();
        one.answer.round_trip = 12ms;
    }
    seen.servers.push_back(one);
}

void turn(Observations& seen, Outcome outcome, std::uint16_t code = 0, const char* setting = "ICE_SERVERS") {
    auto one = asked("turn:turn.example.org", "10.0.0.4:10000", "198.51.100.53:3478");
    one.setting = setting;
    one.answer.outcome = outcome;
    one.answer.code = code;
    one.answer.reason = "Unauthorized";
    seen.servers.push_back(one);
}

struct DiagnosisCase {
    const char* name;
    Make make;
    std::vector<std::string> codes;  ///< of the findings, the failed ones with a `!`
};

/// A machine as most are: one private address behind a NAT.
void at_home(Observations& seen) { has(seen, "eth0", "10.0.0.4"); }

const DiagnosisCase kDiagnoses[] = {
    {"a public address",
     [](Config&, Observations& seen) { has(seen, "eth0", "203.0.113.7"); },
     {"public_address"}},
    {"no address", [](Config&, Observations&) {}, {"no_address!"}},
    {"lists that leave nothing",
     [](Config& config, Observations& seen) {
         config.media.interfaces.allowed = {"wlan0"};
         seen.all.push_back({address("10.0.0.4"), "eth0", false});
     },
     {"interfaces_left_out!"}},
    {"loopback only", [](Config&, Observations& seen) { has(seen, "lo", "127.0.0.1"); }, {"loopback_only"}},
    {"docker0 only",
     [](Config&, Observations& seen) { has(seen, "docker0", "172.17.0.1"); },
     {"container_bridge_only"}},
    {"link-local only",
     [](Config&, Observations& seen) { has(seen, "eth0", "169.254.7.7"); },
     {"link_local_only"}},
    {"private only", [](Config&, Observations& seen) { at_home(seen); }, {"private_only"}},
    {"private beside docker0",
     [](Config&, Observations& seen) {
         has(seen, "docker0", "172.17.0.1");
         at_home(seen);
     },
     {"private_only"}},
    {"private, and ULA",
     [](Config&, Observations& seen) {
         at_home(seen);
         has(seen, "eth0", "fd00::4");
     },
     {"private_only"}},

    {"a container",
     [](Config&, Observations& seen) {
         seen.in_container = true;
         has(seen, "eth0", "172.17.0.2");
     },
     {"private_only", "container_address"}},
    {"a container that says where it is",
     [](Config& config, Observations& seen) {
         seen.in_container = true;
         has(seen, "eth0", "172.17.0.2");
         announces(config, seen, "203.0.113.7");
     },
     {"public_address"}},
    {"a container on the host's network",
     [](Config&, Observations& seen) {
         seen.in_container = true;
         has(seen, "docker0", "172.17.0.1");
         at_home(seen);
     },
     {"private_only"}},

    {"external",
     [](Config& config, Observations& seen) {
         at_home(seen);
         announces(config, seen, "203.0.113.7");
     },
     {"public_address"}},
    {"external and private",
     [](Config& config, Observations& seen) {
         at_home(seen);
         announces(config, seen, "192.168.7.7");
     },
     {"external_not_public", "private_only"}},
    {"external of a family it lacks",
     [](Config& config, Observations& seen) {
         has(seen, "eth0", "203.0.113.7");
         announces(config, seen, "2001:db8::7");
     },
     {"external_family", "public_address"}},
    {"external, mapped to nothing",
     [](Config& config, Observations& seen) {
         at_home(seen);
         announces(config, seen, "203.0.113.7/10.0.0.9");
     },
     {"external_internal!", "private_only"}},
    {"external, and the name is unknown",
     [](Config& config, Observations& seen) {
         at_home(seen);
         announces(config, seen, "voice.example.org");
         seen.unresolved.emplace_back("voice.example.org");
     },
     {"external_unresolved!", "private_only"}},

    {"STUN answers",
     [](Config&, Observations& seen) {
         at_home(seen);
         stun(seen, "stun:a", "10.0.0.4:10000", "203.0.113.7:10000");
     },
     {"public_by_server", "stun_server"}},
    {"STUN is silent",
     [](Config&, Observations& seen) {
         at_home(seen);
         stun(seen, "stun:a", "10.0.0.4:10000", nullptr);
     },
     {"private_only", "server_silent!"}},
    {"STUN sees another private address",
     [](Config&, Observations& seen) {
         at_home(seen);
         stun(seen, "stun:a", "10.0.0.4:10000", "192.168.7.7:10000");
     },
     {"private_only", "stun_server"}},
    {"STUN over one family",
     [](Config&, Observations& seen) {
         has(seen, "eth0", "203.0.113.7");
         has(seen, "eth0", "2001:db8::7");
         stun(seen, "stun:a", "203.0.113.7:10000", "203.0.113.7:10000");
         stun(seen, "stun:a", "[2001:db8::7]:10000", nullptr);
     },
     {"public_address", "stun_server", "server_family"}},
    {"STUN from one of two addresses",
     [](Config&, Observations& seen) {
         has(seen, "docker0", "172.17.0.1");
         has(seen, "eth0", "203.0.113.7");
         stun(seen, "stun:a", "203.0.113.7:10000", "203.0.113.7:10000");
         stun(seen, "stun:a", "172.17.0.1:10000", nullptr);
     },
     {"public_address", "stun_server"}},
    {"STUN has no address",
     [](Config&, Observations& seen) {
         has(seen, "eth0", "203.0.113.7");
         seen.servers.push_back(asked("stun:a", "203.0.113.7:10000", "198.51.100.53:3478"));
         seen.servers.back().server.reset();
     },
     {"public_address", "server_unresolved!"}},
    {"a NAT that changes the port",
     [](Config&, Observations& seen) {
         at_home(seen);
         stun(seen, "stun:a", "10.0.0.4:10000", "203.0.113.7:61234");
     },
     {"public_by_server", "stun_server", "nat_changes_port"}},
    {"a symmetric NAT",
     [](Config&, Observations& seen) {
         at_home(seen);
         stun(seen, "stun:a", "10.0.0.4:10000", "203.0.113.7:61234");
         stun(seen, "stun:b", "10.0.0.4:10000", "203.0.113.7:61235");
     },
     {"public_by_server", "stun_server", "stun_server", "nat_symmetric"}},
    {"two servers that agree",
     [](Config&, Observations& seen) {
         at_home(seen);
         stun(seen, "stun:a", "10.0.0.4:10000", "203.0.113.7:10000");
         stun(seen, "stun:b", "10.0.0.4:10000", "203.0.113.7:10000");
     },
     {"public_by_server", "stun_server", "stun_server"}},
    {"external, and STUN sees another",
     [](Config& config, Observations& seen) {
         at_home(seen);
         announces(config, seen, "203.0.113.7");
         stun(seen, "stun:a", "10.0.0.4:10000", "198.51.100.9:10000");
     },
     {"public_address", "stun_server", "external_mismatch"}},
    {"external, and STUN sees the same",
     [](Config& config, Observations& seen) {
         at_home(seen);
         announces(config, seen, "203.0.113.7");
         stun(seen, "stun:a", "10.0.0.4:10000", "203.0.113.7:10000");
     },
     {"public_address", "stun_server"}},
    {"asked from another port",
     [](Config&, Observations& seen) {
         at_home(seen);
         seen.asked_from_another_port = true;
         stun(seen, "stun:a", "10.0.0.4:50000", "203.0.113.7:50000");
     },
     {"public_by_server", "stun_server", "asked_from_another_port"}},

    {"TURN relays",
     [](Config&, Observations& seen) {
         at_home(seen);
         turn(seen, Outcome::relayed);
     },
     {"public_by_server", "turn_server"}},
    {"TURN refuses the password",
     [](Config&, Observations& seen) {
         at_home(seen);
         turn(seen, Outcome::refused, 401);
     },
     {"private_only", "turn_login!"}},
    {"TURN is full",
     [](Config&, Observations& seen) {
         at_home(seen);
         turn(seen, Outcome::refused, 486);
     },
     {"private_only", "server_refuses!"}},
    {"TURN for clients makes no address of ours",
     [](Config&, Observations& seen) {
         at_home(seen);
         turn(seen, Outcome::relayed, 0, "CLIENT_ICE_SERVERS");
     },
     {"private_only", "turn_server"}},
    {"TURN for clients leads nowhere near",
     [](Config&, Observations& seen) {
         at_home(seen);
         turn(seen, Outcome::relayed, 403, "CLIENT_ICE_SERVERS");
         seen.servers.back().answer.denies_peers = true;
     },
     {"private_only", "turn_denies!"}},
    {"TURN over TLS, and a certificate nobody vouches for",
     [](Config&, Observations& seen) {
         has(seen, "eth0", "203.0.113.7");
         seen.servers.push_back(asked("turns:a", "203.0.113.7:10000", "198.51.100.53:5349"));
         seen.servers.back().problem = "TLS: certificate verify failed";
     },
     {"public_address", "server_unreachable!"}},
};

TEST(Diagnosis, NamesWhatTheObservationsMean) {
    for (const DiagnosisCase& one : kDiagnoses) {
        SCOPED_TRACE(one.name);
        Config config;
        Observations seen;
        one.make(config, seen);
        const Diagnosis diagnosis = diagnose(config, {}, seen);
        std::vector<std::string> codes;
        for (const Finding& finding : diagnosis.findings) {
            codes.push_back(std::string{finding.code} + (finding.level == Level::fail ? "!" : ""));
            EXPECT_EQ(finding.cure.empty(), finding.level == Level::ok) << finding.text;
            EXPECT_FALSE(finding.text.ends_with('.')) << finding.text;
        }
        EXPECT_EQ(codes, one.codes);
        const bool failed = std::ranges::any_of(codes, [](const auto& code) { return code.ends_with('!'); });
        EXPECT_EQ(diagnosis.healthy(), !failed);
    }
}

TEST(Diagnosis, SaysOfEachPortWhoHasIt) {
    using State = PortObservation::State;
    Observations seen;
    has(seen, "eth0", "203.0.113.7");
    seen.ports = {{"RTP_PORT_MIN", "UDP port 10000", State::legroom, "legroom (7)", ""},
                  {"ICE_TCP_PORT", "TCP port 10000", State::taken, "", ""},
                  {"HTTP_ADDR", "TCP port 80", State::refused, "", "Permission denied"}};
    const std::string text = to_text(diagnose({}, {"a warning"}, seen));
    EXPECT_THAT(text, HasSubstr("\nwarn  a warning\n"));
    EXPECT_THAT(text, HasSubstr("\nok    UDP port 10000 is open: legroom (7) has it\n"));
    EXPECT_THAT(text,
                HasSubstr("\nFAIL  TCP port 10000 is taken: another program has it. End that program, or "
                          "set ICE_TCP_PORT to a free port\n"));
    EXPECT_THAT(text,
                HasSubstr("\nFAIL  TCP port 80 cannot be opened: Permission denied. Set HTTP_ADDR to one "
                          "that can\n"));
}

TEST(Diagnosis, ListsWhatABrowserWouldBeToldOf) {
    Config config;
    Observations seen;
    seen.udp_port = 10'000;
    seen.tcp_port = 443;
    at_home(seen);
    has(seen, "docker0", "172.17.0.1");
    announces(config, seen, "add:203.0.113.7");
    stun(seen, "stun:a", "10.0.0.4:10000", "203.0.113.7:10000");
    stun(seen, "stun:b", "10.0.0.4:10000", "203.0.113.7:61234");
    turn(seen, Outcome::relayed);
    const std::string text = to_text(diagnose(config, {}, seen));
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
        lines.push_back(text.substr(at, text.find('\n', at) - at));
    ASSERT_GE(lines.size(), 9U);
    EXPECT_EQ(lines[1],
              "  host  udp 10.0.0.4:10000           eth0                     for machines of the same "
              "private network");
    EXPECT_EQ(lines[2],
              "  host  udp 203.0.113.7:10000        eth0 10.0.0.4            for everybody, if UDP port "
              "10000 is forwarded from there to 10.0.0.4");
    EXPECT_EQ(lines[3],
              "  host  udp 172.17.0.1:10000         docker0                  for containers on this machine");
    EXPECT_EQ(lines[4].substr(0, 34), "  host  tcp 10.0.0.4:443          ");
    EXPECT_EQ(lines[7],
              "  srflx udp 203.0.113.7:61234        10.0.0.4                 for everybody the NAT in "
              "front lets in");
    EXPECT_EQ(lines[8],
              "  relay udp -                        turn:turn.example.org    for everybody that server "
              "reaches");
    EXPECT_EQ(lines[9], "");
}

TEST(Diagnosis, AsJsonHasTheSameForPrograms) {
    Observations seen;
    seen.udp_port = 7;
    has(seen, "eth0", "10.0.0.4");
    EXPECT_EQ(
        to_json(diagnose({}, {}, seen)),
        R"({"healthy":true,"candidates":[{"type":"host","transport":"udp","via":"eth0",)"
        R"("reach":"machines of the same private network","endpoint":"10.0.0.4:7"}],"findings":[)"
        R"({"level":"warn","code":"private_only","text":"only private addresses are announced: callers )"
        R"(outside this network cannot connect","cure":"Set WEBRTC_EXTERNAL_IPS to the public address, or )"
        R"(name a STUN server in ICE_SERVERS"}]})"
        "\n");
}

TEST(PortHolder, ReadsTheKernelsTable) {
    const char* const table =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "  0: 00000000:2710 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 111 2 0 "
        "0\n"
        "  1: 0100007F:2710 0100007F:0035 01 00000000:00000000 00:00000000 00000000     0        0 222 2 0 "
        "0\n"
        "  2: 00000000:2711 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 333 2 0 "
        "0\n"
        "  3: nonsense\n"
        "  4: 00000000 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 444 2 0 0\n";
    EXPECT_EQ(socket_inodes(table, 10'000), (std::vector<std::string>{"111"}));
    EXPECT_TRUE(socket_inodes(table, 53).empty());
    EXPECT_TRUE(socket_inodes("", 0).empty());
}

TEST(PortHolder, FindsThisProgramByAPortOfItsOwn) {
    const auto port = io::UdpPort::open(0);
    ASSERT_TRUE(port.has_value());
    const auto holder = port_holder(Transport::udp, port->number());
    ASSERT_TRUE(holder.has_value());
    EXPECT_EQ(holder->pid, ::getpid());
    EXPECT_EQ(holder->name, "app_test");
}

}  // namespace
}  // namespace legroom::app
