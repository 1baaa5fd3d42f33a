#include "call/routing_service.hpp"

#include <memory>
#include <utility>

namespace legroom::call {
namespace {

/// Bounds what every event about a room carries, and what the mixer can tell apart.
Result<void> check_routing(const RoutingMatrix& matrix) {
    std::set<std::string_view> sources;
    std::size_t bytes = 0;
    const auto count = [&bytes](const std::string& role) {
        bytes += role.size();
        return role.size() <= kMaxRoleBytes;
    };
    for (const auto& [listener, heard] : matrix) {
        if (!count(listener)) return Error::role_too_long;
        for (const std::string& source : heard) {
            if (!count(source)) return Error::role_too_long;
            sources.insert(source);
        }
    }
    const bool fits =
        matrix.size() <= kMaxRoutingRows && sources.size() <= kMaxRoutingSources && bytes <= kMaxRoutingBytes;
    if (!fits) return Error::matrix_too_large;
    return {};
}

void apply(RowUpdate update, RoutingMatrix& matrix) {
    if (update.sources) {
        matrix.insert_or_assign(std::move(update.listener), std::move(*update.sources));
    } else {
        matrix.erase(update.listener);
    }
}

}  // namespace

Result<const RoutingMatrix*> RoutingService::get(const RoomId& room_id) {
    const Room* room = board_.find(room_id);
    if (room == nullptr) return Error::room_not_found;
    return &room->routing;
}

Result<void> RoutingService::set(Instant now, const RoomId& room_id, RoutingMatrix matrix) {
    Room* room = board_.find(room_id);
    if (room == nullptr) return Error::room_not_found;
    if (const auto fits = check_routing(matrix); !fits) return fits.error();
    put_in_force(*room, std::move(matrix));
    publish_matrix(now, *room, RoutingReason::set);
    return {};
}

Result<void> RoutingService::update(Instant now, const RoomId& room_id, std::vector<RowUpdate> updates) {
    Room* room = board_.find(room_id);
    if (room == nullptr) return Error::room_not_found;
    if (updates.size() > kMaxRoutingUpdates) return Error::too_many_updates;

    std::vector<std::shared_ptr<const RoutingMatrix>> steps;
    RoutingMatrix matrix = room->routing;
    for (RowUpdate& update : updates) {
        if (update.listener.empty()) return Error::listener_role_missing;
        apply(std::move(update), matrix);
        if (const auto fits = check_routing(matrix); !fits) return fits.error();
        steps.push_back(std::make_shared<const RoutingMatrix>(matrix));
    }
    if (steps.empty()) return {};
    put_in_force(*room, std::move(matrix));
    for (auto& step : steps) {
        board_.publish(now, *room, RoomRoutingChanged{std::move(step), RoutingReason::update});
    }
    return {};
}

void RoutingService::put_in_force(Room& room, RoutingMatrix matrix) {
    room.routing = std::move(matrix);
    board_.send(engine::SetRouting{room.id, room.routing});
}

void RoutingService::publish_matrix(Instant now, const Room& room, RoutingReason reason) {
    const auto matrix = std::make_shared<const RoutingMatrix>(room.routing);
    board_.publish(now, room, RoomRoutingChanged{matrix, reason});
}

Result<const Leg*> RoutingService::set_role(Instant now, const LegId& id, std::string role) {
    Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;
    if (role.size() > kMaxRoleBytes) return Error::role_too_long;
    if (role == leg->role) return leg;

    const std::string old_role = std::exchange(leg->role, std::move(role));
    board_.send(engine::SetRole{id, leg->role});
    if (!leg->room) {
        board_.publish(now, *leg, LegRoleChanged{old_role, leg->role});
    } else {
        board_.publish(now, *leg, *leg->room, LegRoleChanged{old_role, leg->role});
        publish_matrix(now, *board_.find(*leg->room), RoutingReason::leg_role_changed);
    }
    return leg;
}

void RoutingService::report_join(Instant now, const Leg& leg, const Room& room, const std::string& old_role,
                                 bool moved) {
    if (!moved) return publish_matrix(now, room, RoutingReason::leg_joined);
    if (leg.role == old_role) return;
    board_.publish(now, leg, room.id, LegRoleChanged{old_role, leg.role});
    publish_matrix(now, room, RoutingReason::leg_role_changed);
}

}  // namespace legroom::call
