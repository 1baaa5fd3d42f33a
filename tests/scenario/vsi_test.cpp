// Events and commands over a real WebSocket of the real program.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "scenario/http_client.hpp"
#include "scenario/running_program.hpp"
#include "scenario/web_socket_client.hpp"

#include "call/call_test_world.hpp"

namespace legroom::scenario {
namespace {

boost::json::value next(WebSocketClient& vsi) { return boost::json::parse(vsi.receive().value()); }

TEST(Vsi, TellsEventsTakesCommandsAndResumes) {
    RunningProgram program;
    HttpClient http(program.http());
    WebSocketClient vsi(program.http(), "/v1/vsi?app_id=%5Eshop");
    EXPECT_EQ(vsi.receive(), R"({"type":"connected"})");

    EXPECT_EQ(http.request("POST", "/v1/rooms", R"({"id":"other"})").status, 201U);
    EXPECT_EQ(http.request("POST", "/v1/rooms", R"({"id":"r","app_id":"shop"})").status, 201U);
    const auto created = next(vsi);
    EXPECT_EQ(created.at("type"), "room.created");
    EXPECT_EQ(created.at("room_id"), "r");
    EXPECT_EQ(created.at("instance_id"),
              boost::json::parse(http.request("GET", "/healthz").body).at("instance_id"));

    vsi.send(R"({"type":"delete_room","request_id":"d","payload":{"id":"r"}})");
    EXPECT_EQ(vsi.receive(), R"({"type":"delete_room.result","request_id":"d","data":{"status":"deleted"}})");
    const auto deleted = next(vsi);
    EXPECT_EQ(deleted.at("type"), "room.deleted");

    // What the WebSocket told is what the ledger has, byte for byte as values.
    const std::string after = std::to_string(created.at("event_seq").to_number<std::uint64_t>());
    const auto page = boost::json::parse(http.request("GET", "/v1/events?after=" + after).body);
    ASSERT_EQ(page.at("events").as_array().size(), 1U);
    EXPECT_EQ(page.at("events").at(0), deleted);
    WebSocketClient again(program.http(), "/v1/vsi?after=" + after);
    EXPECT_EQ(again.receive(), R"({"type":"connected"})");
    EXPECT_EQ(next(again), deleted);

    vsi.send(R"({"type":"stop"})");
    EXPECT_EQ(vsi.receive(), std::nullopt);
    EXPECT_EQ(vsi.close_code(), 1000U);

    // The end of the program is the end of every story that has begun.
    const boost::json::value offer{{"sdp", call::test::plain_offer()}};
    const auto leg =
        boost::json::parse(http.request("POST", "/v1/webrtc/offer", boost::json::serialize(offer)).body)
            .at("leg_id");
    EXPECT_EQ(program.terminate(), 0);
    const auto last = next(again);
    EXPECT_EQ(last.at("type"), "leg.disconnected");
    EXPECT_EQ(last.at("leg_id"), leg);
    EXPECT_EQ(last.at("cdr").at("reason"), "shutdown");
    EXPECT_EQ(again.receive(), std::nullopt);
    EXPECT_EQ(again.close_code(), 1001U);
}

TEST(Vsi, AfterARestartAnOldNumberIsAWindowThatIsGone) {
    std::string after;
    {
        RunningProgram program;
        HttpClient http(program.http());
        http.request("POST", "/v1/rooms", "{}");
        const auto page = boost::json::parse(http.request("GET", "/v1/events").body);
        after = std::to_string(page.at("last_seq").to_number<std::uint64_t>());
    }
    RunningProgram program;
    HttpClient http(program.http());
    http.request("POST", "/v1/rooms", "{}");
    EXPECT_EQ(http.request("GET", "/v1/events?after=" + after).status, 410U);
    WebSocketClient vsi(program.http(), "/v1/vsi?after=" + after);
    EXPECT_EQ(next(vsi).at("type"), "connected");
    EXPECT_EQ(next(vsi).at("type"), "resync_required");
}

TEST(Vsi, HasItsLimitOfConnections) {
    RunningProgram program(std::map<std::string, std::string>{{"VSI_MAX_CONNECTIONS", "1"}});
    WebSocketClient first(program.http(), "/v1/vsi");
    EXPECT_EQ(next(first).at("type"), "connected");
    EXPECT_ANY_THROW(WebSocketClient(program.http(), "/v1/vsi"));
    HttpClient http(program.http());
    const HttpReply refused = http.request("GET", "/v1/vsi", "",
                                           {{"Connection", "Upgrade"},
                                            {"Upgrade", "websocket"},
                                            {"Sec-WebSocket-Version", "13"},
                                            {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}});
    EXPECT_EQ(refused.status, 503U);
    EXPECT_EQ(boost::json::parse(refused.body).at("error"), "too many VSI connections");
}

}  // namespace
}  // namespace legroom::scenario
