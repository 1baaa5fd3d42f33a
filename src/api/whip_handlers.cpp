#include "api/whip_handlers.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "api/ascii.hpp"
#include "api/media_type.hpp"
#include "api/problem.hpp"
#include "api/query.hpp"
#include "call/admission.hpp"

namespace legroom::api {
namespace {

const Header kExpose{"Access-Control-Expose-Headers", "Location, ETag, Link, Accept-Post, Accept-Patch"};
const Header kAcceptPost{"Accept-Post", std::string{kSdpType}};
const Header kAcceptPatch{"Accept-Patch", std::string{kFragmentType}};
const Header kRequestHeaders{"Access-Control-Allow-Headers", "Content-Type, Authorization, If-Match"};

Reply with(Reply reply, std::vector<Header> headers) {
    reply.headers = std::move(headers);
    return reply;
}

/// What an offer for this purpose has to be, if it is not sendrecv.
std::string_view wanted_direction(call::Purpose purpose) {
    return purpose == call::Purpose::publish ? "sendonly" : "recvonly";
}

std::string_view path_name(call::Purpose purpose) {
    return purpose == call::Purpose::publish ? "/v1/whip/" : "/v1/whep/";
}

/// The ICE session's name (RFC 9725 §4.3.1): our ufrag is another one after each restart.
std::string entity_tag(std::string_view ufrag) { return "\"" + std::string{ufrag} + "\""; }

/// RFC 9110 §13.1.1, strong comparison. `"*"` is what RFC 9725's examples have for `*`.
bool matches(std::string_view if_match, std::string_view tag) {
    while (!if_match.empty()) {
        const std::string_view one = take_part(if_match, ',');
        if (one == tag || one == "*" || one == "\"*\"") return true;
    }
    return false;
}

}  // namespace

/// OPTIONS /v1/whip/{room}: 204, what may be posted here. For any room: nobody is told which exist.
Reply WhipHandlers::endpoint_options() {
    return nothing({{"Allow", "POST, GET, HEAD, OPTIONS"}, kAcceptPost, kExpose, kRequestHeaders});
}

/// GET /v1/whip/{room}: 204, there is nothing to see (RFC 9725 §4.1).
Reply WhipHandlers::look_at_endpoint(const Routed&) { return nothing(); }

/// POST /v1/whip/{room}, /v1/whep/{room}: 201 the answer, and where the session is; 400 not an offer; 406,
/// 415 the bodies are SDP; 422 no audio we have, or it goes the wrong way; 500 no address of ours; 503 full.
Reply WhipHandlers::open(const Routed& request, call::Purpose purpose) {
    if (!is_type(header_value(request.headers, "Content-Type"), kSdpType))
        return with(refusal(Status::unsupported_media_type, "the offer must be application/sdp"),
                    {kAcceptPost});
    if (!accepts(header_value(request.headers, "Accept"), kSdpType))
        return refusal(Status::not_acceptable, "the answer is application/sdp");

    const auto leg = make_leg(request, purpose);
    if (!leg) return problem(leg.error(), Where::whip, wanted_direction(purpose));

    return created(*leg, request, purpose);
}

/// The leg and its seat in the room, or neither.
Result<call::NewLeg> WhipHandlers::make_leg(const Routed& request, call::Purpose purpose) {
    const RoomId room{request.path.at("room")};
    call::LegOptions options;
    options.app_id = query_member(request.query, "app_id").value_or("");
    options.muted = purpose == call::Purpose::listen;
    options.deaf = purpose == call::Purpose::publish;
    return call::create_in_room(request.now, legs_, rooms_, room, request.body, std::move(options),
                                {purpose, room});
}

Reply WhipHandlers::created(const call::NewLeg& leg, const Routed& request, call::Purpose purpose) {
    const std::string room = boost::urls::encode(request.path.at("room"), boost::urls::unreserved_chars);
    std::vector<Header> headers{
        {"Location", std::string{path_name(purpose)} + room + "/" + leg.id.value},
        {"ETag", entity_tag(legs_.find(leg.id)->signalling.local_ufrag)},
        kAcceptPatch,
        kExpose,
    };
    for (Header& link : links_()) headers.push_back(std::move(link));
    return {Status::created, {}, std::move(headers), Payload{kSdpType, leg.answer}};
}

/// OPTIONS /v1/whip/{room}/{leg}: 204.
Reply WhipHandlers::session_options() {
    return nothing({{"Allow", "PATCH, DELETE, GET, HEAD, OPTIONS"}, kAcceptPatch, kExpose, kRequestHeaders});
}

/// GET /v1/whip/{room}/{leg}: 204, there is nothing to see; 404 no such session.
Reply WhipHandlers::look_at_session(const Routed& request, call::Purpose purpose) {
    if (find_session(request, purpose) == nullptr) return refusal(Status::not_found, "session not found");
    return nothing();
}

/// PATCH /v1/whip/{room}/{leg}: 204 candidates taken; 200 ICE restarted, our part of it; 400 not a fragment;
/// 404 no such session; 412 of another ICE session; 415 the body is a fragment; 428 of which one?
Reply WhipHandlers::patch(const Routed& request, call::Purpose purpose) {
    const call::Leg* leg = find_session(request, purpose);
    if (leg == nullptr) return refusal(Status::not_found, "session not found");
    if (!is_type(header_value(request.headers, "Content-Type"), kFragmentType))
        return with(
            refusal(Status::unsupported_media_type, "the body must be application/trickle-ice-sdpfrag"),
            {kAcceptPatch});
    const std::string if_match = header_value(request.headers, "If-Match");
    if (if_match.empty())
        return refusal(Status::precondition_required,
                       "If-Match is required: the ETag of the ICE session, or *");
    if (!matches(if_match, entity_tag(leg->signalling.local_ufrag)))
        return refusal(Status::precondition_failed, "If-Match is not the ETag of the current ICE session");

    const auto fragment = sdp::parse_fragment(request.body);
    if (!fragment) return problem(fragment.error());
    const auto done = legs_.add_fragment(leg->id, *fragment);
    if (!done && done.error() == call::Error::other_ice_session) return restart(request.now, *leg, *fragment);
    if (!done) return problem(done.error(), Where::fragment);
    return nothing({kExpose});
}

/// A fragment with new credentials restarts ICE (RFC 9725 §4.3.3). Whatever goes wrong, the session goes on.
Reply WhipHandlers::restart(Instant now, const call::Leg& leg, const sdp::Fragment& theirs) {
    if (theirs.password.empty())
        return refusal(Status::bad_request, "an ICE restart needs ice-ufrag and ice-pwd");
    if (!calls_.restart_ice) return refusal(Status::unprocessable, "ICE restarts are not supported");
    const std::string mid = leg.signalling.mid;
    const auto ours = calls_.restart_ice(now, leg.id, theirs);
    if (!ours) return problem(ours.error(), Where::fragment);

    return {Status::ok,
            {},
            {{"ETag", entity_tag(ours->ufrag)}, kExpose},
            Payload{kFragmentType, sdp::write_fragment(*ours, mid)}};
}

/// DELETE /v1/whip/{room}/{leg}: 200, and the leg is gone; 404 no such session. An If-Match is not looked at.
Reply WhipHandlers::close(const Routed& request, call::Purpose purpose) {
    const call::Leg* leg = find_session(request, purpose);
    if (leg == nullptr) return refusal(Status::not_found, "session not found");
    const auto done = legs_.hang_up(request.now, LegId{leg->id});
    if (!done) return problem(done.error());

    return status_word("hanging_up");
}

const call::Leg* WhipHandlers::find_session(const Routed& request, call::Purpose purpose) const {
    const call::Leg* leg = legs_.find(LegId{request.path.at("leg")});
    const bool ours =
        leg != nullptr && leg->origin.purpose == purpose && leg->origin.room.value == request.path.at("room");
    return ours ? leg : nullptr;
}

}  // namespace legroom::api
