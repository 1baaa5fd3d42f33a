#include "api/routes.hpp"

#include <iterator>
#include <utility>

namespace legroom::api {
namespace {

using R = const Routed&;
using call::Purpose;

// What several rows say.
const PossibleReply kMisfit =
    refuses(Status::bad_request, "`invalid JSON`: no JSON, or a member of the wrong type");
const PossibleReply kNoLeg = refuses(Status::not_found, "No such leg");
const PossibleReply kNoRoom = refuses(Status::not_found, "No such room");
const PossibleReply kNoSession = refuses(Status::not_found, "No such session");
const PossibleReply kTooLong = refuses(Status::bad_request, "An id, role or tag of more than 256 bytes");
const PossibleReply kNoCodec =
    refuses(Status::internal_error, "No audio section with a codec the server has");
const PossibleReply kTooManyWait =
    refuses(Status::unavailable, "Too many requests are waiting, or the server ends");
const Parameter kWait{"wait", "integer 0..30000", "Milliseconds to wait for something to tell."};
const PossibleReply kBadWait = refuses(Status::bad_request, "`wait` is not from 0 to 30000");

/// GET /readyz: 200 when calls are taken, else 503.
Reply readiness(const std::function<bool()>& ready) {
    return ready() ? status_word("ready") : refusal(Status::unavailable, "not ready");
}

/// GET /v1/vsi: what asks for a WebSocket never comes here.
Reply no_upgrade(R request) {
    if (const auto query = parse_event_query(request.query); !query)
        return refusal(Status::bad_request, query.error());
    Reply reply =
        refusal(Status::upgrade_required, "this is a WebSocket: ask for it with Upgrade: websocket");
    reply.headers = {{"Upgrade", "websocket"}};
    return reply;
}

void add(std::vector<Route>& routes, std::vector<Route> more) {
    routes.insert(routes.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<Route> connection_routes(WebRtcHandlers& webrtc) {
    using enum Status;
    const PossibleReply bad_offer = refuses(bad_request, "Not an SDP offer with ICE and DTLS");
    return {
        {"POST",
         "/v1/webrtc/offer",
         [&webrtc](R r) { return webrtc.offer(r); },
         {"offer",
          "SDP offer in, new leg and SDP answer out",
          body(R"({
            sdp: string,
            app_id?: string<=256,
            role?: string<=256,
            accept_dtmf?: boolean,
            reconnect_grace?: integer 0..3600,  // seconds an interrupted leg waits for its peer
          })"),
          {gives("Offered", "A leg, and the answer"), kMisfit, bad_offer, kTooLong,
           refuses(bad_request, "`reconnect_grace` out of range"), kNoCodec,
           refuses(internal_error, "The server has no address of its own"),
           refuses(unavailable, "Too many legs")}}},
        {"POST",
         "/v1/legs/{leg}/offer",
         [&webrtc](R r) { return webrtc.further_offer(r); },
         {"offerAgain",
          "A further SDP offer of a leg: hold, ICE restart, page loaded again",
          body("{sdp: string}"),
          {gives("Offered", "The answer"), kMisfit, bad_offer, kNoLeg,
           refuses(conflict, "Another offer of the leg is still being carried out"), kNoCodec,
           refuses(not_implemented, "Further offers are not supported")}}},
        {"POST",
         "/v1/legs/{leg}/ice-candidates",
         [&webrtc](R r) { return webrtc.add_candidates(r); },
         {"addCandidates",
          "Candidates of the peer: one, an array, an SDP fragment",
          {RequestBody::Need::required, "Candidate | [Candidate] 1..64", "application/trickle-ice-sdpfrag"},
          {gives("Added", "Taken, or knowingly ignored"), kMisfit,
           refuses(bad_request, "Too many; a fragment that is none"), kNoLeg,
           refuses(conflict, "A fragment of another ICE session"),
           refuses(internal_error, "The text is no candidate")}}},
        {"GET",
         "/v1/legs/{leg}/ice-candidates",
         [&webrtc](R r) { return webrtc.drain_candidates(r); },
         {"takeCandidates",
          "The server's candidates since the last time; each is given once",
          kNoBody,
          {gives("Candidates", "Possibly none"), kBadWait, kNoLeg, kTooManyWait},
          {kWait}},
         /*safe=*/false},
        {"GET",
         "/v1/legs/{leg}/ice",
         [&webrtc](R r) { return webrtc.ice_status(r); },
         {"iceStatus",
          "How the connection stands, and why",
          kNoBody,
          {gives("IceStatus", "A report"), kNoLeg, refuses(not_implemented, "Reports are not supported"),
           refuses(unavailable, "The media thread does not answer, or too many are asking")}}},
    };
}

std::vector<Route> leg_routes(LegHandlers& legs) {
    return {
        {"GET",
         "/v1/legs",
         [&legs](R r) { return legs.list(r); },
         {"listLegs", "All legs", kNoBody, {gives("[Leg]", "In no order")}}},
        {"GET",
         "/v1/legs/{leg}",
         [&legs](R r) { return legs.get(r); },
         {"getLeg", "One leg", kNoBody, {gives("Leg", "The leg"), kNoLeg}}},
        {"PATCH",
         "/v1/legs/{leg}",
         [&legs](R r) { return legs.change(r); },
         {"changeLeg",
          "How loud others hear it",
          body("{gain_db?: number -40..20}"),
          {gives("Leg", "The leg, changed"), kMisfit, refuses(Status::bad_request, "A gain out of range"),
           kNoLeg}}},
        {"DELETE",
         "/v1/legs/{leg}",
         [&legs](R r) { return legs.hang_up(r); },
         {"hangUp",
          "Hang up: the leg is gone at once",
          optional_body("{reason?: string}"),
          {says("hanging_up", Status::accepted), kMisfit, kNoLeg}}},
        {"POST",
         "/v1/legs/{leg}/mute",
         [&legs](R r) { return legs.mute(r, true); },
         {"muteLeg", "Others do not hear it", kNoBody, {says("muted"), kNoLeg}}},
        {"DELETE",
         "/v1/legs/{leg}/mute",
         [&legs](R r) { return legs.mute(r, false); },
         {"unmuteLeg", "Others hear it again", kNoBody, {says("unmuted"), kNoLeg}}},
        {"POST",
         "/v1/legs/{leg}/deaf",
         [&legs](R r) { return legs.deafen(r, true); },
         {"deafenLeg", "It does not hear others", kNoBody, {says("deaf"), kNoLeg}}},
        {"DELETE",
         "/v1/legs/{leg}/deaf",
         [&legs](R r) { return legs.deafen(r, false); },
         {"undeafenLeg", "It hears others again", kNoBody, {says("undeaf"), kNoLeg}}},
    };
}

std::vector<Route> dtmf_routes(DtmfHandlers& dtmf) {
    using enum Status;
    return {
        {"POST",
         "/v1/legs/{leg}/dtmf",
         [&dtmf](R r) { return dtmf.send(r); },
         {"sendDigits",
          "Press keys at the peer's",
          body(R"({
            digits: string,  // 0-9 * # A-D; at most 256; others are skipped
          })"),
          {says("sent"), kMisfit, refuses(bad_request, "No digits, or too many"), kNoLeg,
           refuses(conflict, "Its peer takes no digits, or receives nothing"),
           refuses(unavailable, "Too many digits are waiting to be sent")}}},
        {"POST",
         "/v1/legs/{leg}/dtmf/accept",
         [&dtmf](R r) { return dtmf.set_accepting(r, true); },
         {"acceptDigits", "It gets what room mates press", kNoBody, {says("dtmf_accepting"), kNoLeg}}},
        {"POST",
         "/v1/legs/{leg}/dtmf/reject",
         [&dtmf](R r) { return dtmf.set_accepting(r, false); },
         {"rejectDigits",
          "It does not get what room mates press",
          kNoBody,
          {says("dtmf_rejecting"), kNoLeg}}},
    };
}

std::vector<Route> room_routes(RoomHandlers& rooms) {
    using enum Status;
    const PossibleReply full = refuses(unavailable, "Too many rooms");
    return {
        {"POST",
         "/v1/rooms",
         [&rooms](R r) { return rooms.create(r); },
         {"createRoom",
          "Create a room",
          lenient_body(R"({
            id?: string<=256,       // a UUID unless given
            app_id?: string<=256,
            sample_rate?: integer,  // 8000, 16000, 24000 or 48000; 0: the server's default
            webhook_url?: string,
            webhook_secret?: string,
          })"),
          {gives("Room", "The room", created), kMisfit, kTooLong,
           refuses(bad_request, "A rate we do not have"), refuses(conflict, "The id is taken"), full}}},
        {"GET",
         "/v1/rooms",
         [&rooms](R r) { return rooms.list(r); },
         {"listRooms", "All rooms", kNoBody, {gives("[Room]", "In no order")}}},
        {"GET",
         "/v1/rooms/{room}",
         [&rooms](R r) { return rooms.get(r); },
         {"getRoom", "One room", kNoBody, {gives("Room", "The room"), kNoRoom}}},
        {"DELETE",
         "/v1/rooms/{room}",
         [&rooms](R r) { return rooms.remove(r); },
         {"deleteRoom", "Delete it and hang up everyone inside", kNoBody, {says("deleted"), kNoRoom}}},
        {"POST",
         "/v1/rooms/{room}/legs",
         [&rooms](R r) { return rooms.add_leg(r); },
         {"join",
          "Join a leg, or move it here; makes the room if there is none",
          body(R"({
            leg_id: string,
            mute?: boolean,         // absent, like the next three: as it is
            deaf?: boolean,
            accept_dtmf?: boolean,
            role?: string<=256,     // "" clears it
            streams?: [any],        // SIP only
          })"),
          {gives("Joined", "It is in the room"), kMisfit, kTooLong,
           refuses(bad_request, "No such leg; it is in this room already; it has no secondary streams"),
           full}}},
        {"DELETE",
         "/v1/rooms/{room}/legs/{leg}",
         [&rooms](R r) { return rooms.remove_leg(r); },
         {"leave",
          "Take a leg out; it lives on",
          kNoBody,
          {says("removed"), refuses(bad_request, "No such room")}}},
    };
}

