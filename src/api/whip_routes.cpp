#include "api/whip_routes.hpp"

#include <string_view>

#include "api/common_replies.hpp"
#include "api/media_type.hpp"

namespace legroom::api {
namespace {

using R = const Routed&;
using call::Purpose;

const PossibleReply kNoSession = refuses(Status::not_found, "No such session");

Operation open_operation(std::string_view id, std::string_view summary) {
    using enum Status;
    return {id,
            summary,
            {RequestBody::Need::required, "", kSdpType},
            {{.status = created,
              .text = "The answer, and where the session is",
              .text_type = kSdpType,
              .headers = {"Location", "ETag", "Accept-Patch"}},
             refuses(bad_request, "Not an SDP offer; a room id or tag of more than 256 bytes"),
             refuses(not_acceptable, "`Accept` excludes SDP"),
             refuses(unsupported_media_type, "The body is not `application/sdp`"),
             refuses(unprocessable, "No audio we have, or it goes the wrong way"),
             refuses(internal_error, "The server has no address of its own"),
             refuses(unavailable, "Too many legs, or too many rooms")},
            {{"app_id", "string<=256", "A tag for the leg."}}};
}

Operation patch_operation(std::string_view id) {
    using enum Status;
    return {id,
            "Trickle candidates; restart ICE",
            {RequestBody::Need::required, "", kFragmentType},
            {gives_nothing("Candidates taken"),
             {.status = ok,
              .text = "ICE restarted: our part of it",
              .text_type = kFragmentType,
              .headers = {"ETag"}},
             refuses(bad_request, "Not a fragment"),
             kNoSession,
             refuses(conflict, "An offer of the leg is still being carried out"),
             refuses(precondition_failed, "`If-Match` is not the ETag of the current ICE session"),
             refuses(unsupported_media_type, "The body is no fragment"),
             refuses(unprocessable, "ICE restarts are not supported"),
             refuses(precondition_required, "Without `If-Match`")},
            {{"If-Match", "string", "The ETag of the ICE session, or `*`.", Parameter::In::header}}};
}

struct WhipPlace {
    std::string_view endpoint;
    std::string_view session;
    Purpose purpose;
};

/// The operations of one kind of session: their ids and what they are about.
struct WhipNames {
    std::string_view open, open_summary, look_at_endpoint, endpoint_options, patch, close, look_at_session,
        session_options;
};

std::vector<Route> whip_routes(WhipHandlers& whip, const WhipPlace& at, const WhipNames& names) {
    const Purpose p = at.purpose;
    const PossibleReply nothing_to_see = gives_nothing("There is nothing to see");
    return {
        {"POST", at.endpoint, [&whip, p](R r) { return whip.open(r, p); },
         open_operation(names.open, names.open_summary)},
        {"GET",
         at.endpoint,
         [&whip](R r) { return whip.look_at_endpoint(r); },
         {names.look_at_endpoint, "Nothing, for any room", kNoBody, {nothing_to_see}}},
        {"OPTIONS",
         at.endpoint,
         [&whip](R) { return whip.endpoint_options(); },
         {names.endpoint_options,
          "What may be posted here",
          kNoBody,
          {gives_nothing("See the headers", {"Allow", "Accept-Post"})}}},
        {"PATCH", at.session, [&whip, p](R r) { return whip.patch(r, p); }, patch_operation(names.patch)},
        {"DELETE",
         at.session,
         [&whip, p](R r) { return whip.close(r, p); },
         {names.close, "Hang up", kNoBody, {says("hanging_up"), kNoSession}}},
        {"GET",
         at.session,
         [&whip, p](R r) { return whip.look_at_session(r, p); },
         {names.look_at_session, "Whether there is such a session", kNoBody, {nothing_to_see, kNoSession}}},
        {"OPTIONS",
         at.session,
         [&whip](R) { return whip.session_options(); },
         {names.session_options,
          "What may be patched here",
          kNoBody,
          {gives_nothing("See the headers", {"Allow", "Accept-Patch"})}}},
    };
}

}  // namespace

std::vector<Route> publishing_routes(WhipHandlers& whip) {
    return whip_routes(whip, {"/v1/whip/{room}", "/v1/whip/{room}/{leg}", Purpose::publish},
                       {"whipOpen", "One who only speaks in a room (WHIP, RFC 9725)", "whipLook",
                        "whipOptions", "whipPatch", "whipClose", "whipSessionLook", "whipSessionOptions"});
}

std::vector<Route> listening_routes(WhipHandlers& whip) {
    return whip_routes(whip, {"/v1/whep/{room}", "/v1/whep/{room}/{leg}", Purpose::listen},
                       {"whepOpen", "One who only listens to a room (WHEP)", "whepLook", "whepOptions",
                        "whepPatch", "whepClose", "whepSessionLook", "whepSessionOptions"});
}

}  // namespace legroom::api
