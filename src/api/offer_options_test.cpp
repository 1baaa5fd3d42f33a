// What an offer may say beside its SDP, one line a case; and who speaks, in the room object.
#include <boost/json/value_to.hpp>
#include <gtest/gtest.h>

#include "api/api_test_client.hpp"
#include "api/route_test_case.hpp"

namespace legroom::api {
namespace {

using call::test::plain_offer;
using test::check;
using test::Client;
using test::json_text;
using test::RouteCase;

/// `members`: what the body has before its SDP.
std::string offer_with(const std::string& members) {
    return "{" + members + R"(,"sdp":)" + json_text(plain_offer()) + "}";
}

struct OptionCase {
    std::string members;
    unsigned status;
    std::string error;  ///< Of what is refused.
};

TEST(OfferOptions, AreCheckedOneByOne) {
    const std::string no_json = "invalid JSON";
    const std::string bad_limit = "invalid max_duration: must be seconds from 0 to 31622400";
    const OptionCase cases[] = {
        {R"("room_id":"empty")", 200, ""},
        {R"("room_id":"new")", 200, ""},
        {R"("room_id":"")", 200, ""},
        {R"("room_id":null,"role":null,"mute":null,"deaf":null,"accept_dtmf":null,"speech_detection":null,)"
         R"("max_duration":null,"reconnect_grace":null)",
         200, ""},
        {R"("mute":true,"deaf":true,"accept_dtmf":false,"speech_detection":true,"role":"agent")", 200, ""},
        {R"("max_duration":0)", 200, ""},
        {R"("max_duration":1)", 200, ""},
        {R"("max_duration":31622400)", 200, ""},
        {R"("max_duration":31622401)", 400, bad_limit},
        {R"("max_duration":-1)", 400, bad_limit},
        {R"("max_duration":9223372036854775807)", 400, bad_limit},
        {R"("max_duration":1.5)", 400, no_json},
        {R"("max_duration":"60")", 400, no_json},
        {R"("room_id":7)", 400, no_json},
        {R"("role":true)", 400, no_json},
        {R"("mute":"yes")", 400, no_json},
        {R"("deaf":0)", 400, no_json},
        {R"("accept_dtmf":1)", 400, no_json},
        {R"("speech_detection":"true")", 400, no_json},
        {R"("role":")" + std::string(257, 'r') + R"(")", 400, "role too long: at most 256 bytes"},
        {R"("room_id":")" + std::string(257, 'r') + R"(")", 400, "room id too long: at most 256 bytes"},
    };
    for (const OptionCase& c : cases) {
        const bool fine = c.status == 200;
        check({"POST", "/v1/webrtc/offer", offer_with(c.members), c.status,
               fine ? R"({"status":"answered"…)" : test::error(c.error)});
    }
}

TEST(OfferOptions, AreInTheLegObjectAndItsRoom) {
    Client client;
    const auto made = client.ask(
        "POST", "/v1/webrtc/offer",
        offer_with(
            R"("room_id":"desk","role":"agent","mute":true,"deaf":true,"accept_dtmf":false,"app_id":"shop")"));
    const auto id = boost::json::value_to<std::string>(made.at("leg_id"));
    const auto leg = client.ask("GET", "/v1/legs/" + id);
    EXPECT_EQ(leg.at("room_id"), "desk");
    EXPECT_EQ(leg.at("role"), "agent");
    EXPECT_EQ(leg.at("muted"), true);
    EXPECT_EQ(leg.at("deaf"), true);
    EXPECT_EQ(leg.at("accept_dtmf"), false);
    const auto room = client.ask("GET", "/v1/rooms/desk");
    EXPECT_EQ(room.at("app_id"), "shop");
    EXPECT_EQ(room.at("participants").as_array().size(), 1U);
}

TEST(OfferOptions, ARefusedOfferMakesNoRoom) {
    Client client;
    const std::string bad = R"({"room_id":"desk","sdp":"hello"})";
    EXPECT_EQ(client.send("POST", "/v1/webrtc/offer", bad).status, Status::bad_request);
    EXPECT_EQ(client.send("GET", "/v1/rooms/desk").status, Status::not_found);
    EXPECT_EQ(client.world.story(), "");
}

TEST(RoomObject, NamesThoseWhoSpeak) {
    Client client;
    std::vector<LegId> legs;
    for (int i = 0; i < 3; ++i) {
        const auto made =
            client.ask("POST", "/v1/webrtc/offer", offer_with(R"("room_id":"desk","speech_detection":true)"));
        legs.emplace_back(boost::json::value_to<std::string>(made.at("leg_id")));
    }
    const auto speaking = [&] {
        return boost::json::serialize(client.ask("GET", "/v1/rooms/desk").at("speaking"));
    };
    EXPECT_EQ(speaking(), "[]");
    for (const LegId& leg : {legs[0], legs[2]}) client.world.engine_says(engine::SpeakingChanged{leg, true});
    EXPECT_EQ(speaking(), "[" + json_text(legs[0].value) + "," + json_text(legs[2].value) + "]");
    client.send("POST", "/v1/legs/" + legs[0].value + "/mute");
    EXPECT_EQ(speaking(), "[" + json_text(legs[2].value) + "]") << "a muted leg does not speak";
    client.send("DELETE", "/v1/rooms/desk/legs/" + legs[2].value);
    EXPECT_EQ(speaking(), "[]");
}

}  // namespace
}  // namespace legroom::api
