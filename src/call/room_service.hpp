#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "call/bridge_service.hpp"
#include "call/error.hpp"
#include "call/limits.hpp"
#include "call/routing_service.hpp"
#include "call/switchboard.hpp"

namespace legroom::call {

struct RoomConfig {
    std::size_t max_rooms = kDefaultMaxRooms;
    SampleRate default_rate = SampleRate::k16000;
};

struct NewRoom {
    RoomId id;  ///< "" = one of ours, a UUID.
    std::string app_id;
    std::int64_t sample_rate = 0;     ///< Hz; 0 = the default rate.
    webhook::TargetPtr webhook = {};  ///< Of events about it, `room.created` included, `room.deleted` not.
};

/// How a leg is to enter a room. An absent member leaves the leg as it is.
struct Joining {
    LegId leg;
    std::optional<bool> mute;
    std::optional<bool> deaf;
    std::optional<bool> accept_dtmf;
    std::optional<std::string> role;  ///< "" clears it.
    bool wants_streams = false;       ///< Secondary streams too, which only SIP legs have.
};

struct Added {};
struct Moved {
    RoomId from;
    RoomId to;
};
using Joined = std::variant<Added, Moved>;

struct RoomCounters {
    std::uint64_t created = 0;
    std::uint64_t refused = 0;  ///< Over RoomConfig::max_rooms.
};

/// Rooms and who is in them (contract 03); who hears whom there is said to routing() and bridges(). Control
/// thread only. `board` and `random` must outlive the service.
class RoomService {
public:
    RoomService(RoomConfig config, Switchboard& board, Random& random);

    /// The pointer is valid until the room is deleted.
    Result<const Room*> create(Instant now, NewRoom wanted);

    /// Whether a join could go in there: the room exists, or can be made. What stands against it is an error,
    /// counted as if it had been tried.
    Result<void> check_open(const RoomId& id);

    /// Tears down its bridges and hangs up everyone inside, without `leg.left_room`: `room.deleted`, then
    /// each `leg.disconnected`.
    Result<void> remove(Instant now, const RoomId& id);

    /// Into the room from nowhere or from another room. A room that does not exist is made first, at the
    /// default rate and with the leg's app_id; an unknown leg makes none.
    Result<Joined> join(Instant now, const RoomId& id, const Joining& joining);

    /// Takes a leg out of this room; it lives on. A leg that is not in it is left alone: no error, no event.
    Result<void> leave(Instant now, const RoomId& id, const LegId& leg);

    [[nodiscard]] const Room* find(const RoomId& id) const { return board_.find(id); }
    [[nodiscard]] const std::map<RoomId, Room>& all() const { return board_.rooms(); }
    RoutingService& routing() { return routing_; }
    BridgeService& bridges() { return bridges_; }
    [[nodiscard]] const RoomCounters& counters() const { return counters_; }

private:
    Result<Room*> open(Instant now, Room wanted);
    Joined enter(Instant now, Leg& leg, Room& room, const Joining& joining);

    RoomConfig config_;
    Switchboard& board_;
    Random& random_;
    RoutingService routing_;
    BridgeService bridges_;
    RoomCounters counters_;
};

}  // namespace legroom::call
