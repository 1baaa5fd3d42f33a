// Playbacks over the API, one line a case: the routes, their statuses and texts.
#include <boost/json/value_to.hpp>
#include <gtest/gtest.h>

#include "call/limits.hpp"

#include "api/route_test_case.hpp"

namespace legroom::api {
namespace {

using test::error;
using test::RouteCase;
using test::Stage;
using test::status;

const std::string kPlaying = R"({"playback_id":"pb-…)";

class PlaybackRoutes : public testing::TestWithParam<RouteCase> {};

TEST_P(PlaybackRoutes, AnswerAsTheContractSays) { check(GetParam()); }

std::vector<RouteCase> playback_cases() {
    const std::string bad_json = error("invalid JSON");
    const std::string no_leg = error("leg not found");
    const std::string neither = error("url or tone is required");
    const std::string volume = error("invalid volume: must be from -8 to 8");
    return {
        {"POST", "/v1/legs/$L/play", R"({"tone":"us_ringback"})", 200, kPlaying},
        {"POST", "/v1/legs/$L/play", R"({"tone":"no such tone","url":""})", 200, kPlaying},
        {"POST", "/v1/legs/$L/play",
         R"({"url":"https://a/b.mp3","mime_type":"audio/mpeg","repeat":-1,"volume":-8,"tone":null})", 200,
         kPlaying},
        {"POST", "/v1/legs/$M/play", R"({"url":"gopher://a","repeat":9223372036854775807,"volume":8})", 200,
         kPlaying},
        {"POST", "/v1/rooms/full/play", R"({"tone":"busy"})", 200, kPlaying},
        {"POST", "/v1/legs/$L/play", "", 400, bad_json},
        {"POST", "/v1/legs/$L/play", "[]", 400, bad_json},
        {"POST", "/v1/legs/$L/play", R"({"tone":1})", 400, bad_json},
        {"POST", "/v1/legs/$L/play", R"({"url":true})", 400, bad_json},
        {"POST", "/v1/legs/$L/play", R"({"tone":"busy","mime_type":1})", 400, bad_json},
        {"POST", "/v1/legs/$L/play", R"({"tone":"busy","volume":1.5})", 400, bad_json},
        {"POST", "/v1/legs/$L/play", R"({"tone":"busy","volume":"1"})", 400, bad_json},
        {"POST", "/v1/legs/$L/play", R"({"tone":"busy","repeat":1e3})", 400, bad_json},
        {"POST", "/v1/legs/$L/play", "{}", 400, neither},
        {"POST", "/v1/legs/$L/play", "null", 400, neither},
        {"POST", "/v1/legs/$L/play", R"({"url":"","tone":""})", 400, neither},
        {"POST", "/v1/legs/$L/play", R"({"url":"http://a","tone":"busy"})", 400,
         error("url and tone are mutually exclusive")},
        {"POST", "/v1/legs/$L/play", R"({"tone":"busy","volume":9})", 400, volume},
        {"POST", "/v1/legs/$L/play", R"({"tone":"busy","volume":-9})", 400, volume},
        {"POST", "/v1/legs/$L/play", R"({"url":")" + std::string(4097, 'u') + R"("})", 400,
         error("url too long: at most 4096 bytes")},
        {"POST", "/v1/legs/$L/play", R"({"url":"u","mime_type":")" + std::string(257, 'm') + R"("})", 400,
         error("mime_type too long: at most 256 bytes")},
        {"POST", "/v1/rooms/empty/play", R"({"tone":"busy"})", 409, error("room has no participants")},
        {"GET", "/v1/legs/$L/play", "", 405, error("method not allowed")},

        // In the contract's order: JSON, lookup, fields, state.
        {"POST", "/v1/legs/nobody/play", "{", 400, bad_json},
        {"POST", "/v1/legs/nobody/play", "{}", 404, no_leg},
        {"POST", "/v1/rooms/nowhere/play", "{}", 404, error("room not found")},
        {"POST", "/v1/rooms/empty/play", "{}", 400, neither},

        {"PATCH", "/v1/legs/nobody/play/pb-0", R"({"volume":"x"})", 400, bad_json},
        {"PATCH", "/v1/legs/nobody/play/pb-0", "", 400, bad_json},
        {"PATCH", "/v1/legs/nobody/play/pb-0", R"({"volume":9})", 400, volume},
        {"PATCH", "/v1/legs/nobody/play/pb-0", R"({"volume":8})", 404, no_leg},
        {"PATCH", "/v1/legs/$L/play/pb-0", R"({"volume":8})", 404, error("playback not found")},
        {"PATCH", "/v1/rooms/full/play/pb-0", R"({"volume":9})", 400, volume},
        {"PATCH", "/v1/rooms/full/play/pb-0", "{}", 404, error("playback not found")},
        {"PATCH", "/v1/rooms/nowhere/play/pb-0", "{}", 404, error("room not found")},
        {"DELETE", "/v1/legs/$L/play/pb-0", "", 404, error("no playback in progress")},
        {"DELETE", "/v1/legs/nobody/play/pb-0", "", 404, error("no playback in progress")},
        {"DELETE", "/v1/rooms/full/play/pb-0", "", 404, error("no playback in progress")},
        {"POST", "/v1/legs/$L/play/pb-0", "", 405, error("method not allowed")},
    };
}

INSTANTIATE_TEST_SUITE_P(All, PlaybackRoutes, testing::ValuesIn(playback_cases()));

TEST(Playback, IsStartedTurnedAndStopped) {
    for (const std::string target : {"/v1/legs/$L", "/v1/rooms/full"}) {
        Stage stage;
        const std::string path = stage.fill(target) + "/play";
        const auto started = stage.client.ask("POST", path, R"({"tone":"busy"})");
        EXPECT_EQ(started.at("status"), "playing");
        const std::string one = path + "/" + boost::json::value_to<std::string>(started.at("playback_id"));
        check(stage, {"PATCH", one.c_str(), R"({"volume":-3})", 200, status("ok")});
        check(stage, {"PATCH", one.c_str(), "{}", 200, status("ok")});
        check(stage, {"DELETE", one.c_str(), "ignored", 200, status("stopped")});
        check(stage, {"DELETE", one.c_str(), "", 404, error("no playback in progress")});
    }
}

TEST(Playback, ABoundedNumberIsTaken) {
    for (const std::string target : {"/v1/legs/$L/play", "/v1/rooms/full/play"}) {
        Stage stage;
        const std::string path = stage.fill(target);
        for (std::size_t i = 0; i < engine::kMaxPlaybacksPerTarget; ++i)
            ASSERT_EQ(stage.client.send("POST", path, R"({"tone":"busy"})").status, Status::ok);
        check(stage, {"POST", path.c_str(), R"({"tone":"busy"})", 503,
                      error("too many playbacks: at most 16 to a leg or room, 2000 in all")});
    }
}

TEST(Playback, ABoundedNumberOfSoundsByUrlIsTaken) {
    Stage stage;
    for (std::size_t i = 0; i < call::kMaxFilePlaybacks; ++i) {
        const std::string path = "/v1/legs/" + stage.client.world.add_leg().value + "/play";
        ASSERT_EQ(stage.client.send("POST", path, R"({"url":"http://a"})").status, Status::ok);
    }
    const std::string path = stage.fill("/v1/legs/$L/play");
    check(stage, {"POST", path.c_str(), R"({"url":"http://a"})", 503,
                  error("too many sounds are played by URL: at most 100 in all; tones do not count")});
    EXPECT_EQ(stage.client.send("POST", path, R"({"tone":"busy"})").status, Status::ok);
}

TEST(Playback, NothingIsPlayedToOneWhoOnlyPublishes) {
    Stage stage;
    auto& world = stage.client.world;
    const auto leg =
        world.legs.create(world.now, call::test::plain_offer(), {}, {call::Purpose::publish, RoomId{"full"}});
    const std::string path = "/v1/legs/" + leg->id.value + "/play";
    check(stage, {"POST", path.c_str(), R"({"tone":"busy"})", 409, error("leg has no audio writer")});
}

}  // namespace
}  // namespace legroom::api
