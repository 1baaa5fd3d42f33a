#include "api/api.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fstream>
#include <gmock/gmock.h>
#include <iterator>
#include <stdexcept>

#include "api/api_test_client.hpp"

namespace legroom::api {
namespace {

using call::test::plain_offer;
using test::Client;
using test::offer_body;
using test::Stage;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// The value of a header, "" when it is not there.
std::string header(const Response& response, std::string_view name) {
    for (const Header& one : response.headers) {
        if (one.name == name) return one.value;
    }
    return "";
}

TEST(Api, LimitsAreAnswered503) {
    Client client{call::LegConfig{.max_legs = 1}, call::RoomConfig{.max_rooms = 1}};
    const auto leg = client.ask("POST", "/v1/webrtc/offer", offer_body(plain_offer()));
    ASSERT_EQ(client.send("POST", "/v1/rooms").status, Status::created);

    const auto second_leg = client.send("POST", "/v1/webrtc/offer", offer_body(plain_offer()));
    EXPECT_EQ(second_leg.status, Status::unavailable);
    EXPECT_THAT(second_leg.body, HasSubstr(R"("error":"too many legs")"));
    const auto second_room = client.send("POST", "/v1/rooms");
    EXPECT_EQ(second_room.status, Status::unavailable);
    EXPECT_THAT(second_room.body, HasSubstr(R"("error":"too many rooms")"));
    const auto join = R"({"leg_id":")" + std::string{leg.at("leg_id").as_string()} + R"("})";
    EXPECT_EQ(client.send("POST", "/v1/rooms/new/legs", join).status, Status::unavailable);

    const auto hopeless = client.send("POST", "/v1/webrtc/offer", R"({"sdp":"x"})");
    EXPECT_EQ(hopeless.status, Status::bad_request) << "what is wrong with the offer comes first";
}

TEST(Api, WithoutALocalAddressThereIsNoConnection) {
    Client client;
    client.world.legs.set_local_candidates({});
    const auto response = client.send("POST", "/v1/webrtc/offer", offer_body(plain_offer()));
    EXPECT_EQ(response.status, Status::internal_error);
    EXPECT_THAT(response.body, HasSubstr(R"("error":"failed to create peer connection")"));
}

TEST(Api, RealOffersBecomeListedLegs) {
    Client client;
    std::size_t count = 0;
    for (const char* name : {"aiortc14", "chromium156", "chromium156-mdns-trickle", "firefox153",
                             "firefox153-mdns", "gstreamer122"}) {
        SCOPED_TRACE(name);
        std::ifstream in(std::string{"tests/data/offers/"} + name + ".sdp", std::ios::binary);
        const std::string offer{std::istreambuf_iterator<char>(in), {}};
        const auto reply = client.ask("POST", "/v1/webrtc/offer", offer_body(offer)).as_object();
        EXPECT_EQ(reply.at("instance_id").as_string(), "here");
        EXPECT_EQ(reply.at("status").as_string(), "answered");
        EXPECT_TRUE(reply.at("sdp").as_string().starts_with("v=0"));
        EXPECT_EQ(client.ask("GET", "/v1/legs").as_array().size(), ++count);
    }
}

TEST(Api, DrainingHandsOutEachCandidateOnce) {
    Client client;
    const std::string target = "/v1/legs/" + client.world.add_leg().value + "/ice-candidates";
    const auto first = client.ask("GET", target);
    ASSERT_EQ(first.at("candidates").as_array().size(), 1U);
    const auto& candidate = first.at("candidates").as_array()[0].as_object();
    EXPECT_TRUE(candidate.at("candidate").as_string().starts_with("candidate:"));
    EXPECT_EQ(candidate.at("sdpMid").as_string(), "0");
    EXPECT_EQ(candidate.at("sdpMLineIndex").as_int64(), 0);
    EXPECT_EQ(candidate.at("usernameFragment").as_string().size(), 8U);
    EXPECT_FALSE(first.at("done").as_bool());

    EXPECT_THAT(client.send("GET", target).body,
                HasSubstr(R"("status":"gathering","candidates":[],"done":false)"));
    client.world.engine_says(engine::GatheringDone{});
    EXPECT_THAT(client.send("GET", target).body,
                HasSubstr(R"("status":"complete","candidates":[],"done":true)"));
}

TEST(Api, IdsArePercentDecodedOnceAndSurviveAnything) {
    Client client;
    ASSERT_EQ(client.send("POST", "/v1/rooms", R"({"id":"a/b%2F c+d?\u0000é"})").status, Status::created);
    EXPECT_EQ(client.send("GET", "/v1/rooms/a%2Fb%252F%20c+d%3F%00%C3%A9").status, Status::ok);
    EXPECT_EQ(client.send("GET", "/v1/rooms/a%2Fb%2F%20c+d%3F%00%C3%A9").status, Status::not_found);

    ASSERT_EQ(client.send("POST", "/v1/rooms", "{\"id\":\"x\xFFy\"}").status, Status::created);
    const auto room = client.send("GET", "/v1/rooms/x%FFy");
    EXPECT_EQ(room.status, Status::ok) << "both spellings become U+FFFD";
    EXPECT_THAT(room.body, HasSubstr("x\xEF\xBF\xBDy"));
}

TEST(Api, EveryResponseCarriesCorsAndObjectsBeginWithInstanceId) {
    Stage stage;
    const Request requests[] = {
        {"POST", "/v1/webrtc/offer", offer_body(plain_offer())},
        {"POST", "/v1/webrtc/offer", ""},
        {"GET", "/v1/legs/$L", ""},
        {"GET", "/v1/legs/$L/ice-candidates", ""},
        {"POST", "/v1/legs/$L/ice-candidates", "{}"},
        {"POST", "/v1/legs/$L/mute", ""},
        {"GET", "/v1/rooms/full", ""},
        {"POST", "/v1/rooms", ""},
        {"POST", "/v1/rooms/empty/legs", R"({"leg_id":"$M"})"},
        {"DELETE", "/v1/legs/$L", ""},
        {"DELETE", "/v1/rooms/empty", ""},
        {"GET", "/v1/nothing", ""},
        {"PUT", "/v1/rooms", ""},
        {"GET", "/%", ""},
        {"POST", "/v1/rooms", std::string(kMaxBodyBytes + 1, 'x')},
        {"GET", "/healthz", ""},
    };
    for (const Request& request : requests) {
        SCOPED_TRACE(request.method + " " + request.target);
        const auto response =
            stage.client.send(request.method, stage.fill(request.target), stage.fill(request.body));
        EXPECT_THAT(response.body, StartsWith(R"({"instance_id":"here",)"));
        EXPECT_THAT(response.body, EndsWith("}\n"));
        EXPECT_EQ(std::count(response.body.begin(), response.body.end(), '\n'), 1);
        EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "*");
        EXPECT_EQ(header(response, "Access-Control-Allow-Methods"), "GET, POST, PUT, PATCH, DELETE, OPTIONS");
        EXPECT_EQ(header(response, "Access-Control-Allow-Headers"), "Content-Type, Authorization");
    }
}

TEST(Api, ArraysCarryNoInstanceId) {
    Stage stage;
    for (const char* target : {"/v1/legs", "/v1/rooms"}) {
        const auto response = stage.client.send("GET", target);
        EXPECT_THAT(response.body, StartsWith("[{\"id\":"));
        EXPECT_THAT(response.body, testing::Not(HasSubstr("instance_id")));
    }
    Client nobody;
    EXPECT_EQ(nobody.send("GET", "/v1/legs").body, "[]\n");
    EXPECT_EQ(nobody.send("GET", "/v1/rooms").body, "[]\n");
}

TEST(Api, ABlankInstanceIdIsLeftOut) {
    Client client{{}, {}, {}};
    EXPECT_EQ(client.send("GET", "/healthz").body, "{\"status\":\"ok\"}\n");
    EXPECT_EQ(client.send("GET", "/x").body, "{\"error\":\"not found\"}\n");
}

TEST(Api, PreflightIsAnsweredOnAnyPath) {
    Client client;
    for (const char* target : {"/v1/legs", "/v1/nothing", "/", "*", "/%zz"}) {
        const auto response = client.send("OPTIONS", target);
        EXPECT_EQ(response.status, Status::no_content) << target;
        EXPECT_EQ(response.body, "");
        EXPECT_EQ(response.content_type, "application/json");
        EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "*");
    }
}

