#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "call/error.hpp"
#include "call/limits.hpp"
#include "call/switchboard.hpp"

namespace legroom::call {

/// One row of the matrix, new or changed; without sources it goes.
struct RowUpdate {
    std::string listener;
    std::optional<std::set<std::string>> sources;
};

/// Roles, and which of them hear which (contract 03, Routing matrix). A change is in force within one tick,
/// and as a whole. Control thread only. `board` must outlive the service.
class RoutingService {
public:
    explicit RoutingService(Switchboard& board) : board_(board) {}

    /// The pointer is valid until the room is deleted or its matrix changes.
    Result<const RoutingMatrix*> get(const RoomId& room);

    /// Replaces the whole matrix. Publishes `room.routing_changed`, changed or not.
    Result<void> set(Instant now, const RoomId& room, RoutingMatrix matrix);

    /// All rows or, on an error, none. Publishes `room.routing_changed` for each of them, with the matrix as
    /// it is after that one.
    Result<void> update(Instant now, const RoomId& room, std::vector<RowUpdate> updates);

    /// "" clears. The role it has already changes nothing and publishes nothing; any other publishes
    /// `leg.role_changed` and, in a room, `room.routing_changed`. The pointer is valid until the leg is gone.
    Result<const Leg*> set_role(Instant now, const LegId& id, std::string role);

    /// A leg has joined a room and was given a role with that: what is to be told of it. `moved`: it came
    /// from another room.
    void report_join(Instant now, const Leg& leg, const Room& room, const std::string& old_role, bool moved);

private:
    void publish_matrix(Instant now, const Room& room, RoutingReason reason);
    void put_in_force(Room& room, RoutingMatrix matrix);

    Switchboard& board_;
};

}  // namespace legroom::call
