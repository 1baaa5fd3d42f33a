#include "api/room_handlers.hpp"

#include <boost/json/array.hpp>

#include "api/bodies.hpp"
#include "api/problem.hpp"
#include "api/render.hpp"

namespace legroom::api {

/// POST /v1/rooms: 201 the room object; 400 a rate we do not have, an id too long; 409 the id is taken; 503
/// full. Without a readable body it creates a room with defaults.
Reply RoomHandlers::create(const Routed& request) {
    const auto wanted = parse_new_room(request.body);
    if (!wanted) return problem(wanted.error());

    const auto room = rooms_.create(request.now, *wanted);
    if (!room) return problem(room.error(), Where::anywhere, wanted->id.value);

    return {Status::created, render(**room, legs_)};
}

/// GET /v1/rooms: 200 an array, `[]` when there are none.
Reply RoomHandlers::list(const Routed&) {
    boost::json::array rooms;
    for (const auto& entry : rooms_.all()) rooms.push_back(render(entry.second, legs_));
    return {Status::ok, std::move(rooms)};
}

/// GET /v1/rooms/{room}: 200 the room object; 404 no such room.
Reply RoomHandlers::get(const Routed& request) {
    const auto* room = rooms_.find(RoomId{request.path.at("room")});
    if (room == nullptr) return problem(call::Error::room_not_found);

    return {Status::ok, render(*room, legs_)};
}

/// DELETE /v1/rooms/{room}: 200, its legs are hung up; 404 no such room.
Reply RoomHandlers::remove(const Routed& request) {
    const RoomId id{request.path.at("room")};
    const auto removed = rooms_.remove(request.now, id);
    if (!removed) return problem(removed.error(), Where::room_delete, id.value);

    return status_word("deleted");
}

/// POST /v1/rooms/{room}/legs: 200 `added` or `moved`; 400 the body does not fit, no such leg, or the leg is
/// in this room already; 503 the room would have to be made and there are too many.
Reply RoomHandlers::add_leg(const Routed& request) {
    const auto joining = parse_joining(request.body);
    if (!joining) return problem(joining.error());

    const auto joined = rooms_.join(request.now, RoomId{request.path.at("room")}, *joining);
    if (!joined) return problem(joined.error(), Where::room_join, joining->leg.value);

    return {Status::ok, render(*joined)};
}

/// DELETE /v1/rooms/{room}/legs/{leg}: 200, in it or not; 400 no such room.
Reply RoomHandlers::remove_leg(const Routed& request) {
    const RoomId id{request.path.at("room")};
    const auto left = rooms_.leave(request.now, id, LegId{request.path.at("leg")});
    if (!left) return problem(left.error(), Where::room_leave, id.value);

    return status_word("removed");
}

}  // namespace legroom::api
