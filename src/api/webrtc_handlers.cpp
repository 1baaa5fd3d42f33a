#include "api/webrtc_handlers.hpp"

#include "api/bodies.hpp"
#include "api/media_type.hpp"
#include "api/problem.hpp"
#include "api/render.hpp"
#include "api/render_ice.hpp"
#include "call/admission.hpp"

namespace legroom::api {
namespace {

Reply answered(const call::NewLeg& leg) {
    return {Status::ok, {{"status", "answered"}, {"leg_id", leg.id.value}, {"sdp", leg.answer}}};
}

Reply added(std::size_t count) { return {Status::ok, {{"status", "added"}, {"added", count}}}; }

}  // namespace

/// POST /v1/webrtc/offer: 200 a leg and its answer; 400 not an offer, an option out of range; 500 nothing in
/// common, or no address of ours; 503 full.
Reply WebRtcHandlers::offer(const Routed& request) {
    auto body = parse_offer(request.body);
    if (!body) return problem(body.error());

    const auto leg = body->room.value.empty() ? legs_.create(request.now, body->sdp, std::move(body->options))
                                              : call::create_in_room(request.now, legs_, rooms_, body->room,
                                                                     body->sdp, std::move(body->options));
    if (!leg) return problem(leg.error());

    return answered(*leg);
}

/// POST /v1/legs/{leg}/offer: 200 the answer; 400 not an offer; 404 no such leg; 409 one is under way; 500 as
/// for a first offer.
Reply WebRtcHandlers::further_offer(const Routed& request) {
    const auto sdp = parse_further_offer(request.body);
    if (!sdp) return problem(sdp.error());
    const LegId id{request.path.at("leg")};
    if (legs_.find(id) == nullptr) return problem(call::Error::leg_not_found);
    if (!calls_.reoffer) return refusal(Status::not_implemented, "further offers are not supported");

    const auto leg = calls_.reoffer(request.now, id, *sdp);
    if (!leg) return problem(leg.error());

    return answered(*leg);
}

/// POST /v1/legs/{leg}/ice-candidates, one object, an array or a fragment: 200 taken or knowingly ignored;
/// 400 the body does not fit; 404 no such leg; 409 a fragment of another ICE session; 500 not a candidate.
Reply WebRtcHandlers::add_candidates(const Routed& request) {
    if (is_type(header_value(request.headers, "Content-Type"), kFragmentType)) return add_fragment(request);
    const auto body = parse_candidates(request.body);
    if (!body) return problem(body.error());

    const auto done = legs_.add_remote_candidates(LegId{request.path.at("leg")}, body->lines);
    if (!done) return problem(done.error());

    return body->is_array ? added(body->lines.size()) : status_word("added");
}

Reply WebRtcHandlers::add_fragment(const Routed& request) {
    const auto fragment = sdp::parse_fragment(request.body);
    if (!fragment) return problem(fragment.error());

    const auto done = legs_.add_fragment(LegId{request.path.at("leg")}, *fragment);
    if (!done) return problem(done.error(), Where::fragment);

    return added(fragment->candidates.size());
}

/// GET /v1/legs/{leg}/ice-candidates: 200 what was gathered since the last time; with `wait` as soon as there
/// is something, or nothing after that; 400 no such wait; 404 no such leg, or it has ended meanwhile.
Outcome WebRtcHandlers::drain_candidates(const Routed& request) {
    const LegId id{request.path.at("leg")};
    if (legs_.find(id) == nullptr) return problem(call::Error::leg_not_found);
    const auto wait = parse_wait(request.query);
    if (!wait) return problem(wait.error());

    if (auto reply = new_candidates(id)) return std::move(*reply);
    Reply none{Status::ok, render(call::Drained{})};
    if (*wait == Duration::zero()) return none;
    return Deferred{request.now + *wait, std::move(none), id, [this, id] { return new_candidates(id); }};
}

/// nullopt: there is nothing to say.
std::optional<Reply> WebRtcHandlers::new_candidates(const LegId& leg) {
    const auto drained = legs_.drain_candidates(leg);
    if (!drained) return problem(drained.error());
    if (drained->candidates.empty() && !drained->done) return std::nullopt;
    return Reply{Status::ok, render(*drained)};
}

/// GET /v1/legs/{leg}/ice: 200 how the connection stands; 404 no such leg, or it has ended meanwhile; 503 the
/// media thread does not answer.
Outcome WebRtcHandlers::ice_status(const Routed& request) {
    const LegId id{request.path.at("leg")};
    if (legs_.find(id) == nullptr) return problem(call::Error::leg_not_found);
    if (!calls_.ice_status) return refusal(Status::not_implemented, "connection reports are not supported");

    const auto gone = [this, id]() -> std::optional<Reply> {
        if (legs_.find(id) != nullptr) return std::nullopt;
        return problem(call::Error::leg_not_found);
    };
    const auto ask = [this, id](const Answer& answer) {
        calls_.ice_status(id, [answer](const Result<call::IceStatus>& status) {
            answer(status ? Reply{Status::ok, render(*status)} : problem(status.error()));
        });
    };
    return Deferred{request.now + kIceStatusPatience,
                    refusal(Status::unavailable, "the media thread did not answer in time"), id, gone, ask};
}

}  // namespace legroom::api
