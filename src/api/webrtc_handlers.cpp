#include "api/webrtc_handlers.hpp"

#include "api/bodies.hpp"
#include "api/problem.hpp"
#include "api/render.hpp"

namespace legroom::api {

/// POST /v1/webrtc/offer: 200 a leg and its answer; 400 not an offer; 500 nothing in common, or no address of
/// ours; 503 full.
Reply WebRtcHandlers::offer(const Routed& request) {
    auto body = parse_offer(request.body);
    if (!body) return problem(body.error());

    const auto leg = legs_.create(request.now, body->sdp, std::move(body->app_id));
    if (!leg) return problem(leg.error());

    return {Status::ok, {{"status", "answered"}, {"leg_id", leg->id.value}, {"sdp", leg->answer}}};
}

/// POST /v1/legs/{leg}/ice-candidates: 200 taken or knowingly ignored; 400 the body does not fit; 404 no such
/// leg; 500 not a candidate.
Reply WebRtcHandlers::add_candidate(const Routed& request) {
    const auto line = parse_candidate(request.body);
    if (!line) return problem(line.error());

    const auto added = legs_.add_remote_candidate(LegId{request.path.at("leg")}, *line);
    if (!added) return problem(added.error());

    return status_word("added");
}

/// GET /v1/legs/{leg}/ice-candidates: 200 what was gathered since the last time; 404 no such leg.
Reply WebRtcHandlers::drain_candidates(const Routed& request) {
    const auto drained = legs_.drain_candidates(LegId{request.path.at("leg")});
    if (!drained) return problem(drained.error());

    return {Status::ok, render(*drained)};
}

}  // namespace legroom::api