std::vector<Route> routing_routes(RoutingHandlers& routing) {
    const PossibleReply matrix = gives("Routing", "The matrix as it is now");
    const PossibleReply too_large =
        refuses(Status::bad_request, "More than 64 rows, 62 different sources, 32768 bytes of roles");
    return {
        {"PATCH",
         "/v1/legs/{leg}/role",
         [&routing](R r) { return routing.set_role(r); },
         {"setRole",
          "Its role in the routing of its room",
          body(R"({
            role?: string<=256,  // "" or absent clears it
          })"),
          {gives("Leg", "The leg, changed"), kMisfit, kTooLong, kNoLeg}}},
        {"GET",
         "/v1/rooms/{room}/routing",
         [&routing](R r) { return routing.get(r); },
         {"getRouting", "Which roles hear which", kNoBody, {matrix, kNoRoom}}},
        {"PUT",
         "/v1/rooms/{room}/routing",
         [&routing](R r) { return routing.set(r); },
         {"setRouting",
          "Replace the matrix",
          body("{matrix?: Matrix}"),
          {matrix, kMisfit, kTooLong, too_large, kNoRoom}}},
        {"PATCH",
         "/v1/rooms/{room}/routing",
         [&routing](R r) { return routing.update(r); },
         {"updateRouting",
          "Set or remove rows of the matrix, all or none",
          body(R"({
            updates?: [{
                listener_role: string<=256,
                sources?: [string] | null,  // null or absent removes the row
            }],                             // at most 64
          })"),
          {matrix, kMisfit, kTooLong, too_large,
           refuses(Status::bad_request, "An update that names no listener; too many updates"), kNoRoom}}},
    };
}

