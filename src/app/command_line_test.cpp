#include "app/command_line.hpp"

#include <algorithm>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <sstream>

#include "app/settings.hpp"

namespace legroom::app {
namespace {

using Variables = std::map<std::string, std::string>;
using Outcome = std::variant<Serve, Leave>;

Outcome start(const std::vector<std::string>& arguments, const Variables& variables = {}) {
    std::vector<const char*> argv{"legroom"};
    for (const auto& argument : arguments) argv.push_back(argument.c_str());
    return read_command_line(static_cast<int>(argv.size()), argv.data(), [&](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional{found->second};
    });
}

Outcome start_with(const Variables& variables) { return start({}, variables); }

/// A file of this text, by a name that differs from test to test.
std::string file_of(const std::string& text) {
    std::string path = testing::TempDir() + "legroom-" +
                       testing::UnitTest::GetInstance()->current_test_info()->name() + ".toml";
    std::ofstream{path} << text;
    return path;
}

Serve served(const Outcome& outcome) {
    if (const auto* leave = std::get_if<Leave>(&outcome)) {
        ADD_FAILURE() << leave->error << leave->output;
        return {};
    }
    return std::get<Serve>(outcome);
}

Leave left(const Outcome& outcome) {
    if (std::holds_alternative<Serve>(outcome)) {
        ADD_FAILURE() << "it would have started";
        return {};
    }
    return std::get<Leave>(outcome);
}

/// The line --print-config writes for a key, without the comment.
std::string printed(const Outcome& outcome, const std::string& key) {
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
    EXPECT_TRUE(config.media.external_ips.empty());
    EXPECT_FALSE(config.media.discover_external_ips);
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
     R"(["turn:turn.example.org", "turns:[::1]:5349?transport=tcp"])"},
    {"ICE_SERVERS", ",", "[]"},
    {"WEBRTC_EXTERNAL_IPS", "203.0.113.7, 2001:db8::7", R"(["203.0.113.7", "2001:db8::7"])"},
    {"DEFAULT_SAMPLE_RATE", "8000", "8000"},
    {"DEFAULT_SAMPLE_RATE", "48000", "48000"},
    {"COMFORT_NOISE_ENABLED", "Off", "false"},
    {"COMFORT_NOISE_ENABLED", "0", "false"},
    {"COMFORT_NOISE_ENABLED", "yes", "true"},
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
const char* const kPort = "it must be a port number from 0 to 65535";
const char* const kUris =
    "it must be a comma list of stun:HOST or stun:HOST:PORT (turn: and turns: entries are skipped)";
const char* const kIps =
    "it must be a comma list of IP addresses, or auto to ask the STUN servers in ICE_SERVERS";
const char* const kRates = "it must be 8000, 16000 or 48000";
const char* const kBoolean = "it must be true, 1, yes or on; or false, 0, no or off";
const char* const kCount = "it must be a number from 1 to 100000";

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
    {"RTP_PORT_MIN", "65536", kPort},
    {"RTP_PORT_MIN", "+1", kPort},
    {"RTP_PORT_MIN", "0x10", kPort},
    {"RTP_PORT_MIN", "10000 ", kPort},
    {"RTP_PORT_MIN", "99999999999999999999", kPort},
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
    {"WEBRTC_EXTERNAL_IPS", "example.org", kIps},
    {"WEBRTC_EXTERNAL_IPS", "192.0.2.1:80", kIps},
    {"WEBRTC_EXTERNAL_IPS", "0.0.0.0", kIps},
    {"WEBRTC_EXTERNAL_IPS", "ff02::1", kIps},
    {"WEBRTC_EXTERNAL_IPS", "auto,192.0.2.1", kIps},
    {"DEFAULT_SAMPLE_RATE", "44100", kRates},
    {"DEFAULT_SAMPLE_RATE", "16k", kRates},
    {"COMFORT_NOISE_ENABLED", "maybe", kBoolean},
    {"MAX_LEGS", "0", kCount},
    {"MAX_ROOMS", "100001", kCount},
    {"MAX_HTTP_CONNECTIONS", "many", kCount},
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

TEST(CommandLine, EverySettingHasGoodAndBadValuesInTheTablesAbove) {
    for (const Setting& setting : settings()) {
        const auto named = [&](const auto& row) { return row.variable == setting.name; };
        EXPECT_TRUE(std::ranges::any_of(kGood, named)) << setting.name;
        EXPECT_TRUE(std::ranges::any_of(kBad, named)) << setting.name;
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
    const Outcome outcome = start({"--config", file, "--log-level", "debug", "--print-config"},
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
        "ice_servers = ['stun:a', 'stun:b:1']\nwebrtc_external_ips = []\n");
    const Config config = served(start({"--config", file})).config;
    EXPECT_EQ(config.media.udp_port, 16);
    EXPECT_FALSE(config.media.comfort_noise);
    EXPECT_EQ(config.media.stun_servers, (std::vector<StunServer>{{"a", 3478}, {"b", 1}}));
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
    const Config config =
        served(start_with({{"WEBRTC_EXTERNAL_IPS", "auto"}, {"ICE_SERVERS", "stun:a"}})).config;
    EXPECT_TRUE(config.media.discover_external_ips);
}

TEST(CommandLine, WarnsOfTurnServersAndOfWhatHasNoEffect) {
    const Serve serve = served(start(
        {"--config", file_of("sip_port = 5060\n")},
        {{"ICE_SERVERS", "stun:a,turn:b"}, {"WEBHOOK_URL", "x"}, {"S3_BUCKET", "y"}, {"RECORDING_DIR", ""}}));
    EXPECT_EQ(serve.warnings,
              (std::vector<std::string>{"set, and without effect in this version: SIP_PORT",
                                        "set, and without effect in this version: WEBHOOK_URL, S3_BUCKET",
                                        "ICE_SERVERS: skipped turn:b: TURN servers are not used"}));
    EXPECT_TRUE(served(start({})).warnings.empty());
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
    for (const auto& arguments : std::vector<std::vector<std::string>>{
             {"--no-such-thing"}, {"serve"}, {"--config"}, {"--max-legs", "1", "--max-legs", "2"}}) {
        const Leave leave = left(start(arguments));
        EXPECT_EQ(leave.status, 2) << arguments.front();
        EXPECT_TRUE(leave.error.ends_with("legroom --help says what it understands.\n")) << leave.error;
    }
}

}  // namespace
}  // namespace legroom::app
