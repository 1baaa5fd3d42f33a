// Roles, gain, routing and bridges over HTTP: every route, status and text, one line a case.
#include <gtest/gtest.h>

#include "api/api_test_client.hpp"
#include "api/route_test_case.hpp"

namespace legroom::api {
namespace {

using call::test::plain_offer;
using test::check;
using test::error;
using test::json_text;
using test::RouteCase;
using test::Stage;
using test::status;

const std::string kMalformed = error("invalid JSON");
const std::string kNoRoom = error("room not found");
const std::string kLongRole = std::string(257, 'x');
const std::string kRoleTooLong = error("role too long: at most 256 bytes");

/// A leg object, from `held` on.
std::string leg_with(const std::string& rest) {
    return R"({"id":"$L","type":"webrtc","state":"connected","connection":"connecting","muted":false,"deaf":false,"accept_dtmf":true,"held":false,)" +
           rest + "}";
}

TEST(RoomsRoutes, Roles) {
    const char* target = "/v1/legs/$L/role";
    const RouteCase cases[] = {
        {"PATCH", target, R"({"role":"agent"})", 200, leg_with(R"("gain_db":0,"role":"agent")")},
        {"PATCH", target, R"({"role":""})", 200, leg_with(R"("gain_db":0)")},
        {"PATCH", target, R"({"role":null})", 200, leg_with(R"("gain_db":0)")},
        {"PATCH", target, "{}", 200, leg_with(R"("gain_db":0)")},
        {"PATCH", target, R"({"role":7})", 400, kMalformed},
        {"PATCH", target, "", 400, kMalformed},
        {"PATCH", target, "{", 400, kMalformed},
        {"PATCH", target, R"({"role":")" + kLongRole + R"("})", 400, kRoleTooLong},
        {"PATCH", "/v1/legs/nobody/role", R"({"role":"agent"})", 404, error("leg not found")},
        {"PATCH", "/v1/legs/nobody/role", "{", 400, kMalformed},
        {"POST", target, R"({"role":"agent"})", 405, error("method not allowed")},
        {"POST", "/v1/webrtc/offer", R"({"role":7,"sdp":)" + json_text(plain_offer()) + "}", 400, kMalformed},
        {"POST", "/v1/webrtc/offer",
         R"({"role":")" + kLongRole + R"(","sdp":)" + json_text(plain_offer()) + "}", 400, kRoleTooLong},
    };
    for (const RouteCase& c : cases) check(c);
}

TEST(RoomsRoutes, AnOfferBringsItsRole) {
    Stage stage;
    const auto answer = stage.client.ask("POST", "/v1/webrtc/offer",
                                         R"({"role":"agent","sdp":)" + json_text(plain_offer()) + "}");
    const std::string leg{answer.at("leg_id").as_string()};
    EXPECT_EQ(stage.client.ask("GET", "/v1/legs/" + leg).at("role").as_string(), "agent");
    EXPECT_EQ(stage.client.world.sent<engine::CreateLeg>().back().role, "agent");
}

TEST(RoomsRoutes, Gain) {
    const char* target = "/v1/legs/$L";
    const std::string range = error("invalid gain_db: must be from -40 to 20");
    const RouteCase cases[] = {
        {"PATCH", target, R"({"gain_db":6})", 200, leg_with(R"("gain_db":6)")},
        {"PATCH", target, R"({"gain_db":-40})", 200, leg_with(R"("gain_db":-40)")},
        {"PATCH", target, R"({"gain_db":20.0})", 200, leg_with(R"("gain_db":20)")},
        {"PATCH", target, R"({"gain_db":-0})", 200, leg_with(R"("gain_db":0)")},
        {"PATCH", target, R"({"gain_db":-2.5})", 200, leg_with(R"("gain_db":-2.5E0)")},
        {"PATCH", target, "{}", 200, leg_with(R"("gain_db":0)")},
        {"PATCH", target, R"({"gain_db":null,"other":1})", 200, leg_with(R"("gain_db":0)")},
        {"PATCH", target, R"({"gain_db":20.001})", 400, range},
        {"PATCH", target, R"({"gain_db":-40.001})", 400, range},
        {"PATCH", target, R"({"gain_db":1e999})", 400, range},
        {"PATCH", target, R"({"gain_db":99999999999999999999})", 400, range},
        {"PATCH", target, R"({"gain_db":"6"})", 400, kMalformed},
        {"PATCH", target, R"({"gain_db":true})", 400, kMalformed},
        {"PATCH", target, "", 400, kMalformed},
        {"PATCH", "/v1/legs/nobody", R"({"gain_db":99})", 404, error("leg not found")},
        {"PATCH", "/v1/legs/nobody", "{}", 404, error("leg not found")},
        {"PATCH", "/v1/legs/nobody", "[", 400, kMalformed},
    };
    for (const RouteCase& c : cases) check(c);
}

std::string matrix(const std::string& rows) { return R"({"matrix":)" + rows + "}"; }
std::string updates(const std::string& list) { return R"({"updates":)" + list + "}"; }

/// A matrix of that many rows or, in one row, sources.
std::string wide_matrix(std::size_t rows, std::size_t sources) {
    std::string text = "{";
    for (std::size_t row = 0; row < rows; ++row) {
        text += (row == 0 ? "\"" : ",\"") + std::to_string(row) + "\":[";
        for (std::size_t i = 0; row == 0 && i < sources; ++i)
            text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\"";
        text += "]";
    }
    return matrix(text + "}");
}

TEST(RoomsRoutes, Routing) {
    const char* target = "/v1/rooms/full/routing";
    const std::string too_large =
        error("routing matrix too large: at most 64 rows, 62 different sources, 32768 bytes of roles");
    const std::string centre =
        R"({"agent":["customer","supervisor"],"customer":["agent"],"supervisor":["agent","customer"]})";
    std::string many;
    for (int i = 0; i < 65; ++i)
        many += (i == 0 ? "" : ",") + std::string{R"({"listener_role":"a","sources":[]})"};
    const RouteCase cases[] = {
        {"GET", target, "", 200, matrix("{}")},
        {"GET", "/v1/rooms/none/routing", "", 404, kNoRoom},
        {"PUT", target, matrix(centre), 200, matrix(centre)},
        {"PUT", target, matrix(R"({"a":[],"b":["x","x"],"c":null})"), 200, matrix(R"({"a":[],"b":["x"]})")},
        {"PUT", target, "{}", 200, matrix("{}")},
        {"PUT", target, matrix("null"), 200, matrix("{}")},
        {"PUT", target, matrix("{}"), 200, matrix("{}")},
        {"PUT", target, "", 400, kMalformed},
        {"PUT", target, "{", 400, kMalformed},
        {"PUT", target, matrix("[]"), 400, kMalformed},
        {"PUT", target, matrix(R"({"a":"b"})"), 400, kMalformed},
        {"PUT", target, matrix(R"({"a":[1]})"), 400, kMalformed},
        {"PUT", target, matrix(R"({"a":[null]})"), 400, kMalformed},
        {"PUT", target, wide_matrix(64, 62), 200, "…"},
        {"PUT", target, wide_matrix(65, 0), 400, too_large},
        {"PUT", target, wide_matrix(1, 63), 400, too_large},
        {"PUT", target, matrix(R"({")" + kLongRole + R"(":[]})"), 400, kRoleTooLong},
        {"PUT", target, matrix(R"({"a":[")" + kLongRole + R"("]})"), 400, kRoleTooLong},
        {"PUT", "/v1/rooms/none/routing", matrix("{}"), 404, kNoRoom},
        {"PUT", "/v1/rooms/none/routing", "{", 400, kMalformed},
        {"PATCH", target,
         updates(R"([{"listener_role":"a","sources":["b","a"]},{"listener_role":"c","sources":[]}])"), 200,
         matrix(R"({"a":["a","b"],"c":[]})")},
        {"PATCH", target,
         updates(R"([{"listener_role":"a","sources":[]},{"listener_role":"a","sources":null}])"), 200,
         matrix("{}")},
        {"PATCH", target, updates(R"([{"listener_role":"unknown"}])"), 200, matrix("{}")},
        {"PATCH", target, updates("[]"), 200, matrix("{}")},
        {"PATCH", target, "{}", 200, matrix("{}")},
        {"PATCH", target, "", 400, kMalformed},
        {"PATCH", target, updates("{}"), 400, kMalformed},
        {"PATCH", target, updates("[1]"), 400, kMalformed},
        {"PATCH", target, updates(R"([{"listener_role":1}])"), 400, kMalformed},
        {"PATCH", target, updates(R"([{"listener_role":"a","sources":"b"}])"), 400, kMalformed},
        {"PATCH", target, updates(R"([{"listener_role":"a","sources":[0]}])"), 400, kMalformed},
        {"PATCH", target, updates(R"([{"sources":[]}])"), 400, error("listener_role is required")},
        {"PATCH", target, updates("[" + many + "]"), 400, error("too many updates: at most 64")},
        {"PATCH", target, updates(R"([{"listener_role":")" + kLongRole + R"(","sources":[]}])"), 400,
         kRoleTooLong},
        {"PATCH", "/v1/rooms/none/routing", "{}", 404, kNoRoom},
        {"POST", target, "{}", 405, error("method not allowed")},
    };
    for (const RouteCase& c : cases) check(c);
}

TEST(RoomsRoutes, ARefusedUpdateChangesNoRow) {
    Stage stage;
    const char* target = "/v1/rooms/full/routing";
    check(stage, {"PUT", target, matrix(R"({"a":["b"]})"), 200, "…"});
    check(stage, {"PATCH", target, updates(R"([{"listener_role":"a"},{"sources":[]}])"), 400, "…"});
    check(stage, {"GET", target, "", 200, matrix(R"({"a":["b"]})")});
}

/// Beside the Stage's: rooms "peer" and "other" of full's rate, and from full to peer the bridge "up".
struct Bridged : Stage {
    explicit Bridged(const std::string& direction = "send") {
        client.send("POST", "/v1/rooms", R"({"id":"peer"})");
        client.send("POST", "/v1/rooms", R"({"id":"other"})");
        client.send("POST", "/v1/rooms/full/bridges",
                    R"({"room_id":"peer","id":"up","direction":")" + direction + R"("})");
    }
};

std::string bridge(const std::string& peer, const std::string& direction) {
    return R"({"id":"up","room_id":")" + peer + R"(","direction":")" + direction +
           R"(","sample_rate":16000})";
}

