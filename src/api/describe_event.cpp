#include "api/describe_event.hpp"

#include <boost/json/array.hpp>
#include <string>
#include <type_traits>
#include <variant>

#include "api/schema.hpp"
#include "call/event.hpp"

namespace legroom::api {
namespace json = boost::json;
namespace {

using enum EventDescription::Scope;

template <class Kind>
using Of = std::type_identity<Kind>;

struct EventText {
    std::string_view text;
    EventDescription::Scope scope;
    std::string_view members = {};
};

constexpr std::string_view kBetween =
    "{bridge_id: string, room_a_id: string, room_b_id: string, "
    "direction: 'bidirectional' | 'a_to_b' | 'b_to_a' | 'none'}";

/// The table. There is no line for "all others", so that a new kind has to get its own.
struct Describe {
    EventText operator()(Of<call::LegConnected>) const {
        return {"ICE and DTLS are up, for the first time.", leg, "{leg_type: 'webrtc'}"};
    }
    EventText operator()(Of<call::LegInterrupted>) const {
        return {"The peer has not been heard for 5 s, and is waited for.", leg, R"({
            reconnect_grace: integer 0..3600,  // for so many seconds
        })"};
    }
    EventText operator()(Of<call::LegResumed>) const { return {"The peer is heard again.", leg}; }
    EventText operator()(Of<call::LegDisconnected>) const {
        return {"The leg is gone. Exactly one for each leg.", leg, R"({
            cdr: Cdr,
            failure?: Failure,  // with reason ice_failure
        })"};
    }
    EventText operator()(Of<call::LegJoinedRoom>) const { return {"It is in the room.", leg_and_room}; }
    EventText operator()(Of<call::LegLeftRoom>) const { return {"It is not any more.", leg_and_room}; }
    EventText operator()(Of<call::LegMuted>) const { return {"Others do not hear it.", leg}; }
    EventText operator()(Of<call::LegUnmuted>) const { return {"Others hear it.", leg}; }
    EventText operator()(Of<call::LegDeafened>) const { return {"It does not hear others.", leg}; }
    EventText operator()(Of<call::LegUndeafened>) const { return {"It hears others.", leg}; }
    EventText operator()(Of<call::LegRoleChanged>) const {
        return {"Another role, \"\" for none.", leg_perhaps_room, "{old_role: string, new_role: string}"};
    }
    EventText operator()(Of<call::DtmfReceived>) const {
        return {"A key was pressed at the peer's.", leg, R"({
            digit: string,       // one of 0123456789*#ABCD
            seq: integer 1..,    // within the leg, from 1
        })"};
    }
    EventText operator()(Of<call::PlaybackStarted>) const {
        return {"Its first frame is about to be sent.", leg_or_room, "{playback_id: string}"};
    }
    EventText operator()(Of<call::PlaybackFinished>) const {
        return {"It came to its end, or was stopped, also by the end of its leg or room.", leg_or_room, R"({
            playback_id: string,
            reason: 'completed' | 'stopped',
            played_ms: integer 0..,  // what of it was sent
        })"};
    }
    EventText operator()(Of<call::PlaybackError>) const {
        return {"It cannot be played, or no further.", leg_or_room, "{playback_id: string, error: string}"};
    }
    EventText operator()(Of<call::SpeakingStarted>) const {
        return {"Somebody begins to speak.", leg_perhaps_room};
    }
    EventText operator()(Of<call::SpeakingStopped>) const {
        return {"Nobody speaks there any more. They take turns.", leg_perhaps_room};
    }
    EventText operator()(Of<call::RecordingStarted>) const {
        return {"It is recorded.", leg_or_room, R"({
            file: string,  // the name it will have
        })"};
    }
    EventText operator()(Of<call::RecordingPaused>) const {
        return {"Silence in the recording, from here on.", leg_or_room, "{file: ''}"};
    }
    EventText operator()(Of<call::RecordingResumed>) const {
        return {"No more silence in it.", leg_or_room, "{file: ''}"};
    }
    EventText operator()(Of<call::RecordingFailed>) const {
        return {"It cannot be written any further. recording.finished follows.", leg_or_room,
                "{error: string}"};
    }
    EventText operator()(Of<call::RecordingFinished>) const {
        return {"The file is there. One for each recording.started.", leg_or_room, "Recorded"};
    }
    EventText operator()(Of<call::RecordingRecovered>) const {
        return {"A recording of an earlier run of the program is a file now.", none, "{file: string}"};
    }
    EventText operator()(Of<call::RoomCreated>) const {
        return {"There is a room, also one made by a join.", room};
    }
    EventText operator()(Of<call::RoomDeleted>) const { return {"The room is gone.", room}; }
    EventText operator()(Of<call::RoomRoutingChanged>) const {
        return {"Who hears whom is another.", room,
                "{matrix: Matrix, reason: 'set' | 'update' | 'leg_joined' | 'leg_role_changed'}"};
    }
    EventText operator()(Of<call::RoomBridged>) const { return {"Two rooms are bridged.", none, kBetween}; }
    EventText operator()(Of<call::RoomBridgeUpdated>) const {
        return {"A bridge was turned, or asked to be.", none, kBetween};
    }
    EventText operator()(Of<call::RoomUnbridged>) const {
        return {"A bridge is gone.", none, R"({
            bridge_id: string,
            room_a_id: string,
            room_b_id: string,
            reason?: 'room_deleted',  // why, unless it was asked for
        })"};
    }
};

std::string_view members_of(EventDescription::Scope scope) {
    switch (scope) {
        case none:
            return "";
        case leg:
            return "leg_id: string, ";
        case room:
            return "room_id: string, ";
        case leg_and_room:
            return "leg_id: string, room_id: string, ";
        case leg_perhaps_room:
            return "leg_id: string, room_id?: string, ";
        case leg_or_room:
            return "leg_id?: string, room_id?: string, ";
    }
    return "";
}

template <class Kind>
EventDescription describe_one() {
    const EventText text = Describe{}(Of<Kind>{});
    const std::string_view type = call::type_name({Instant{}, LegId{}, RoomId{}, "", Kind{}});
    return {type, text.text, text.scope, text.members};
}

template <class... Kinds>
std::vector<EventDescription> describe_all(Of<std::variant<Kinds...>>) {
    return {describe_one<Kinds>()...};
}

}  // namespace

std::vector<EventDescription> describe_events() { return describe_all(Of<call::Happening>{}); }

json::object event_schema(const EventDescription& event) {
    const std::string own =
        "{type: '" + std::string{event.type} + "', " + std::string{members_of(event.scope)} + "}";
    json::array parts{to_schema("Envelope"), to_schema(own)};
    if (!event.members.empty()) parts.emplace_back(to_schema(event.members));
    return {{"allOf", std::move(parts)}};
}

}  // namespace legroom::api
