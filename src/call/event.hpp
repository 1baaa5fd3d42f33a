#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "call/bridge.hpp"
#include "call/failure.hpp"
#include "engine/playback.hpp"
#include "engine/routing.hpp"
#include "webhook/target.hpp"

namespace legroom::call {

enum class DisconnectReason { api_hangup, room_deleted, ice_failure, max_duration, shutdown };
std::string_view to_string(DisconnectReason reason);  ///< As in the CDR (contract 04).

/// ICE and DTLS up, for the first time.
struct LegConnected {
    Duration set_up{};  ///< Since the leg was created.
};
struct LegInterrupted {
    Duration grace{};  ///< How long the leg waits for its peer to come back.
};
struct LegResumed {};
struct LegDisconnected {
    DisconnectReason reason{};
    Duration total{};                ///< Since the leg was created.
    Duration answered{};             ///< Since it was answered: a WebRTC leg is answered when created.
    std::optional<Failure> failure;  ///< With DisconnectReason::ice_failure: why.
    bool was_connected = false;      ///< There was a LegConnected.
    RoomId room = {};                ///< With DisconnectReason::room_deleted: which.
};
struct LegJoinedRoom {};
struct LegLeftRoom {};
struct LegMuted {};
struct LegUnmuted {};
struct LegDeafened {};
struct LegUndeafened {};
/// In the scope of a room only when the leg is in one.
struct LegRoleChanged {
    std::string old_role;
    std::string new_role;
};
/// A key was pressed at the leg's far end.
struct DtmfReceived {
    char digit = '0';       ///< One of "0123456789*#ABCD".
    std::uint64_t seq = 0;  ///< From 1, per leg.
};
// Events about playbacks are in the scope of what they are played to, even when that is gone.
struct PlaybackStarted {
    PlaybackId playback;
};
struct PlaybackFinished {
    PlaybackId playback;
    bool completed = false;  ///< false: it was stopped, or its leg or room went.
    Duration played{};       ///< What of it was sent.
};
struct PlaybackError {
    PlaybackId playback;
    std::string error;
};
/// Of a room, too, when the leg is in one. They take turns.
struct SpeakingStarted {};
struct SpeakingStopped {};
// Recordings are in the scope of the leg or of the room, never of both.
struct RecordingStarted {
    std::string file;
};
struct RecordingPaused {};
struct RecordingResumed {};
/// It could not be written to its end. RecordingFinished follows, with what there is.
struct RecordingFailed {
    std::string error;
};
/// How a room's recording was kept, channel by channel.
struct RecordedTrack {
    LegId leg;
    std::size_t channel = 0;
    Duration start{};  ///< Since the recording's beginning.
    Duration end{};
};
struct RecordingFinished {
    std::string file;                ///< "": nothing was recorded.
    std::string multi_channel_file;  ///< "": there is none.
    std::vector<RecordedTrack> tracks;
    std::vector<LegId> omitted;  ///< Who could not be kept on a channel.
};
/// Of an earlier run of the program, which was broken off: it plays to its end. In no scope.
struct RecordingRecovered {
    std::string file;
};
struct RoomCreated {};
struct RoomDeleted {};
enum class RoutingReason { set, update, leg_joined, leg_role_changed };
std::string_view to_string(RoutingReason reason);
struct RoomRoutingChanged {
    std::shared_ptr<const engine::RoutingMatrix> matrix;  ///< Shared, since it can be large. Never null.
    RoutingReason reason{};
};
// Events about bridges name no room in their scope; they have the app_id of room A.
struct RoomBridged {
    Bridge bridge;
};
struct RoomBridgeUpdated {
    Bridge bridge;
};
struct RoomUnbridged {
    Bridge bridge;
    bool room_deleted = false;  ///< Why.
};

using Happening =
    std::variant<LegConnected, LegInterrupted, LegResumed, LegDisconnected, LegJoinedRoom, LegLeftRoom,
                 LegMuted, LegUnmuted, LegDeafened, LegUndeafened, LegRoleChanged, DtmfReceived,
                 PlaybackStarted, PlaybackFinished, PlaybackError, SpeakingStarted, SpeakingStopped,
                 RecordingStarted, RecordingPaused, RecordingResumed, RecordingFailed, RecordingFinished,
                 RecordingRecovered, RoomCreated, RoomDeleted, RoomRoutingChanged, RoomBridged,
                 RoomBridgeUpdated, RoomUnbridged>;

/// Something happened (contract 04), said once, in order. The scope members are empty where the event has
/// no such scope: `leg.muted` names no room even while the leg is in one.
struct Event {
    Instant at;
    LegId leg;
    RoomId room;
    std::string app_id;  ///< Of the leg; of the room where there is no leg.
    Happening what;
    webhook::TargetPtr webhook = {};  ///< Whose it is: the leg's, else the room's; nullptr: neither has one.
};

std::string_view type_name(const Event& event);  ///< "leg.connected", "room.created", …

/// Where events go: log, webhooks, VSI. Called in the middle of a change, so it must not call back into a
/// service.
using EventSink = std::function<void(const Event&)>;

}  // namespace legroom::call