std::vector<Route> bridge_routes(BridgeHandlers& bridges) {
    using enum Status;
    const PossibleReply no_bridge = refuses(not_found, "No such room, or no such bridge of it");
    const PossibleReply bad_direction = refuses(bad_request, "No such direction");
    return {
        {"POST",
         "/v1/rooms/{room}/bridges",
         [&bridges](R r) { return bridges.create(r); },
         {"createBridge",
          "Two rooms hear each other",
          body(R"({
            room_id: string,         // the other room
            id?: string<=256,        // a UUID unless given
            direction?: Direction | '',
          })"),
          {gives("Bridge", "The bridge", created), kMisfit, kTooLong, bad_direction,
           refuses(bad_request, "No other room, the room itself, or another sample rate"),
           refuses(not_found, "No such room, either of them"),
           refuses(conflict, "The rooms are bridged already, or the id is taken"),
           refuses(unavailable, "Too many bridges")}}},
        {"GET",
         "/v1/rooms/{room}/bridges",
         [&bridges](R r) { return bridges.list(r); },
         {"listBridges", "All bridges of a room", kNoBody, {gives("[Bridge]", "In no order"), kNoRoom}}},
        {"GET",
         "/v1/rooms/{room}/bridges/{bridge}",
         [&bridges](R r) { return bridges.get(r); },
         {"getBridge", "One bridge", kNoBody, {gives("Bridge", "The bridge"), no_bridge}}},
        {"PATCH",
         "/v1/rooms/{room}/bridges/{bridge}",
         [&bridges](R r) { return bridges.turn(r); },
         {"turnBridge",
          "Another direction",
          body("{direction: Direction}"),
          {gives("Bridge", "The bridge, changed"), kMisfit, bad_direction, no_bridge}}},
        {"DELETE",
         "/v1/rooms/{room}/bridges/{bridge}",
         [&bridges](R r) { return bridges.remove(r); },
         {"deleteBridge", "Take it down", kNoBody, {says("deleted"), no_bridge}}},
    };
}

