#include "api/render_event.hpp"

#include <chrono>
#include <cmath>
#include <variant>

#include "api/render.hpp"
#include "api/render_ice.hpp"

namespace legroom::api {
namespace json = boost::json;
namespace {

json::string_view member_text(std::string_view text) { return {text.data(), text.size()}; }

void add_if_any(json::object& object, const char* name, const std::string& text) {
    if (!text.empty()) object[name] = text;
}

/// Two decimals, as a CDR has them.
double cdr_seconds(Duration time) {
    return std::round(std::chrono::duration<double>(time).count() * 100) / 100;
}

json::object with_rooms(const call::Bridge& bridge) {
    return {{"bridge_id", bridge.id.value}, {"room_a_id", bridge.a.value}, {"room_b_id", bridge.b.value}};
}

void add_all(json::object members, json::object& object) {
    for (auto& member : members) object.insert_or_assign(member.key(), std::move(member.value()));
}

/// The members each kind of event has beside the envelope: contract 04's table, line by line. There is no
/// line for "all others", so that a new kind has to get its own.
struct AddMembers {
    json::object& object;

    void operator()(const call::LegConnected&) const { object["leg_type"] = "webrtc"; }
    void operator()(const call::LegInterrupted& what) const {
        object["reconnect_grace"] = std::chrono::duration_cast<std::chrono::seconds>(what.grace).count();
    }
    void operator()(const call::LegResumed&) const {}
    void operator()(const call::LegDisconnected& what) const {
        object["cdr"] = json::object{{"reason", member_text(call::to_string(what.reason))},
                                     {"duration_total", cdr_seconds(what.total)},
                                     {"duration_answered", cdr_seconds(what.answered)}};
        if (what.failure) object["failure"] = api::render(*what.failure);
    }
    void operator()(const call::LegJoinedRoom&) const {}
    void operator()(const call::LegLeftRoom&) const {}
    void operator()(const call::LegMuted&) const {}
    void operator()(const call::LegUnmuted&) const {}
    void operator()(const call::LegDeafened&) const {}
    void operator()(const call::LegUndeafened&) const {}
    void operator()(const call::DtmfReceived& what) const {
        object["digit"] = std::string(1, what.digit);
        object["seq"] = what.seq;
    }
    void operator()(const call::LegRoleChanged& what) const {
        object["old_role"] = what.old_role;
        object["new_role"] = what.new_role;
    }
    void operator()(const call::PlaybackStarted& what) const { object["playback_id"] = what.playback.value; }
    void operator()(const call::PlaybackFinished& what) const {
        object["playback_id"] = what.playback.value;
        object["reason"] = what.completed ? "completed" : "stopped";
        object["played_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(what.played).count();
    }
    void operator()(const call::PlaybackError& what) const {
        object["playback_id"] = what.playback.value;
        object["error"] = what.error;
    }
    void operator()(const call::SpeakingStarted&) const {}
    void operator()(const call::SpeakingStopped&) const {}
    void operator()(const call::RecordingStarted& what) const { object["file"] = what.file; }
    void operator()(const call::RecordingPaused&) const { object["file"] = ""; }
    void operator()(const call::RecordingResumed&) const { object["file"] = ""; }
    void operator()(const call::RecordingFailed& what) const { object["error"] = what.error; }
    void operator()(const call::RecordingFinished& what) const { add_recording(what, object); }
    void operator()(const call::RecordingRecovered& what) const { object["file"] = what.file; }
    void operator()(const call::RoomCreated&) const {}
    void operator()(const call::RoomDeleted&) const {}
    void operator()(const call::RoomRoutingChanged& what) const {
        object["matrix"] = api::render(*what.matrix);
        object["reason"] = member_text(call::to_string(what.reason));
    }
    void operator()(const call::RoomBridged& what) const {
        add_all(with_rooms(what.bridge), object);
        object["direction"] = member_text(call::to_string(what.bridge.direction));
    }
    void operator()(const call::RoomBridgeUpdated& what) const {
        add_all(with_rooms(what.bridge), object);
        object["direction"] = member_text(call::to_string(what.bridge.direction));
    }
    void operator()(const call::RoomUnbridged& what) const {
        add_all(with_rooms(what.bridge), object);
        if (what.room_deleted) object["reason"] = "room_deleted";
    }
};

}  // namespace

json::object render(const call::Event& event, const Envelope& envelope) {
    json::object object{{"type", member_text(call::type_name(event))},
                        {"event_id", envelope.event_id},
                        {"timestamp", to_rfc3339(envelope.at)}};
    add_if_any(object, "instance_id", envelope.instance_id);
    add_if_any(object, "leg_id", event.leg.value);
    add_if_any(object, "room_id", event.room.value);
    add_if_any(object, "app_id", event.app_id);
    // Ours. dtmf.received and rtt.received have a `seq` of their own, which counts within a leg: whoever
    // resumes reads `event_seq`, which no event uses for anything else.
    object["seq"] = envelope.seq;
    object["event_seq"] = envelope.seq;
    std::visit(AddMembers{object}, event.what);
    return object;
}

}  // namespace legroom::api
