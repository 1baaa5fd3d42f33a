#include "api/render.hpp"

#include <boost/json/array.hpp>

#include "base/units.hpp"

namespace legroom::api {
namespace json = boost::json;
namespace {

void add_unless_empty(json::object& object, const char* name, const std::string& text) {
    if (!text.empty()) object[name] = text;
}

/// Boost.JSON writes 6.0 as 6E0.
json::value number(double value) {
    const auto whole = static_cast<std::int64_t>(value);
    return static_cast<double>(whole) == value ? json::value(whole) : json::value(value);
}

json::object texts(const std::map<std::string, std::string>& all) {
    json::object object;
    for (const auto& [name, text] : all) object[name] = text;
    return object;
}

json::object render(const call::CandidateLine& candidate) {
    return {{"candidate", candidate.line},
            {"sdpMid", candidate.mid},
            {"sdpMLineIndex", candidate.mline_index},
            {"usernameFragment", candidate.ufrag}};
}

}  // namespace

json::object render(const call::Leg& leg) {
    // Every leg is a WebRTC leg so far, and those are connected from their creation on (contract 01).
    json::object object{{"id", leg.id.value}, {"type", "webrtc"}, {"state", "connected"}};
    const auto connection = call::to_string(leg.connection);
    object["connection"] = json::string_view{connection.data(), connection.size()};
    if (leg.room) object["room_id"] = leg.room->value;
    object["muted"] = leg.muted;
    object["deaf"] = leg.deaf;
    object["accept_dtmf"] = leg.accept_dtmf;
    object["held"] = false;  // SIP only
    object["gain_db"] = number(leg.gain_db);
    add_unless_empty(object, "role", leg.role);
    add_unless_empty(object, "app_id", leg.app_id);
    if (!leg.headers.empty()) object["headers"] = texts(leg.headers);
    return object;
}

json::object render(const call::Room& room, const call::LegService& legs) {
    json::array participants;
    json::array speaking;
    for (const LegId& member : room.members) {
        const auto* leg = legs.find(member);
        if (leg == nullptr) continue;
        participants.push_back(render(*leg));
        if (leg->speaking) speaking.emplace_back(member.value);
    }
    json::object object{{"id", room.id.value}};
    add_unless_empty(object, "app_id", room.app_id);
    object["sample_rate"] = hz(room.rate);
    object["participants"] = std::move(participants);
    object["speaking"] = std::move(speaking);
    return object;
}

json::object render(const call::Drained& drained) {
    json::array candidates;
    for (const auto& candidate : drained.candidates) candidates.push_back(render(candidate));
    return {{"status", drained.done ? "complete" : "gathering"},
            {"candidates", std::move(candidates)},
            {"done", drained.done}};
}

json::object render(const call::RoutingMatrix& matrix) {
    json::object rows;
    for (const auto& [listener, sources] : matrix)
        rows[listener] = json::array(sources.begin(), sources.end());
    return rows;
}

json::object render(const call::BridgeView& bridge) {
    return {{"id", bridge.id.value},
            {"room_id", bridge.peer.value},
            {"direction", json::string_view{bridge.direction.data(), bridge.direction.size()}},
            {"sample_rate", hz(bridge.rate)}};
}

json::object render(const call::Joined& joined) {
    const auto* moved = std::get_if<call::Moved>(&joined);
    if (moved == nullptr) return {{"status", "added"}};
    return {{"status", "moved"}, {"from", moved->from.value}, {"to", moved->to.value}};
}

void add_recording(const call::RecordingFinished& recording, boost::json::object& object) {
    const auto milliseconds = [](Duration time) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    };
    object["file"] = recording.file;
    if (!recording.multi_channel_file.empty()) object["multi_channel_file"] = recording.multi_channel_file;
    boost::json::object channels;
    for (const call::RecordedTrack& track : recording.tracks) {
        channels[track.leg.value] = boost::json::object{{"channel", track.channel},
                                                        {"start_ms", milliseconds(track.start)},
                                                        {"end_ms", milliseconds(track.end)}};
    }
    if (!channels.empty()) object["channels"] = std::move(channels);
    boost::json::array omitted;
    for (const LegId& leg : recording.omitted) omitted.emplace_back(leg.value);
    if (!omitted.empty()) object["omitted_legs"] = std::move(omitted);
}

}  // namespace legroom::api