TEST(Api, AllowListsTheMethodsOfThePath) {
    Client client;
    EXPECT_EQ(header(client.send("PUT", "/v1/rooms"), "Allow"), "POST, GET, HEAD, OPTIONS");
    EXPECT_EQ(header(client.send("PUT", "/v1/legs/x/mute"), "Allow"), "POST, DELETE, OPTIONS");
    EXPECT_EQ(header(client.send("PUT", "/v1/legs/x/ice-candidates"), "Allow"), "POST, GET, OPTIONS")
        << "no HEAD where GET drains";
    EXPECT_EQ(header(client.send("POST", "/"), "Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(header(client.send("GET", "/v1/nothing"), "Allow"), "");
}

TEST(Api, ServesThePage) {
    Client client;
    for (const char* target : {"/", "/?room=1"}) {
        const auto page = client.send("GET", target);
        EXPECT_EQ(page.status, Status::ok);
        EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
        EXPECT_EQ(page.body, "<!doctype html>");
        EXPECT_EQ(header(page, "Cache-Control"), "no-cache");
        EXPECT_EQ(header(page, "X-Content-Type-Options"), "nosniff");
    }
    EXPECT_EQ(client.send("HEAD", "/").status, Status::ok);
    EXPECT_EQ(client.send("DELETE", "/").status, Status::method_not_allowed);
    EXPECT_EQ(client.send("GET", "/index.html").status, Status::not_found);
}

TEST(Api, NoAnswerIsKept) {
    Client client;
    EXPECT_EQ(header(client.send("GET", "/v1/legs"), "Cache-Control"), "no-store");
    EXPECT_EQ(header(client.send("GET", "/v1/nothing"), "Cache-Control"), "no-store");
}

TEST(Api, ReadinessIsTheProgramsToSay) {
    auto config = Client::default_config();
    bool ready = false;
    config.ready = [&ready] { return ready; };
    Client client{{}, {}, std::move(config)};
    EXPECT_EQ(client.send("GET", "/readyz").status, Status::unavailable);
    EXPECT_THAT(client.send("GET", "/readyz").body, HasSubstr(R"("error":"not ready")"));
    EXPECT_EQ(client.send("GET", "/healthz").status, Status::ok);
    ready = true;
    EXPECT_EQ(client.send("GET", "/readyz").status, Status::ok);
}

TEST(Api, AnExceptionInsideIsA500) {
    auto config = Client::default_config();
    config.ready = []() -> bool { throw std::runtime_error{"secret detail"}; };
    Client client{{}, {}, std::move(config)};
    const auto response = client.send("GET", "/readyz");
    EXPECT_EQ(response.status, Status::internal_error);
    EXPECT_EQ(response.body, "{\"instance_id\":\"here\",\"error\":\"internal error\"}\n");
}

TEST(Api, GoneAtOnceAfterHangUpAndRoomDeletion) {
    Stage stage;
    const std::string loose = "/v1/legs/" + stage.loose.value;
    EXPECT_EQ(stage.client.send("DELETE", loose).status, Status::accepted);
    for (const char* method : {"GET", "DELETE"}) {
        EXPECT_EQ(stage.client.send(method, loose).status, Status::not_found);
    }
    EXPECT_EQ(stage.client.send("GET", loose + "/ice-candidates").status, Status::not_found);
    EXPECT_EQ(stage.client.send("DELETE", "/v1/rooms/full").status, Status::ok);
    EXPECT_EQ(stage.client.send("GET", "/v1/legs/" + stage.member.value).status, Status::not_found);
    EXPECT_EQ(stage.client.send("GET", "/v1/legs").body, "[]\n");
}

TEST(Api, TheLegObjectShowsWhatWasDone) {
    Stage stage;
    const std::string leg = "/v1/legs/" + stage.loose.value;
    stage.client.send("POST", leg + "/mute");
    stage.client.send("POST", "/v1/rooms/empty/legs",
                      stage.fill(R"({"leg_id":"$L","deaf":true,"accept_dtmf":false,"role":"agent"})"));
    EXPECT_THAT(
        stage.client.send("GET", leg).body,
        EndsWith(
            R"("state":"connected","connection":"connecting","room_id":"empty","muted":true,"deaf":true,"accept_dtmf":false,)"
            R"("held":false,"gain_db":0,"role":"agent"})"
            "\n"));
}

}  // namespace
}  // namespace legroom::api
