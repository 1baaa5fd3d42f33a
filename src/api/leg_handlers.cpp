#include "api/leg_handlers.hpp"

#include <boost/json/array.hpp>

#include "api/bodies.hpp"
#include "api/problem.hpp"
#include "api/render.hpp"

namespace legroom::api {

/// GET /v1/legs: 200 an array, `[]` when there are none.
Reply LegHandlers::list(const Routed&) {
    boost::json::array legs;
    for (const auto& entry : legs_.all()) legs.push_back(render(entry.second));
    return {Status::ok, std::move(legs)};
}

/// GET /v1/legs/{leg}: 200 the leg object; 404 no such leg.
Reply LegHandlers::get(const Routed& request) {
    const auto* leg = legs_.find(LegId{request.path.at("leg")});
    if (leg == nullptr) return problem(call::Error::leg_not_found);

    return {Status::ok, render(*leg)};
}

/// PATCH /v1/legs/{leg}: 200 the leg object; 400 a gain out of range; 404 no such leg.
Reply LegHandlers::change(const Routed& request) {
    const auto gain = parse_leg_change(request.body);
    if (!gain) return problem(gain.error());
    if (!*gain) return get(request);

    const auto leg = legs_.set_gain(LegId{request.path.at("leg")}, **gain);
    if (!leg) return problem(leg.error());

    return {Status::ok, render(**leg)};
}

/// DELETE /v1/legs/{leg}: 202, and the leg is gone; 400 a body that is not JSON; 404 no such leg.
Reply LegHandlers::hang_up(const Routed& request) {
    if (const auto body = check_hang_up(request.body); !body) return problem(body.error());

    const auto done = legs_.hang_up(request.now, LegId{request.path.at("leg")});
    if (!done) return problem(done.error());

    return status_word("hanging_up", Status::accepted);
}

/// POST, DELETE /v1/legs/{leg}/mute: 200, changed or not; 404 no such leg. A body is not looked at.
Reply LegHandlers::mute(const Routed& request, bool muted) {
    const auto done = legs_.set_muted(request.now, LegId{request.path.at("leg")}, muted);
    if (!done) return problem(done.error());

    return status_word(muted ? "muted" : "unmuted");
}

/// POST, DELETE /v1/legs/{leg}/deaf: as mute.
Reply LegHandlers::deafen(const Routed& request, bool deaf) {
    const auto done = legs_.set_deaf(request.now, LegId{request.path.at("leg")}, deaf);
    if (!done) return problem(done.error());

    return status_word(deaf ? "deaf" : "undeaf");
}

}  // namespace legroom::api