TEST(RoomsRoutes, MakingBridges) {
    const char* target = "/v1/rooms/full/bridges";
    const std::string direction = error("invalid direction: must be bidirectional, send, receive, or none");
    const RouteCase cases[] = {
        {"POST", target, R"({"room_id":"other"})", 201, R"({"id":"…)"},
        {"POST", target, R"({"room_id":"other","id":"","direction":""})", 201, R"({"id":"…)"},
        {"POST", target, R"({"room_id":"other","id":"b"})", 201,
         R"({"id":"b","room_id":"other","direction":"bidirectional","sample_rate":16000})"},
        {"POST", target, R"({"room_id":"other","id":"b","direction":"none"})", 201,
         R"({"id":"b","room_id":"other","direction":"none","sample_rate":16000})"},
        {"POST", target, "", 400, kMalformed},
        {"POST", target, "{", 400, kMalformed},
        {"POST", target, R"({"room_id":1})", 400, kMalformed},
        {"POST", target, R"({"room_id":"other","id":1})", 400, kMalformed},
        {"POST", target, R"({"room_id":"other","direction":1})", 400, kMalformed},
        {"POST", target, "{}", 400, error("room_id is required")},
        {"POST", target, R"({"room_id":""})", 400, error("room_id is required")},
        {"POST", target, R"({"room_id":"other","direction":"both"})", 400, direction},
        {"POST", target, R"({"room_id":"other","direction":"a_to_b"})", 400, direction},
        {"POST", target, R"({"room_id":"full"})", 400, error("cannot bridge a room to itself")},
        {"POST", target, R"({"room_id":"empty"})", 400,
         error("sample rate mismatch: both rooms must have the same")},
        {"POST", target, R"({"room_id":"other","id":")" + std::string(257, 'x') + R"("})", 400,
         error("bridge id too long: at most 256 bytes")},
        {"POST", target, R"({"room_id":"none"})", 404, kNoRoom},
        {"POST", "/v1/rooms/none/bridges", R"({"room_id":"full"})", 404, kNoRoom},
        {"POST", "/v1/rooms/none/bridges", "{}", 404, kNoRoom},
        {"POST", "/v1/rooms/none/bridges", "", 400, kMalformed},
        {"POST", target, R"({"room_id":"peer"})", 409, error("rooms are already bridged")},
        {"POST", "/v1/rooms/peer/bridges", R"({"room_id":"full"})", 409, error("rooms are already bridged")},
        {"POST", target, R"({"room_id":"other","id":"up"})", 409, error("bridge up already exists")},
    };
    for (const RouteCase& c : cases) {
        Bridged stage;
        check(stage, c);
    }
}

