#include "vsi/commands.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "api/json_body.hpp"

namespace legroom::vsi {
namespace {

using Place = Command::Place;
using enum Command::Body;

constexpr Place kLeg{"id", "leg"};
constexpr Place kRoom{"id", "room"};
constexpr Place kItsRoom{"room_id", "room"};
constexpr Place kPlayback{"playback_id", "playback"};
constexpr Place kBridge{"bridge_id", "bridge"};

constexpr Command kCommands[] = {
    {"list_legs", "GET", "/v1/legs"},
    {"get_leg", "GET", "/v1/legs/{leg}", {kLeg}},
    {"delete_leg", "DELETE", "/v1/legs/{leg}", {kLeg}, payload},
    {"mute_leg", "POST", "/v1/legs/{leg}/mute", {kLeg}},
    {"unmute_leg", "DELETE", "/v1/legs/{leg}/mute", {kLeg}},
    {"deaf_leg", "POST", "/v1/legs/{leg}/deaf", {kLeg}},
    {"undeaf_leg", "DELETE", "/v1/legs/{leg}/deaf", {kLeg}},
    {"set_leg_role", "PATCH", "/v1/legs/{leg}/role", {Place{"leg_id", "leg"}}, payload},
    {"send_leg_dtmf", "POST", "/v1/legs/{leg}/dtmf", {kLeg}, payload},
    {"accept_leg_dtmf", "POST", "/v1/legs/{leg}/dtmf/accept", {kLeg}},
    {"reject_leg_dtmf", "POST", "/v1/legs/{leg}/dtmf/reject", {kLeg}},

    {"leg_play_start", "POST", "/v1/legs/{leg}/play", {kLeg}, payload},
    {"leg_play_volume", "PATCH", "/v1/legs/{leg}/play/{playback}", {kLeg, kPlayback}, payload},
    {"leg_play_stop", "DELETE", "/v1/legs/{leg}/play/{playback}", {kLeg, kPlayback}},
    {"leg_record_start", "POST", "/v1/legs/{leg}/record", {kLeg}, payload},
    {"leg_record_stop", "DELETE", "/v1/legs/{leg}/record", {kLeg}},
    {"leg_record_pause", "POST", "/v1/legs/{leg}/record/pause", {kLeg}},
    {"leg_record_resume", "POST", "/v1/legs/{leg}/record/resume", {kLeg}},

    {"webrtc_offer", "POST", "/v1/webrtc/offer", {}, payload, "{push_candidates?: boolean}"},
    {"webrtc_add_candidate",
     "POST",
     "/v1/legs/{leg}/ice-candidates",
     {kLeg},
     candidate,
     "{candidate?: Candidate}"},
    {"webrtc_get_candidates", "GET", "/v1/legs/{leg}/ice-candidates", {kLeg}},

    {"list_rooms", "GET", "/v1/rooms"},
    {"get_room", "GET", "/v1/rooms/{room}", {kRoom}},
    {"create_room", "POST", "/v1/rooms", {}, payload},
    {"delete_room", "DELETE", "/v1/rooms/{room}", {kRoom}},
    {"add_leg_to_room", "POST", "/v1/rooms/{room}/legs", {Place{"room_id", "room"}}, payload},
    {"remove_leg_from_room",
     "DELETE",
     "/v1/rooms/{room}/legs/{leg}",
     {Place{"room_id", "room"}, Place{"leg_id", "leg"}}},
    {"room_play_start", "POST", "/v1/rooms/{room}/play", {kRoom}, payload},
    {"room_play_volume", "PATCH", "/v1/rooms/{room}/play/{playback}", {kRoom, kPlayback}, payload},
    {"room_play_stop", "DELETE", "/v1/rooms/{room}/play/{playback}", {kRoom, kPlayback}},
    {"room_record_start", "POST", "/v1/rooms/{room}/record", {kRoom}, payload},
    {"room_record_stop", "DELETE", "/v1/rooms/{room}/record", {kRoom}},
    {"room_record_pause", "POST", "/v1/rooms/{room}/record/pause", {kRoom}},
    {"room_record_resume", "POST", "/v1/rooms/{room}/record/resume", {kRoom}},
    {"room_routing_get", "GET", "/v1/rooms/{room}/routing", {kRoom}},
    {"room_routing_set", "PUT", "/v1/rooms/{room}/routing", {kItsRoom}, payload},
    {"room_routing_update", "PATCH", "/v1/rooms/{room}/routing", {kItsRoom}, payload},
    {"bridge_create",
     "POST",
     "/v1/rooms/{room}/bridges",
     {kItsRoom},
     bridge,
     "{peer_room_id: string, bridge_id?: string<=256, direction?: Direction | ''}"},
    {"bridge_list", "GET", "/v1/rooms/{room}/bridges", {kItsRoom}},
    {"bridge_get", "GET", "/v1/rooms/{room}/bridges/{bridge}", {kItsRoom, kBridge}},
    {"bridge_update", "PATCH", "/v1/rooms/{room}/bridges/{bridge}", {kItsRoom, kBridge}, payload},
    {"bridge_delete", "DELETE", "/v1/rooms/{room}/bridges/{bridge}", {kItsRoom, kBridge}},
};

/// A room without a name cannot be joined by its path either, and joining would make it.
bool makes_what_it_names(const Command& command, const Place& place) {
    return command.method == "POST" && place.segment == "room";
}

Result<api::Call, std::string> misfit(std::string_view member, const char* what) {
    return {boost::system::in_place_error, std::string{member} + " " + what};
}

/// The members of `POST …/bridges` by the names they have in a command. One that is missing stays null.
boost::json::object new_bridge(const boost::json::object& given) {
    boost::json::object body;
    for (const auto& [from, to] : {std::pair{"peer_room_id", "room_id"}, std::pair{"bridge_id", "id"},
                                   std::pair{"direction", "direction"}}) {
        if (const auto* member = given.if_contains(from)) body[to] = *member;
    }
    return body;
}

std::string body_of(const Command& command, const boost::json::object& given) {
    switch (command.body) {
        case none:
            return {};
        case payload:
            return boost::json::serialize(given);
        case bridge:
            return boost::json::serialize(new_bridge(given));
        case candidate: {
            const auto* one = given.if_contains("candidate");
            return one == nullptr ? "{}" : boost::json::serialize(*one);
        }
    }
    return {};
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

const Command* find_command(std::string_view name) {
    const auto* const found = std::ranges::find(kCommands, name, &Command::name);
    return found == std::end(kCommands) ? nullptr : found;
}

Result<api::Call, std::string> to_call(const Command& command, const boost::json::object& payload) {
    api::Call call{command.method, command.pattern};
    api::Fields fields{payload};
    for (const Place& place : command.places) {
        if (place.member.empty()) continue;
        std::string value = fields.text(place.member);
        if (!fields.ok()) return misfit(place.member, "must be a string");
        if (value.empty() && makes_what_it_names(command, place)) return misfit(place.member, "is required");
        call.path.emplace(place.segment, std::move(value));
    }
    call.body = body_of(command, payload);
    return call;
}

}  // namespace legroom::vsi