constexpr std::string_view kSdp = "application/sdp";
constexpr std::string_view kSdpFragment = "application/trickle-ice-sdpfrag";

Operation open_operation(std::string_view id, std::string_view summary) {
    using enum Status;
    return {id,
            summary,
            {RequestBody::Need::required, "", kSdp},
            {{.status = created,
              .text = "The answer, and where the session is",
              .text_type = kSdp,
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
            {RequestBody::Need::required, "", kSdpFragment},
            {gives_nothing("Candidates taken"),
             {.status = ok,
              .text = "ICE restarted: our part of it",
              .text_type = kSdpFragment,
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

std::vector<Route> event_routes(EventHandlers& events) {
    using enum Status;
    const Parameter after{"after", "integer 0..",
                          "The last event that was seen; 0: everything since the start."};
    const Parameter app_id{"app_id", "string<=256", "RE2 pattern that has to match in the event's `app_id`."};
    return {
        {"GET",
         "/v1/events",
         [&events](R r) { return events.replay(r); },
         {"readEvents",
          "What happened after an event",
          kNoBody,
          {gives("EventPage", "Possibly none"),
           refuses(bad_request, "`after`, `limit`, `app_id` or `wait` does not fit"),
           gives("EventsGone", "Not every event after that is kept any more", Status::gone),
           refuses(not_implemented, "Events are not kept"), kTooManyWait},
          {after, {"limit", "integer 1..1000", "At most so many; 100 unless given."}, app_id, kWait}}},
        {"GET",
         "/v1/vsi",
         no_upgrade,
         {"vsi",
          "Events and commands over a WebSocket; asyncapi.json describes it",
          kNoBody,
          {{.status = switching_protocols, .text = "The WebSocket"},
           refuses(bad_request, "`after` or `app_id` does not fit"),
           refuses(unavailable, "Too many connections"),
           {.status = upgrade_required,
            .text = "Asked for without `Upgrade: websocket`",
            .schema = "Error",
            .headers = {"Upgrade"}}},
          {after, app_id}}},
    };
}

std::vector<Route> plain_routes(PlainRoutes plain) {
    return {
        {"GET",
         "/v1/webrtc/ice-servers",
         [get = std::move(plain.ice_servers)](R) { return get(); },
         {"iceServers",
          "STUN and TURN servers for the browser, with credentials",
          kNoBody,
          {gives("IceServers", "Possibly none")}}},
        {"GET",
         "/healthz",
         [](R) { return status_word("ok"); },
         {"health", "The process answers", kNoBody, {says("ok")}}},
        {"GET",
         "/readyz",
         [ready = std::move(plain.ready)](R) { return readiness(ready); },
         {"readiness",
          "Whether calls are taken",
          kNoBody,
          {says("ready"), refuses(Status::unavailable, "Not ready yet")}}},
    };
}

}  // namespace

std::vector<Route> make_routes(Handlers handlers, PlainRoutes plain) {
    std::vector<Route> routes = connection_routes(handlers.webrtc);
    add(routes, leg_routes(handlers.legs));
    add(routes, dtmf_routes(handlers.dtmf));
    add(routes, room_routes(handlers.rooms));
    add(routes, routing_routes(handlers.routing));
    add(routes, bridge_routes(handlers.bridges));
    add(routes, publishing_routes(handlers.whip));
    add(routes, listening_routes(handlers.whip));
    add(routes, event_routes(handlers.events));
    add(routes, plain_routes(std::move(plain)));
    return routes;
}

}  // namespace legroom::api
