#include "api/bridge_handlers.hpp"

#include <boost/json/array.hpp>

#include "api/problem.hpp"
#include "api/render.hpp"
#include "api/routing_bodies.hpp"

namespace legroom::api {
namespace {

RoomId room_of(const Routed& request) { return RoomId{request.path.at("room")}; }
BridgeId bridge_of(const Routed& request) { return BridgeId{request.path.at("bridge")}; }

}  // namespace

/// POST /v1/rooms/{room}/bridges: 201 the bridge object; 400 no peer, no such direction, the room itself,
/// another sample rate; 404 no such room, either of them; 409 they are bridged already, the id is taken; 503
/// full.
Reply BridgeHandlers::create(const Routed& request) {
    const auto wanted = parse_new_bridge(request.body);
    if (!wanted) return problem(wanted.error());

    const auto bridge = bridges_.create(request.now, room_of(request), *wanted);
    if (!bridge) return problem(bridge.error(), Where::anywhere, wanted->id.value);

    return {Status::created, render(*bridge)};
}

/// GET /v1/rooms/{room}/bridges: 200 an array, `[]` when there are none; 404 no such room.
Reply BridgeHandlers::list(const Routed& request) {
    const auto found = bridges_.list(room_of(request));
    if (!found) return problem(found.error());

    boost::json::array bridges;
    for (const call::BridgeView& bridge : *found) bridges.push_back(render(bridge));
    return {Status::ok, std::move(bridges)};
}

/// GET /v1/rooms/{room}/bridges/{bridge}: 200 the bridge object; 404 no such room, or no bridge of its.
Reply BridgeHandlers::get(const Routed& request) {
    const auto bridge = bridges_.get(room_of(request), bridge_of(request));
    if (!bridge) return problem(bridge.error());

    return {Status::ok, render(*bridge)};
}

/// PATCH /v1/rooms/{room}/bridges/{bridge}: 200 the bridge object; 400 no such direction; 404 as GET.
Reply BridgeHandlers::turn(const Routed& request) {
    const auto direction = parse_direction(request.body);
    if (!direction) return problem(direction.error());

    const auto bridge = bridges_.turn(request.now, room_of(request), bridge_of(request), *direction);
    if (!bridge) return problem(bridge.error());

    return {Status::ok, render(*bridge)};
}

/// DELETE /v1/rooms/{room}/bridges/{bridge}: 200; 404 as GET.
Reply BridgeHandlers::remove(const Routed& request) {
    const auto removed = bridges_.remove(request.now, room_of(request), bridge_of(request));
    if (!removed) return problem(removed.error());

    return status_word("deleted");
}

}  // namespace legroom::api
