#include "app/command_line.hpp"

#include <algorithm>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <sstream>

#include "app/settings.hpp"
#include "sim/scratch_directory.hpp"

namespace legroom::app {
namespace {

using namespace std::chrono_literals;
using Variables = std::map<std::string, std::string>;

Start start(const std::vector<std::string>& arguments, const Variables& variables = {}) {
    std::vector<const char*> argv{"legroom"};
    for (const auto& argument : arguments) argv.push_back(argument.c_str());
    return read_command_line(static_cast<int>(argv.size()), argv.data(), [&](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional{found->second};
    });
}

Start start_with(const Variables& variables) { return start({}, variables); }

/// A file of this text, by a name that differs from test to test.
std::string file_of(const std::string& text) {
    static const ScratchDirectory scratch;
    std::string path =
        scratch.file(std::string{testing::UnitTest::GetInstance()->current_test_info()->name()} + ".toml");
    std::ofstream{path} << text;
    return path;
}

Serve served(const Start& outcome) {
    if (const auto* serve = std::get_if<Serve>(&outcome)) return *serve;
    const auto* leave = std::get_if<Leave>(&outcome);
    ADD_FAILURE() << (leave == nullptr ? "it would be diagnosed" : leave->error + leave->output);
    return {};
}

Leave left(const Start& outcome) {
    if (const auto* leave = std::get_if<Leave>(&outcome)) return *leave;
    ADD_FAILURE() << "it would have started";
    return {};
}

/// The line --print-config writes for a key, without the comment.
std::string printed(const Start& outcome, const std::string& key) {
    std::istringstream lines{left(outcome).output};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(key + " = "))
            return line.substr(key.size() + 3, line.find("  #") - key.size() - 3);
        if (line == "# " + key + " is not set") return "";
    }
    ADD_FAILURE() << "no line for " << key;
    return {};
}