TEST(RoomsRoutes, Bridges) {
    const std::string none = error("bridge not found");
    const RouteCase cases[] = {
        {"GET", "/v1/rooms/full/bridges", "", 200, "[" + bridge("peer", "send") + "]"},
        {"GET", "/v1/rooms/peer/bridges", "", 200, "[" + bridge("full", "receive") + "]"},
        {"GET", "/v1/rooms/other/bridges", "", 200, "[]"},
        {"GET", "/v1/rooms/none/bridges", "", 404, kNoRoom},
        {"GET", "/v1/rooms/full/bridges/up", "", 200, bridge("peer", "send")},
        {"GET", "/v1/rooms/peer/bridges/up", "", 200, bridge("full", "receive")},
        {"GET", "/v1/rooms/other/bridges/up", "", 404, none},
        {"GET", "/v1/rooms/full/bridges/down", "", 404, none},
        {"GET", "/v1/rooms/none/bridges/up", "", 404, kNoRoom},
        {"PATCH", "/v1/rooms/full/bridges/up", R"({"direction":"receive"})", 200, bridge("peer", "receive")},
        {"PATCH", "/v1/rooms/peer/bridges/up", R"({"direction":"receive"})", 200, bridge("full", "receive")},
        {"PATCH", "/v1/rooms/full/bridges/up", R"({"direction":"none"})", 200, bridge("peer", "none")},
        {"PATCH", "/v1/rooms/full/bridges/up", R"({"direction":"up"})", 400,
         error("invalid direction: must be bidirectional, send, receive, or none")},
        {"PATCH", "/v1/rooms/full/bridges/up", "{}", 400,
         error("invalid direction: must be bidirectional, send, receive, or none")},
        {"PATCH", "/v1/rooms/full/bridges/up", R"({"direction":1})", 400, kMalformed},
        {"PATCH", "/v1/rooms/full/bridges/up", "", 400, kMalformed},
        {"PATCH", "/v1/rooms/other/bridges/up", R"({"direction":"none"})", 404, none},
        {"PATCH", "/v1/rooms/none/bridges/up", R"({"direction":"none"})", 404, kNoRoom},
        {"DELETE", "/v1/rooms/full/bridges/up", "", 200, status("deleted")},
        {"DELETE", "/v1/rooms/peer/bridges/up", "", 200, status("deleted")},
        {"DELETE", "/v1/rooms/other/bridges/up", "", 404, none},
        {"DELETE", "/v1/rooms/full/bridges/down", "", 404, none},
        {"DELETE", "/v1/rooms/none/bridges/up", "", 404, kNoRoom},
    };
    for (const RouteCase& c : cases) {
        Bridged stage;
        check(stage, c);
    }
}

