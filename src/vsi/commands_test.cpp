#include "vsi/commands.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>
#include <set>

#include "api/schema.hpp"
#include "vsi/asyncapi.hpp"

#include "api/api_test_client.hpp"
#include "api/pretty_test_json.hpp"
#include "api/schema_test_check.hpp"

namespace legroom::vsi {
namespace {

struct CommandCase {
    const char* name;
    const char* payload;
    const char* call;  ///< Method, pattern, segments and body, or what is wrong.
};

const CommandCase kCommandCases[] = {
    {"list_legs", "{}", "GET /v1/legs"},
    {"list_legs", R"({"id":5})", "GET /v1/legs"},
    {"get_leg", R"({"id":"a/b"})", "GET /v1/legs/{leg} leg=a/b"},
    {"get_leg", "{}", "GET /v1/legs/{leg} leg="},
    {"get_leg", R"({"id":null})", "GET /v1/legs/{leg} leg="},
    {"get_leg", R"({"id":5})", "id must be a string"},
    {"delete_leg", R"({"id":"x","reason":"busy"})",
     R"(DELETE /v1/legs/{leg} leg=x {"id":"x","reason":"busy"})"},
    {"mute_leg", R"({"id":"x"})", "POST /v1/legs/{leg}/mute leg=x"},
    {"unmute_leg", R"({"id":"x"})", "DELETE /v1/legs/{leg}/mute leg=x"},
    {"deaf_leg", R"({"id":"x"})", "POST /v1/legs/{leg}/deaf leg=x"},
    {"undeaf_leg", R"({"id":"x"})", "DELETE /v1/legs/{leg}/deaf leg=x"},
    {"send_leg_dtmf", R"({"id":"x","digits":"12#"})",
     R"(POST /v1/legs/{leg}/dtmf leg=x {"id":"x","digits":"12#"})"},
    {"accept_leg_dtmf", R"({"id":"x"})", "POST /v1/legs/{leg}/dtmf/accept leg=x"},
    {"reject_leg_dtmf", R"({"id":"x"})", "POST /v1/legs/{leg}/dtmf/reject leg=x"},
    {"leg_play_start", R"({"id":"x","tone":"busy"})",
     R"(POST /v1/legs/{leg}/play leg=x {"id":"x","tone":"busy"})"},
    {"leg_play_volume", R"({"id":"x","playback_id":"p","volume":3})",
     R"(PATCH /v1/legs/{leg}/play/{playback} leg=x playback=p {"id":"x","playback_id":"p","volume":3})"},
    {"leg_play_stop", R"({"id":"x","playback_id":"p"})",
     "DELETE /v1/legs/{leg}/play/{playback} leg=x playback=p"},
    {"room_play_start", R"({"id":"r","url":"http://a/b"})",
     R"(POST /v1/rooms/{room}/play room=r {"id":"r","url":"http://a/b"})"},
    {"room_play_start", R"({"tone":"busy"})", "id is required"},
    {"room_play_volume", R"({"id":"r","playback_id":"p","volume":-3})",
     R"(PATCH /v1/rooms/{room}/play/{playback} playback=p room=r {"id":"r","playback_id":"p","volume":-3})"},
    {"room_play_stop", R"({"id":"r","playback_id":"p"})",
     "DELETE /v1/rooms/{room}/play/{playback} playback=p room=r"},
    {"leg_record_start", R"({"id":"x","filename":"a"})",
     R"(POST /v1/legs/{leg}/record leg=x {"id":"x","filename":"a"})"},
    {"leg_record_stop", R"({"id":"x"})", "DELETE /v1/legs/{leg}/record leg=x"},
    {"leg_record_pause", R"({"id":"x"})", "POST /v1/legs/{leg}/record/pause leg=x"},
    {"leg_record_resume", R"({"id":"x"})", "POST /v1/legs/{leg}/record/resume leg=x"},
    {"webrtc_offer", R"({"sdp":"v=0"})", R"(POST /v1/webrtc/offer {"sdp":"v=0"})"},
    {"webrtc_add_candidate", R"({"id":"x","candidate":{"candidate":"c","sdpMLineIndex":0}})",
     R"(POST /v1/legs/{leg}/ice-candidates leg=x {"candidate":"c","sdpMLineIndex":0})"},
    {"webrtc_add_candidate", R"({"id":"x"})", "POST /v1/legs/{leg}/ice-candidates leg=x {}"},
    {"webrtc_get_candidates", R"({"id":"x"})", "GET /v1/legs/{leg}/ice-candidates leg=x"},
    {"list_rooms", "{}", "GET /v1/rooms"},
    {"get_room", R"({"id":"r"})", "GET /v1/rooms/{room} room=r"},
    {"create_room", R"({"id":"r"})", R"(POST /v1/rooms {"id":"r"})"},
    {"delete_room", R"({"id":"r"})", "DELETE /v1/rooms/{room} room=r"},
    {"add_leg_to_room", R"({"room_id":"r","leg_id":"x","mute":true})",
     R"(POST /v1/rooms/{room}/legs room=r {"room_id":"r","leg_id":"x","mute":true})"},
    {"add_leg_to_room", R"({"leg_id":"x"})", "room_id is required"},
    {"remove_leg_from_room", R"({"room_id":"r","leg_id":"x"})",
     "DELETE /v1/rooms/{room}/legs/{leg} leg=x room=r"},
    {"set_leg_role", R"({"leg_id":"x","role":"agent"})",
     R"(PATCH /v1/legs/{leg}/role leg=x {"leg_id":"x","role":"agent"})"},
    {"room_record_start", R"({"id":"x","filename":"a"})",
     R"(POST /v1/rooms/{room}/record room=x {"id":"x","filename":"a"})"},
    {"room_record_stop", R"({"id":"x"})", "DELETE /v1/rooms/{room}/record room=x"},
    {"room_record_pause", R"({"id":"x"})", "POST /v1/rooms/{room}/record/pause room=x"},
    {"room_record_resume", R"({"id":"x"})", "POST /v1/rooms/{room}/record/resume room=x"},
    {"room_routing_get", R"({"id":"r"})", "GET /v1/rooms/{room}/routing room=r"},
    {"room_routing_set", R"({"room_id":"r","matrix":{}})",
     R"(PUT /v1/rooms/{room}/routing room=r {"room_id":"r","matrix":{}})"},
    {"room_routing_update", R"({"room_id":"r","updates":[]})",
     R"(PATCH /v1/rooms/{room}/routing room=r {"room_id":"r","updates":[]})"},
    {"bridge_create", R"({"room_id":"r","peer_room_id":"s","bridge_id":"b","direction":"send"})",
     R"(POST /v1/rooms/{room}/bridges room=r {"room_id":"s","id":"b","direction":"send"})"},
    {"bridge_create", R"({"room_id":"r"})", "POST /v1/rooms/{room}/bridges room=r {}"},
    {"bridge_create", R"({"peer_room_id":"s"})", "room_id is required"},
    {"bridge_list", R"({"room_id":"r"})", "GET /v1/rooms/{room}/bridges room=r"},
    {"bridge_get", R"({"room_id":"r","bridge_id":"b"})",
     "GET /v1/rooms/{room}/bridges/{bridge} bridge=b room=r"},
    {"bridge_update", R"({"room_id":"r","bridge_id":"b","direction":"none"})",
     R"(PATCH /v1/rooms/{room}/bridges/{bridge} bridge=b room=r {"room_id":"r","bridge_id":"b","direction":"none"})"},
    {"bridge_delete", R"({"room_id":"r","bridge_id":"b"})",
     "DELETE /v1/rooms/{room}/bridges/{bridge} bridge=b room=r"},
};

std::string written(const Result<api::Call, std::string>& call) {
    if (!call) return call.error();
    std::string text = std::string{call->method} + " " + std::string{call->pattern};
    for (const auto& [segment, value] : call->path) text += " " + segment + "=" + value;
    return text + (call->body.empty() ? "" : " " + call->body);
}

TEST(Commands, EachBecomesTheCallOfItsRoute) {
    std::set<std::string_view> seen;
    for (const auto& one : kCommandCases) {
        const Command* command = find_command(one.name);
        ASSERT_NE(command, nullptr) << one.name;
        seen.insert(one.name);
        EXPECT_EQ(written(to_call(*command, boost::json::parse(one.payload).as_object())), one.call)
            << one.name;
    }
    EXPECT_EQ(seen.size(), commands().size()) << "a command without a line in the table";
}

/// What names nothing is taken, and answered 404: a description asks for a name.
bool names_nothing(const Result<api::Call, std::string>& call) {
    return call && std::ranges::any_of(call->path, [](const auto& place) { return place.second.empty(); });
}

TEST(Commands, EachTakesWhatIsDescribed) {
    api::test::Client client;
    const boost::json::value document = {{"components", {{"schemas", api::schema_components()}}}};
    const api::test::SchemaCheck check{document, api::test::SchemaCheck::Unnamed::ignored};
    for (const auto& one : kCommandCases) {
        const auto payload = boost::json::parse(one.payload);
        const auto call = to_call(*find_command(one.name), payload.as_object());
        const std::string problem =
            check.misfit(payload, payload_schema(*find_command(one.name), client.api.router().routes()));
        if (names_nothing(call)) continue;
        if (one.name == std::string{"bridge_create"} && call && call->body == "{}") continue;
        EXPECT_EQ(problem.empty(), call.has_value()) << one.name << ' ' << one.payload << ": " << problem;
    }
}

TEST(Commands, AreDescribedInDocs) {
    api::test::Client client;
    api::test::expect_in_docs("asyncapi.json", asyncapi(client.api.router().routes()));
}

TEST(Commands, OtherNamesAreUnknown) {
    for (const char* name : {"", "mute_legs", "MUTE_LEG", "leg_tts"})
        EXPECT_EQ(find_command(name), nullptr) << name;
}

}  // namespace
}  // namespace legroom::vsi
