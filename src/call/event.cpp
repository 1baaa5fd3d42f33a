#include "call/event.hpp"

namespace legroom::call {
namespace {

struct TypeName {
    std::string_view operator()(const LegConnected&) const { return "leg.connected"; }
    std::string_view operator()(const LegInterrupted&) const { return "leg.interrupted"; }
    std::string_view operator()(const LegResumed&) const { return "leg.resumed"; }
    std::string_view operator()(const LegDisconnected&) const { return "leg.disconnected"; }
    std::string_view operator()(const LegJoinedRoom&) const { return "leg.joined_room"; }
    std::string_view operator()(const LegLeftRoom&) const { return "leg.left_room"; }
    std::string_view operator()(const LegMuted&) const { return "leg.muted"; }
    std::string_view operator()(const LegUnmuted&) const { return "leg.unmuted"; }
    std::string_view operator()(const LegDeafened&) const { return "leg.deaf"; }
    std::string_view operator()(const LegUndeafened&) const { return "leg.undeaf"; }
    std::string_view operator()(const LegRoleChanged&) const { return "leg.role_changed"; }
    std::string_view operator()(const DtmfReceived&) const { return "dtmf.received"; }
    std::string_view operator()(const PlaybackStarted&) const { return "playback.started"; }
    std::string_view operator()(const PlaybackFinished&) const { return "playback.finished"; }
    std::string_view operator()(const PlaybackError&) const { return "playback.error"; }
    std::string_view operator()(const SpeakingStarted&) const { return "speaking.started"; }
    std::string_view operator()(const SpeakingStopped&) const { return "speaking.stopped"; }
    std::string_view operator()(const RecordingStarted&) const { return "recording.started"; }
    std::string_view operator()(const RecordingPaused&) const { return "recording.paused"; }
    std::string_view operator()(const RecordingResumed&) const { return "recording.resumed"; }
    std::string_view operator()(const RecordingFailed&) const { return "recording.error"; }
    std::string_view operator()(const RecordingFinished&) const { return "recording.finished"; }
    std::string_view operator()(const RecordingRecovered&) const { return "recording.recovered"; }
    std::string_view operator()(const RoomCreated&) const { return "room.created"; }
    std::string_view operator()(const RoomDeleted&) const { return "room.deleted"; }
    std::string_view operator()(const RoomRoutingChanged&) const { return "room.routing_changed"; }
    std::string_view operator()(const RoomBridged&) const { return "room.bridged"; }
    std::string_view operator()(const RoomBridgeUpdated&) const { return "room.bridge_updated"; }
    std::string_view operator()(const RoomUnbridged&) const { return "room.unbridged"; }
};

}  // namespace

std::string_view to_string(DisconnectReason reason) {
    switch (reason) {
        case DisconnectReason::api_hangup:
            return "api_hangup";
        case DisconnectReason::room_deleted:
            return "room_deleted";
        case DisconnectReason::ice_failure:
            return "ice_failure";
        case DisconnectReason::max_duration:
            return "max_duration";
        case DisconnectReason::shutdown:
            return "shutdown";
    }
    return "";
}

std::string_view to_string(RoutingReason reason) {
    switch (reason) {
        case RoutingReason::set:
            return "set";
        case RoutingReason::update:
            return "update";
        case RoutingReason::leg_joined:
            return "leg_joined";
        case RoutingReason::leg_role_changed:
            return "leg_role_changed";
    }
    return "";
}

std::string_view type_name(const Event& event) { return std::visit(TypeName{}, event.what); }

}  // namespace legroom::call