TEST(RoomsRoutes, ADirectionTurnedFromTheOtherSideIsSeenFromBoth) {
    const std::pair<const char*, const char*> seen[] = {
        {"bidirectional", "bidirectional"}, {"send", "receive"}, {"receive", "send"}, {"none", "none"}};
    for (const auto& [at_peer, at_full] : seen) {
        Bridged stage{"none"};
        check(stage, {"PATCH", "/v1/rooms/peer/bridges/up",
                      std::string{R"({"direction":")"} + at_peer + R"("})", 200, bridge("full", at_peer)});
        check(stage, {"GET", "/v1/rooms/full/bridges/up", "", 200, bridge("peer", at_full)});
    }
}

TEST(RoomsRoutes, ABridgeGoesWithEitherOfItsRooms) {
    for (const auto& [gone, left] : {std::pair{"full", "peer"}, std::pair{"peer", "full"}}) {
        Bridged stage;
        const std::string at_left = std::string{"/v1/rooms/"} + left + "/bridges";
        check(stage,
              {"DELETE", gone == std::string{"full"} ? "/v1/rooms/full" : "/v1/rooms/peer", "", 200, "…"});
        EXPECT_EQ(stage.client.send("GET", at_left).body, "[]\n");
        EXPECT_EQ(stage.client.send("GET", at_left + "/up").status, Status::not_found);
    }
}

}  // namespace
}  // namespace legroom::api