TEST(CommandLine, DefaultsContactNobodyAndListenOnLoopback) {
    const Config config = served(start({})).config;
    EXPECT_EQ(config.http.listen.to_string(), "127.0.0.1:8080");
    EXPECT_EQ(config.media.udp_port, 10'000);
    EXPECT_TRUE(config.media.stun_servers.empty());
    EXPECT_TRUE(config.media.turn_servers.empty());
    EXPECT_TRUE(config.media.external.empty());
    EXPECT_FALSE(config.media.discover_external);
    EXPECT_TRUE(config.media.interfaces.allowed.empty());
    EXPECT_TRUE(config.media.interfaces.denied.empty());
    EXPECT_TRUE(config.media.ice_tcp);
    EXPECT_FALSE(config.media.tcp_port.has_value());
    EXPECT_FALSE(config.media.allow_local_targets);
    EXPECT_EQ(config.connection.setup_timeout, 30s);
    EXPECT_EQ(config.connection.reconnect_grace, 30s);
    EXPECT_TRUE(config.client_ice.servers.empty());
    EXPECT_EQ(config.client_ice.turn_credential_ttl, 1h);
    EXPECT_EQ(config.media.default_sample_rate, SampleRate::k16000);
    EXPECT_EQ(config.log_level, LogLevel::info);
    EXPECT_TRUE(config.media.comfort_noise);
    EXPECT_TRUE(config.instance_id.empty());
}

struct Good {
    const char* variable;
    const char* text;
    const char* shown;  ///< as TOML
};

const Good kGood[] = {
    {"HTTP_ADDR", "127.0.0.1:8080", R"("127.0.0.1:8080")"},
    {"HTTP_ADDR", ":8080", R"("[::]:8080")"},
    {"HTTP_ADDR", "0.0.0.0:80", R"("0.0.0.0:80")"},
    {"HTTP_ADDR", "localhost:0", R"("127.0.0.1:0")"},
    {"HTTP_ADDR", "[2001:db8::1]:65535", R"("[2001:db8::1]:65535")"},
    {"INSTANCE_ID", "a-1/b", R"("a-1/b")"},
    {"INSTANCE_ID", R"(say"\)", R"("say\"\\")"},
    {"LOG_LEVEL", "debug", R"("debug")"},
    {"LOG_LEVEL", "error", R"("error")"},
    {"RTP_PORT_MIN", "0", "0"},
    {"RTP_PORT_MIN", "65535", "65535"},
    {"RTP_PORT_MAX", "10000", "10000"},
    {"ICE_SERVERS", "stun:192.0.2.1", R"(["stun:192.0.2.1:3478"])"},
    {"ICE_SERVERS", " STUN:stun.example.org:19302 ,, stun:[2001:db8::1]:1,",
     R"(["stun:stun.example.org:19302", "stun:[2001:db8::1]:1"])"},
    {"ICE_SERVERS", "turn:turn.example.org,turns:[::1]:5349?transport=tcp",
     R"(["turn:turn.example.org:3478?transport=udp", "turns:[::1]:5349?transport=tcp"])"},
    {"ICE_SERVERS", "turn:ann:se%2Ccret@turn.example.org:80?transport=TCP",
     R"(["turn:ann:***@turn.example.org:80?transport=tcp"])"},
    {"ICE_SERVERS", "turns:ann%40home@turn.example.org",
     R"(["turns:ann%40home@turn.example.org:5349?transport=tcp"])"},
    {"ICE_SERVERS", ",", "[]"},
    {"ICE_SERVERS_USERNAME", "ann", R"("ann")"},
    {"ICE_SERVERS_CREDENTIAL", "a secret", R"("***")"},
    {"TURN_CA_FILE", "/etc/ssl/own.pem", R"("/etc/ssl/own.pem")"},
    {"ICE_TCP_PORT", "same", R"("same")"},
    {"ICE_TCP_PORT", "Off", R"("off")"},
    {"ICE_TCP_PORT", "0", "0"},
    {"ICE_TCP_PORT", "443", "443"},
    {"WEBRTC_EXTERNAL_IPS", "203.0.113.7, 2001:db8::7", R"(["203.0.113.7", "2001:db8::7"])"},
    {"WEBRTC_EXTERNAL_IPS", "add:203.0.113.7,replace:voice.example.org",
     R"(["add:203.0.113.7", "voice.example.org"])"},
    {"WEBRTC_EXTERNAL_IPS", "203.0.113.7/10.0.0.4,203.0.113.8/10.0.0.5",
     R"(["203.0.113.7/10.0.0.4", "203.0.113.8/10.0.0.5"])"},
    {"WEBRTC_EXTERNAL_IPS", "add:2001:db8::7/fd00::7", R"(["add:2001:db8::7/fd00::7"])"},
    {"WEBRTC_INTERFACES", "eth0, wlan*", R"(["eth0", "wlan*"])"},
    {"WEBRTC_INTERFACES", "*", R"(["*"])"},
    {"WEBRTC_INTERFACES_DENY", "docker*,br-*,veth*", R"(["docker*", "br-*", "veth*"])"},
    {"ICE_ALLOW_LOCAL_TARGETS", "yes", "true"},
    {"SETUP_TIMEOUT", "1m30s", "90"},
    {"SETUP_TIMEOUT", "1", "1"},
    {"RECONNECT_GRACE", "0", "0"},
    {"RECONNECT_GRACE", "45s", "45"},
    {"RECONNECT_GRACE", "1h", "3600"},
    {"CLIENT_ICE_SERVERS", "STUN:a,turn:b?transport=udp,turns:c:443,stuns:d",
     R"(["stun:a", "turn:b?transport=udp", "turns:c:443", "stuns:d"])"},
    {"TURN_SECRET", "north", R"("***")"},
    {"TURN_SECRET_FILE", "tests/data/turn-secret", R"("tests/data/turn-secret")"},
    {"TURN_CREDENTIAL_TTL", "10m", "600"},
    {"DEFAULT_SAMPLE_RATE", "8000", "8000"},
    {"DEFAULT_SAMPLE_RATE", "48000", "48000"},
    {"PLAYBACK_DIR", "/srv/sounds", R"("/srv/sounds")"},
    {"COMFORT_NOISE_ENABLED", "Off", "false"},
    {"COMFORT_NOISE_ENABLED", "0", "false"},
    {"COMFORT_NOISE_ENABLED", "yes", "true"},
    {"SPEECH_DETECTION_ENABLED", "true", "true"},
    {"SPEECH_DETECTION_ENABLED", "off", "false"},
    {"EVENT_LEDGER_SIZE", "1000000", "1000000"},
    {"WEBHOOK_URL", "https://a.example:8443/hook?x=1", R"("https://a.example:8443/hook?x=1")"},
    {"WEBHOOK_SECRET", "north", R"("***")"},
    {"WEBHOOK_GIVE_UP_AFTER", "0", "0"},
    {"WEBHOOK_GIVE_UP_AFTER", "168h", "604800"},
    {"WEBHOOK_SPOOL_DIR", "/var/spool/legroom", R"("/var/spool/legroom")"},
    {"WEBHOOK_SPOOL_DIR", "off", R"("off")"},
    {"VSI_EVENT_BUFFER_SIZE", "512", "512"},
    {"VSI_EVENT_BUFFER_SIZE", "0", "16"},
    {"VSI_EVENT_BUFFER_SIZE", "4000000000", "1000000"},
    {"VSI_MAX_CONNECTIONS", "7", "7"},
    {"RECORDING_DIR", "/var/lib/calls", R"("/var/lib/calls")"},
    {"MAX_LEGS", "1", "1"},
    {"MAX_ROOMS", "100000", "100000"},
    {"MAX_HTTP_CONNECTIONS", "50", "50"},
};

TEST(CommandLine, TakesEveryAllowedValueFromEverySource) {
    for (const auto& [variable, text, shown] : kGood) {
        SCOPED_TRACE(std::string{variable} + "=" + text);
        const auto setting = std::ranges::find(settings(), std::string_view{variable}, &Setting::name);
        ASSERT_NE(setting, settings().end());
        const std::string file = file_of(setting->key() + " = '" + text + "'\n");

        EXPECT_EQ(printed(start({"--print-config"}, {{variable, text}}), setting->key()), shown);
        EXPECT_EQ(printed(start({"--print-config", setting->option(), text}), setting->key()), shown);
        EXPECT_EQ(printed(start({"--print-config", "--config", file}), setting->key()), shown);
    }
}

const char* const kAddress =
    "it must be an address and a port, such as 127.0.0.1:8080, [::1]:8080, localhost:8080 or :8080; port 0 "
    "takes any "
    "free one";
const char* const kUdpPort = "it must be a port number from 0 to 65535";
const char* const kUris =
    "it must be a comma list of at most 32 stun:HOST[:PORT], "
    "turn:[USER:PASSWORD@]HOST[:PORT][?transport=udp|tcp] "
    "and turns:…, with percent-encoding in USER and PASSWORD";
const char* const kIps =
    "it must be a comma list of at most 32 [add:|replace:]ADDRESS[/INTERNAL], with an IP address or a host "
    "name "
    "and perhaps the address of this machine it is mapped to, and of auto";
const char* const kTcpPort = "it must be same, off, or a port number from 0 to 65535";
const char* const kNames =
    "it must be a comma list of at most 64 interface names, each perhaps with a * at its end, such as eth0, "
    "wlan*";
const char* const kGrace = "it must be a duration from 0 to 1h, such as 30, 30s or 2m";
const char* const kTimeout = "it must be a duration from 1s to 10m, such as 30 or 30s";
const char* const kTtl = "it must be a duration from 1m to 24h, such as 3600 or 1h";
const char* const kClientUris =
    "it must be a comma list of at most 32 stun:, stuns:, turn: and turns: URIs without credentials";
const char* const kHiddenText =
    "it must be at most 256 bytes of visible text, and not the *** of --print-config";
const char* const kRates = "it must be 8000, 16000 or 48000";
const char* const kFlag = "it must be true, 1, yes or on; or false, 0, no or off";
const char* const kAmount = "it must be a number from 1 to 100000";

struct BadText {
    const char* variable;
    const char* text;
    const char* allowed;
};

const BadText kBad[] = {
    {"HTTP_ADDR", "8080", kAddress},
    {"HTTP_ADDR", "127.0.0.1", kAddress},
    {"HTTP_ADDR", "127.0.0.1:", kAddress},
    {"HTTP_ADDR", "127.0.0.1:65536", kAddress},
    {"HTTP_ADDR", "127.0.0.1:-1", kAddress},
    {"HTTP_ADDR", "::1:8080", kAddress},
    {"HTTP_ADDR", "[127.0.0.1]:80", kAddress},
    {"HTTP_ADDR", "[::1]8080", kAddress},
    {"HTTP_ADDR", "[::1", kAddress},
    {"HTTP_ADDR", "224.0.0.1:80", kAddress},
    {"HTTP_ADDR", "www.example.org:80", kAddress},
    {"INSTANCE_ID", "two words", "it must be at most 128 visible ASCII characters without blanks"},
    {"LOG_LEVEL", "verbose", "it must be debug, info, warn or error"},
    {"LOG_LEVEL", "INFO", "it must be debug, info, warn or error"},
    {"RTP_PORT_MIN", "65536", kUdpPort},
    {"RTP_PORT_MIN", "+1", kUdpPort},
    {"RTP_PORT_MIN", "0x10", kUdpPort},
    {"RTP_PORT_MIN", "10000 ", kUdpPort},
    {"RTP_PORT_MIN", "99999999999999999999", kUdpPort},
    {"RTP_PORT_MAX", "0", "it must be a port number from 1 to 65535, not below RTP_PORT_MIN"},
    {"ICE_SERVERS", "stun.example.org", kUris},
    {"ICE_SERVERS", "stun:", kUris},
    {"ICE_SERVERS", "stun:host:0", kUris},
    {"ICE_SERVERS", "stun:host:99999", kUris},
    {"ICE_SERVERS", "stun:ho st", kUris},
    {"ICE_SERVERS", "stun:host?transport=udp", kUris},
    {"ICE_SERVERS", "stun:[host]", kUris},
    {"ICE_SERVERS", "stuns:host", kUris},
    {"ICE_SERVERS", "stun:good.example.org,http://bad", kUris},
    {"ICE_SERVERS", "turn:", kUris},
    {"ICE_SERVERS", "turn:host:0", kUris},
    {"ICE_SERVERS", "turn:host?transport=sctp", kUris},
    {"ICE_SERVERS", "turns:host?transport=udp", kUris},
    {"ICE_SERVERS", "stun:1.2.3", kUris},
    {"ICE_SERVERS_USERNAME", "***",
     "it must be at most 508 bytes of visible text, and not the *** of --print-config"},
    {"TURN_CA_FILE", "***", "it must be the name of a PEM file"},
    {"ICE_TCP_PORT", "on", kTcpPort},
    {"ICE_TCP_PORT", "65536", kTcpPort},
    {"WEBRTC_INTERFACES", "a*b", kNames},
    {"WEBRTC_INTERFACES", "sixteen-letters-", kNames},
    {"WEBRTC_INTERFACES", "eth 0", kNames},
    {"WEBRTC_INTERFACES_DENY", "/", kNames},
    {"ICE_ALLOW_LOCAL_TARGETS", "maybe", kFlag},
    {"SETUP_TIMEOUT", "0", kTimeout},
    {"SETUP_TIMEOUT", "11m", kTimeout},
    {"RECONNECT_GRACE", "3601", kGrace},
    {"RECONNECT_GRACE", "-1", kGrace},
    {"RECONNECT_GRACE", "30 s", kGrace},
    {"RECONNECT_GRACE", "s", kGrace},
    {"RECONNECT_GRACE", "1d", kGrace},
    {"RECONNECT_GRACE", "500ms", kGrace},
    {"RECONNECT_GRACE", "99999999999999999999s", kGrace},
    {"CLIENT_ICE_SERVERS", "http://host", kClientUris},
    {"TURN_SECRET_FILE", "***", "it must be the name of a file"},
    {"TURN_CREDENTIAL_TTL", "59", kTtl},
    {"TURN_CREDENTIAL_TTL", "25h", kTtl},
    {"WEBRTC_EXTERNAL_IPS", "example.org:80", kIps},
    {"WEBRTC_EXTERNAL_IPS", "192.0.2.1:80", kIps},
    {"WEBRTC_EXTERNAL_IPS", "192.0.2", kIps},
    {"WEBRTC_EXTERNAL_IPS", "remove:192.0.2.1", kIps},
    {"WEBRTC_EXTERNAL_IPS", "add:", kIps},
    {"WEBRTC_EXTERNAL_IPS", "192.0.2.1/", kIps},
    {"WEBRTC_EXTERNAL_IPS", "192.0.2.1/inside.example.org", kIps},
    {"WEBRTC_EXTERNAL_IPS", "192.0.2.1/fd00::1", kIps},
    {"WEBRTC_EXTERNAL_IPS", "0.0.0.0", kIps},
    {"WEBRTC_EXTERNAL_IPS", "ff02::1", kIps},
    {"DEFAULT_SAMPLE_RATE", "44100", kRates},
    {"DEFAULT_SAMPLE_RATE", "16k", kRates},
    {"PLAYBACK_DIR", "sounds", "it must be an absolute path without control characters"},
    {"COMFORT_NOISE_ENABLED", "maybe", kFlag},
    {"SPEECH_DETECTION_ENABLED", "2", kFlag},
    {"EVENT_LEDGER_SIZE", "0", "it must be a number from 1 to 1000000"},
    {"WEBHOOK_URL", "a.example/hook",
     "it must be an http or https URL without a user name, at most 2048 bytes"},
    {"WEBHOOK_GIVE_UP_AFTER", "169h", "it must be a duration from 0 to 168h, such as 6h"},
    {"WEBHOOK_SPOOL_DIR", "spool", "it must be the name of a directory, beginning with /, or off"},
    {"VSI_EVENT_BUFFER_SIZE", "-1", "it must be a whole number"},
    {"VSI_MAX_CONNECTIONS", "0", kAmount},
    {"RECORDING_DIR", "recordings", "it must be an absolute path without control characters"},
    {"MAX_LEGS", "0", kAmount},
    {"MAX_ROOMS", "100001", kAmount},
    {"MAX_HTTP_CONNECTIONS", "many", kAmount},
};

TEST(CommandLine, AWrongValueStopsTheStartWithOneLine) {
    for (const auto& [variable, text, allowed] : kBad) {
        SCOPED_TRACE(std::string{variable} + "=" + text);
        const Leave leave = left(start_with({{variable, text}}));
        EXPECT_EQ(leave.status, 1);
        EXPECT_EQ(leave.output, "");
        EXPECT_EQ(leave.error, std::string{"legroom: "} + variable + " is \"" + text +
                                   "\" (environment): " + allowed + "\n");
    }
}

struct BadSecret {
    const char* variable;
    const char* text;
    const char* line;  ///< what is said of it, up to what it must be
};

const BadSecret kBadSecrets[] = {
    {"ICE_SERVERS", "turn:ann:pass word:@host:0", R"(ICE_SERVERS is "turn:***@host:0" (environment): )"},
    {"ICE_SERVERS", "stun:a,turn:ann:pass,word@host", R"(ICE_SERVERS is "stun:***@host" (environment): )"},
    {"ICE_SERVERS", "turn:ann:***@host", R"(ICE_SERVERS is "turn:***@host" (environment): )"},
    {"ICE_SERVERS", "turn:ann:%zz@host", R"(ICE_SERVERS is "turn:***@host" (environment): )"},
    {"CLIENT_ICE_SERVERS", "turn:ann:word@host", R"(CLIENT_ICE_SERVERS is "turn:***@host" (environment): )"},
    {"ICE_SERVERS_CREDENTIAL", "***", R"(ICE_SERVERS_CREDENTIAL is "***" (environment): )"},
    {"WEBHOOK_URL", "https://ann:word@a.example/",
     R"(WEBHOOK_URL is "https:***@a.example/" (environment): )"},
    {"WEBHOOK_SECRET", "***", R"(WEBHOOK_SECRET is "***" (environment): )"},
    {"TURN_SECRET", "two\nlines", R"(TURN_SECRET is "***" (environment): )"},
};

TEST(CommandLine, AWrongValueIsSaidWithoutThePasswordInIt) {
    for (const auto& [variable, text, line] : kBadSecrets) {
        SCOPED_TRACE(std::string{variable} + "=" + text);
        const Leave leave = left(start_with({{variable, text}}));
        EXPECT_EQ(leave.status, 1);
        EXPECT_THAT(leave.error, testing::StartsWith(std::string{"legroom: "} + line));
    }
}

TEST(CommandLine, EverySettingHasGoodAndBadValuesInTheTablesAbove) {
    for (const Setting& setting : settings()) {
        const auto named = [&](const auto& row) { return row.variable == setting.name; };
        EXPECT_TRUE(std::ranges::any_of(kGood, named)) << setting.name;
        EXPECT_TRUE(std::ranges::any_of(kBad, named) || std::ranges::any_of(kBadSecrets, named))
            << setting.name;
    }
}

TEST(CommandLine, AMessageStaysOneShortLineWhateverTheValueHolds) {
    const Leave leave = left(start_with({{"LOG_LEVEL", "a\nb\t" + std::string(5'000, 'x')}}));
    EXPECT_TRUE(leave.error.starts_with(R"(legroom: LOG_LEVEL is "a\u000Ab\u0009xxx)")) << leave.error;
    EXPECT_LT(leave.error.size(), 250U);
    EXPECT_EQ(leave.error.find('\n'), leave.error.size() - 1);
}

TEST(CommandLine, TheCommandLineOverrulesTheEnvironmentAndThatTheFile) {
    const std::string file = file_of("log_level = 'warn'\nmax_legs = 5\nmax_rooms = 5\n");
    const Start outcome = start({"--config", file, "--log-level", "debug", "--print-config"},
                                {{"LOG_LEVEL", "error"}, {"MAX_LEGS", "6"}, {"MAX_ROOMS", ""}});
    const std::string text = left(outcome).output;
    EXPECT_NE(text.find("log_level = \"debug\"  # --log-level\n"), std::string::npos) << text;
    EXPECT_NE(text.find("max_legs = 6  # environment\n"), std::string::npos) << text;
    EXPECT_NE(text.find("max_rooms = 5  # " + file + ":3\n"), std::string::npos) << text;
    EXPECT_NE(text.find("http_addr = \"127.0.0.1:8080\"  # default\n"), std::string::npos) << text;
    EXPECT_NE(text.find("# instance_id is not set\n"), std::string::npos) << text;
}

TEST(CommandLine, WhatPrintConfigWritesCanBeReadBack) {
    const Variables variables{{"INSTANCE_ID", R"(q"\#)"},      {"ICE_SERVERS", "stun:a,turn:b"},
                              {"RTP_PORT_MAX", "20000"},       {"COMFORT_NOISE_ENABLED", "no"},
                              {"WEBRTC_EXTERNAL_IPS", "auto"}, {"HTTP_ADDR", ":1"}};
    const auto without_comments = [](const std::string& text) {
        std::string out;
        std::istringstream lines{text};
        for (std::string line; std::getline(lines, line);) out += line.substr(0, line.find("  #")) + "\n";
        return out;
    };
    const std::string first = left(start({"--print-config"}, variables)).output;
    const std::string second = left(start({"--print-config", "--config", file_of(first)})).output;
    EXPECT_EQ(without_comments(first), without_comments(second));
}

TEST(CommandLine, AFileHoldsValuesInTheirOwnTypes) {
    const std::string file = file_of(
        "rtp_port_min = 0x10\ncomfort_noise_enabled = false\n"
        "ice_servers = ['stun:a', 'stun:b:1']\nwebrtc_external_ips = []\nreconnect_grace = 60\n");
    const Config config = served(start({"--config", file})).config;
    EXPECT_EQ(config.media.udp_port, 16);
    EXPECT_FALSE(config.media.comfort_noise);
    EXPECT_EQ(config.media.stun_servers, (std::vector<StunServer>{{"a", 3478}, {"b", 1}}));
    EXPECT_EQ(config.connection.reconnect_grace, 60s);
}

TEST(CommandLine, AFileNamesIceServersAsABrowserDoes) {
    const std::string file = file_of(
        "[[ice_servers]]\nurls = 'stun:a'\n"
        "[[ice_servers]]\nurls = ['turn:b', 'turns:b']\nusername = 'x,y'\ncredential = 'p:w@%'\n");
    const MediaConfig media = served(start({"--config", file})).config.media;
    EXPECT_EQ(media.stun_servers, (std::vector<StunServer>{{"a", 3478}}));
    EXPECT_EQ(media.turn_servers, (std::vector<TurnServer>{{"b", 3478, Transport::udp, "x,y", "p:w@%"},
                                                           {"b", 5349, Transport::tls, "x,y", "p:w@%"}}));
}

struct BadFile {
    const char* text;
    const char* error;  ///< after the name of the file
};

const BadFile kBadFiles[] = {
    {"\nhttp_adr = ':80'\n", ":2: there is no key \"http_adr\"; the nearest is \"http_addr\""},
    {"[http]\naddr = ':80'\n", ":1: there is no section [http]; every key stands by itself"},
    {"max_legs = 1.5\n", ":1: max_legs must be text, a whole number, true, false or a list of texts"},
    {"ice_servers = ['stun:a', 1]\n",
     ":1: ice_servers must be text, a whole number, true, false or a list of texts"},
    {"ice_servers = [{urls = 'turn:a', user = 'x'}]\n",
     ":1: ice_servers must be text, a whole number, true, false or a list of texts"},
    {"ice_servers = [{username = 'x'}]\n",
     ":1: ice_servers must be text, a whole number, true, false or a list of texts"},
    {"ice_servers = [{urls = [1]}]\n",
     ":1: ice_servers must be text, a whole number, true, false or a list of texts"},
};

TEST(CommandLine, AWrongFileStopsTheStartWithItsNameAndLine) {
    for (const auto& [text, error] : kBadFiles) {
        SCOPED_TRACE(text);
        const std::string file = file_of(text);
        const Leave leave = left(start({"--config", file}));
        EXPECT_EQ(leave.status, 1);
        EXPECT_EQ(leave.error, "legroom: " + file + error + "\n");
    }
    const std::string file = file_of("max_legs 5\n");
    const std::string not_toml = left(start({"--config", file})).error;
    EXPECT_TRUE(not_toml.starts_with("legroom: " + file + ":1: not TOML: ")) << not_toml;
    EXPECT_EQ(left(start({"--config", "/nowhere/legroom.toml"})).error,
              "legroom: cannot read /nowhere/legroom.toml: No such file or directory\n");
    EXPECT_EQ(left(start({"--config", "/"})).error, "legroom: cannot read /: it is no file\n");
}

TEST(CommandLine, NamesTheLineOfAWrongValueInAFile) {
    const std::string file = file_of("# calls\nmax_legs = 0\n");
    EXPECT_EQ(left(start({"--config", file})).error,
              "legroom: MAX_LEGS is \"0\" (" + file + ":2): it must be a number from 1 to 100000\n");
}

TEST(CommandLine, ThePortRangeMustNotEndBeforeItBegins) {
    EXPECT_EQ(left(start_with({{"RTP_PORT_MIN", "30000"}, {"RTP_PORT_MAX", "20000"}})).error,
              "legroom: RTP_PORT_MAX is \"20000\" (environment): it must not be below RTP_PORT_MIN, which is "
              "30000\n");
    EXPECT_EQ(served(start_with({{"RTP_PORT_MIN", "30000"}})).config.media.udp_port, 30'000);
}

TEST(CommandLine, AutoNeedsAStunServerToAsk) {
    EXPECT_EQ(
        left(start_with({{"WEBRTC_EXTERNAL_IPS", "auto"}, {"ICE_SERVERS", "turn:a"}})).error,
        "legroom: WEBRTC_EXTERNAL_IPS is \"auto\" (environment): that needs a stun: server in ICE_SERVERS to "
        "ask\n");
    const MediaConfig media =
        served(start_with({{"WEBRTC_EXTERNAL_IPS", "192.0.2.1,auto"}, {"ICE_SERVERS", "stun:a"}}))
            .config.media;
    EXPECT_TRUE(media.discover_external);
    EXPECT_EQ(media.external, (std::vector<ExternalAddress>{{"192.0.2.1", std::nullopt, false}}));
}

TEST(CommandLine, TurnServersTakeTheCredentialsForAllWhereTheyHaveNone) {
    const Serve serve = served(start_with({{"ICE_SERVERS", "turn:a,turn:own:word@b,turn:own@c"},
                                           {"ICE_SERVERS_USERNAME", "ann"},
                                           {"ICE_SERVERS_CREDENTIAL", "secret"}}));
    EXPECT_EQ(serve.config.media.turn_servers,
              (std::vector<TurnServer>{{"a", 3478, Transport::udp, "ann", "secret"},
                                       {"b", 3478, Transport::udp, "own", "word"},
                                       {"c", 3478, Transport::udp, "own", "secret"}}));
    EXPECT_TRUE(serve.warnings.empty());
}

TEST(CommandLine, WarnsOfTurnServersWithoutCredentialsAndOfWhatHasNoEffect) {
    const Serve serve = served(start(
        {"--config", file_of("sip_port = 5060\n")},
        {{"ICE_SERVERS", "stun:a,turn:b"}, {"S3_REGION", "x"}, {"S3_BUCKET", "y"}, {"RECORDING_DIR", ""}}));
    EXPECT_EQ(serve.warnings,
              (std::vector<std::string>{
                  "set, and without effect in this version: SIP_PORT",
                  "set, and without effect in this version: S3_BUCKET, S3_REGION",
                  "ICE_SERVERS: skipped turn:b:3478?transport=udp: a TURN server asks for a user name and a "
                  "password (turn:USER:PASSWORD@HOST, or ICE_SERVERS_USERNAME and ICE_SERVERS_CREDENTIAL)"}));
    EXPECT_TRUE(serve.config.media.turn_servers.empty());
    EXPECT_EQ(serve.config.media.stun_servers.size(), 1U);
    EXPECT_TRUE(served(start({})).warnings.empty());
}

TEST(CommandLine, TheTurnSecretMayStandInAFileOfItsOwn) {
    const std::string file = file_of("north of the river \n");
    const Variables variables{{"TURN_SECRET_FILE", file}, {"CLIENT_ICE_SERVERS", "turn:a"}};
    const Serve serve = served(start_with(variables));
    EXPECT_EQ(serve.config.client_ice.turn_secret, "north of the river");
    EXPECT_TRUE(serve.warnings.empty());
    EXPECT_EQ(left(start({"--print-config"}, variables)).output.find("north"), std::string::npos);
    EXPECT_EQ(
        served(start_with({{"CLIENT_ICE_SERVERS", "turn:a"}})).warnings,
        (std::vector<std::string>{"CLIENT_ICE_SERVERS names TURN servers, and without TURN_SECRET clients "
                                  "get no credentials for them"}));
}

TEST(CommandLine, ATurnSecretThatCannotBeReadStopsTheStart) {
    const auto error = [](const Variables& variables) { return left(start_with(variables)).error; };
    EXPECT_EQ(error({{"TURN_SECRET_FILE", "/nowhere"}}),
              "legroom: TURN_SECRET_FILE (environment): cannot read /nowhere: No such file or directory\n");
    const std::string empty = file_of("\n");
    EXPECT_EQ(error({{"TURN_SECRET_FILE", empty}}),
              "legroom: TURN_SECRET_FILE (environment): " + empty + " is empty\n");
    const std::string two_lines = file_of("a\nb\n");
    EXPECT_EQ(error({{"TURN_SECRET_FILE", two_lines}}),
              "legroom: TURN_SECRET_FILE (environment): " + two_lines +
                  " does not hold a secret of at most 256 bytes on one line\n");
    const std::string long_one = file_of(std::string(1'025, 'x'));
    EXPECT_EQ(error({{"TURN_SECRET_FILE", long_one}}),
              "legroom: TURN_SECRET_FILE (environment): " + long_one + " has more than 1024 bytes\n");
    EXPECT_EQ(error({{"TURN_SECRET_FILE", long_one}, {"TURN_SECRET", "x"}}),
              "legroom: TURN_SECRET_FILE (environment): TURN_SECRET is set as well\n");
}

TEST(CommandLine, TheDoctorTakesTheSameSettingsBeforeAndAfterTheWord) {
    const auto diagnosed = [](const std::vector<std::string>& arguments) {
        const Start outcome = start(arguments, {{"ICE_SERVERS", "turn:b"}});
        return std::holds_alternative<Diagnose>(outcome) ? std::get<Diagnose>(outcome) : Diagnose{};
    };
    for (const auto& arguments : std::vector<std::vector<std::string>>{
             {"doctor", "--json", "--rtp-port-min", "7"}, {"--rtp-port-min", "7", "doctor", "--json"}}) {
        const Diagnose diagnose = diagnosed(arguments);
        EXPECT_EQ(diagnose.config.media.udp_port, 7);
        EXPECT_TRUE(diagnose.as_json);
        EXPECT_EQ(diagnose.warnings.size(), 1U);
    }
    EXPECT_FALSE(diagnosed({"doctor"}).as_json);
    EXPECT_EQ(diagnosed({"doctor"}).config.media.udp_port, 10'000);
}

TEST(CommandLine, AnAllowListThatWouldNotBeInForceStopsTheStart) {
    const char* const line =
        "legroom: ALLOWED_IPS is set, and this version cannot keep anybody out: protect the port by other "
        "means and "
        "take the setting away\n";
    EXPECT_EQ(left(start_with({{"ALLOWED_IPS", "192.0.2.0/24"}})).error, line);
    EXPECT_EQ(left(start({"--config", file_of("allowed_ips = []\n")})).error, line);
}

TEST(CommandLine, HelpNamesEverySetting) {
    const Leave leave = left(start({"--help"}));
    EXPECT_EQ(leave.status, 0);
    for (const Setting& setting : settings()) {
        EXPECT_NE(leave.output.find("\n  " + std::string{setting.name} + " ("), std::string::npos)
            << setting.name;
    }
    EXPECT_NE(leave.output.find("HTTP_ADDR (\"127.0.0.1:8080\")"), std::string::npos);
    EXPECT_EQ(left(start({"-h"})).output, leave.output);
}

TEST(CommandLine, TheManualHasARowForEverySetting) {
    std::ifstream page{"docs/CONFIGURATION.md"};
    const std::string text{std::istreambuf_iterator<char>(page), {}};
    for (const Setting& setting : settings()) {
        EXPECT_NE(text.find("\n| `" + std::string{setting.name} + "` | "), std::string::npos) << setting.name;
    }
}

TEST(CommandLine, VersionIsOneLine) {
    const Leave leave = left(start({"--version"}));
    EXPECT_EQ(leave.status, 0);
    EXPECT_EQ(leave.output, "legroom " LEGROOM_VERSION "\n");
}

TEST(CommandLine, AnOptionWithoutItsValueSaysSo) {
    EXPECT_THAT(left(start({"--instance-id=", "--print-config"})).error,
                testing::StartsWith("legroom: --instance-id= names no value\n"));
    EXPECT_THAT(left(start({"--max-legs"})).error,
                testing::StartsWith("legroom: --max-legs needs one value\n"));
}

TEST(CommandLine, ACommandLineWithoutSenseIsStatusTwo) {
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"--no-such-thing"},
                                               {"serve"},
                                               {"--json"},
                                               {"doctor", "doctor"},
                                               {"--config"},
                                               {"--max-legs", "1", "--max-legs", "2"}}) {
        const Leave leave = left(start(arguments));
        EXPECT_EQ(leave.status, 2) << arguments.front();
        EXPECT_TRUE(leave.error.ends_with("legroom --help says what it understands.\n")) << leave.error;
    }
}

}  // namespace
}  // namespace legroom::app
