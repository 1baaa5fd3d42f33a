#include "api/ice_servers.hpp"

#include <gmock/gmock.h>

#include "api/api_test_client.hpp"

namespace legroom::api {
namespace {

using namespace std::chrono_literals;
using test::Client;
using testing::ElementsAre;
using testing::HasSubstr;

IceServersConfig both_kinds() {
    IceServersConfig config;
    config.urls = {"stun:stun.example.org", "turn:turn.example.org:3478?transport=udp",
                   "turns:turn.example.org:5349?transport=tcp"};
    config.turn_secret = "s3cret";
    return config;
}

ApiConfig with_servers(IceServersConfig servers) {
    auto config = Client::default_config();
    config.ice_servers = std::move(servers);
    config.unix_time = [] { return 1'700'000'000s; };
    return config;
}

TEST(IceServers, CredentialsAreWhatCoturnComputes) {
    // printf %s 1700003600:legroom | openssl dgst -sha1 -hmac s3cret -binary | base64
    EXPECT_EQ(turn_credential("s3cret", "1700003600:legroom"), "4wwtWa2PoaqZI5Mie5q+nmONv50=");
    // printf %s 0: | openssl dgst -sha1 -hmac k -binary | base64
    EXPECT_EQ(turn_credential("k", "0:"), "/ZNIV9BTp81NcwlbuawL6nV+pvM=");
}

TEST(IceServers, AreReadyForRtcPeerConnection) {
    Client client{{}, {}, with_servers(both_kinds())};
    EXPECT_EQ(
        client.send("GET", "/v1/webrtc/ice-servers").body,
        R"({"instance_id":"here","ice_servers":[{"urls":["stun:stun.example.org"]},)"
        R"({"urls":["turn:turn.example.org:3478?transport=udp","turns:turn.example.org:5349?transport=tcp"],)"
        R"("username":"1700003600:legroom","credential":"4wwtWa2PoaqZI5Mie5q+nmONv50="}],"ttl":3600})"
        "\n");
    EXPECT_EQ(client.send("POST", "/v1/webrtc/ice-servers").status, Status::method_not_allowed);
}

TEST(IceServers, CredentialsLastAsLongAsConfigured) {
    auto config = both_kinds();
    config.ttl = 60s;
    config.turn_name = [] { return "host-7"; };
    EXPECT_EQ(ice_servers(config, 100s).at(1).username, "160:host-7");
    EXPECT_NE(ice_servers(config, 100s).at(1).credential, ice_servers(config, 101s).at(1).credential);
}

TEST(IceServers, EveryAnswerIsAnotherUserOfTheTurnServer) {  // Its quotas are by name.
    auto config = both_kinds();
    config.turn_name = [names = 0]() mutable { return std::to_string(++names); };
    EXPECT_EQ(ice_servers(config, 100s).at(1).username, "3700:1");
    EXPECT_EQ(ice_servers(config, 100s).at(1).username, "3700:2");
}

TEST(IceServers, TurnNeedsTheSecret) {  // RTCPeerConnection throws at a TURN server without credentials.
    auto config = both_kinds();
    config.turn_secret = "";
    Client client{{}, {}, with_servers(config)};
    EXPECT_THAT(client.send("GET", "/v1/webrtc/ice-servers").body,
                HasSubstr(R"("ice_servers":[{"urls":["stun:stun.example.org"]}],"ttl":3600)"));
}

TEST(IceServers, NoneIsNoError) {
    Client client;
    EXPECT_THAT(client.send("GET", "/v1/webrtc/ice-servers").body,
                HasSubstr(R"("ice_servers":[],"ttl":3600)"));
}

TEST(IceServers, LinksNameEachAddress) {  // RFC 9725 §4.6
    std::vector<std::string> links;
    for (const Header& link : ice_server_links(ice_servers(both_kinds(), 1'700'000'000s))) {
        EXPECT_EQ(link.name, "Link");
        links.push_back(link.value);
    }
    const std::string credentials =
        R"(; rel="ice-server"; username="1700003600:legroom"; credential="4wwtWa2PoaqZI5Mie5q+nmONv50="; credential-type="password")";
    EXPECT_THAT(links, ElementsAre(R"(<stun:stun.example.org>; rel="ice-server")",
                                   "<turn:turn.example.org:3478?transport=udp>" + credentials,
                                   "<turns:turn.example.org:5349?transport=tcp>" + credentials));
}

TEST(IceServers, LinksQuoteWhatNeedsIt) {
    const std::vector<IceServer> odd{{{"turn:x"}, R"(a"b\c)", "d"}};
    EXPECT_THAT(ice_server_links(odd).at(0).value, HasSubstr(R"(username="a\"b\\c")"));
}

}  // namespace
}  // namespace legroom::api
