#include "api/routing_handlers.hpp"

#include <utility>

#include "api/problem.hpp"
#include "api/render.hpp"
#include "api/routing_bodies.hpp"

namespace legroom::api {

/// PATCH /v1/legs/{leg}/role: 200 the leg object; 400 not JSON, a role too long; 404 no such leg.
Reply RoutingHandlers::set_role(const Routed& request) {
    auto role = parse_role(request.body);
    if (!role) return problem(role.error());

    const auto leg = routing_.set_role(request.now, LegId{request.path.at("leg")}, std::move(*role));
    if (!leg) return problem(leg.error());

    return {Status::ok, render(**leg)};
}

/// GET /v1/rooms/{room}/routing: 200 the matrix, `{}` when there is none; 404 no such room.
Reply RoutingHandlers::get(const Routed& request) {
    const auto matrix = routing_.get(RoomId{request.path.at("room")});
    if (!matrix) return problem(matrix.error());

    return {Status::ok, {{"matrix", render(**matrix)}}};
}

/// PUT /v1/rooms/{room}/routing: 200 the new matrix; 400 not JSON, too much of it; 404 no such room.
Reply RoutingHandlers::set(const Routed& request) {
    auto matrix = parse_matrix(request.body);
    if (!matrix) return problem(matrix.error());

    const auto done = routing_.set(request.now, RoomId{request.path.at("room")}, std::move(*matrix));
    if (!done) return problem(done.error());

    return get(request);
}

/// PATCH /v1/rooms/{room}/routing: as PUT; 400 also an update that names no listener.
Reply RoutingHandlers::update(const Routed& request) {
    auto updates = parse_row_updates(request.body);
    if (!updates) return problem(updates.error());

    const auto done = routing_.update(request.now, RoomId{request.path.at("room")}, std::move(*updates));
    if (!done) return problem(done.error());

    return get(request);
}

}  // namespace legroom::api
