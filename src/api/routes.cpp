#include "api/routes.hpp"

#include <iterator>
#include <utility>

#include "api/common_replies.hpp"
#include "api/media_type.hpp"
#include "api/playback_routes.hpp"
#include "api/recording_routes.hpp"
#include "api/whip_routes.hpp"

namespace legroom::api {
namespace {

using R = const Routed&;

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
            room_id?: string<=256,      // the leg is in it when the answer comes; made if there is none
            mute?: boolean,
            deaf?: boolean,
            accept_dtmf?: boolean,
            speech_detection?: boolean,         // else as the server is configured
            reconnect_grace?: integer 0..3600,  // seconds an interrupted leg waits for its peer
            max_duration?: integer 0..31622400, // seconds until it ends; 0: no limit
            webhook_url?: string<=2048,         // where its events go
            webhook_secret?: string<=256,       // signs them
            headers?: {*: string},              // at most 32, for whoever reads the leg
          })"),
          {gives("Offered", "A leg, and the answer"), kMisfit, bad_offer, kTooLong,
           refuses(bad_request, "`reconnect_grace` or `max_duration` out of range"), kBadWebhook,
           refuses(bad_request, "Too many or too long `headers`"), kNoCodec,
           refuses(internal_error, "The server has no address of its own"),
           refuses(unavailable, "Too many legs, or too many rooms")}}},
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
          {RequestBody::Need::required, "Candidate | [Candidate] 1..64", kFragmentType},
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
            webhook_url?: string<=2048,    // where its events go
            webhook_secret?: string<=256,  // signs them
          })"),
          {gives("Room", "The room", created), kMisfit, kTooLong, kBadWebhook,
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

std::vector<Route> webhook_routes(WebhookHandlers& webhooks) {
    const PossibleReply none = refuses(Status::not_implemented, "Webhooks are not supported");
    return {
        {"GET",
         "/v1/webhooks",
         [&webhooks](R r) { return webhooks.status(r); },
         {"webhooks",
          "What waits for webhooks, and counters",
          kNoBody,
          {gives("Webhooks", "Figures"), none}}},
        {"GET",
         "/v1/webhooks/dead-letters",
         [&webhooks](R r) { return webhooks.dead_letters(r); },
         {"deadLetters",
          "Events that did not reach their webhooks, the latest",
          kNoBody,
          {gives("DeadLetters", "Oldest first"), none}}},
    };
}

std::vector<Route> plain_routes(PlainRoutes plain) {
    using enum Status;
    return {
        {"GET",
         "/v1/webrtc/ice-servers",
         [get = std::move(plain.ice_servers)](R) { return get(); },
         {"iceServers",
          "STUN and TURN servers for the browser, with credentials",
          kNoBody,
          {gives("IceServers", "Possibly none")}}},
        {"GET",
         "/metrics",
         [get = std::move(plain.metrics)](R r) { return get(r.now); },
         {"metrics",
          "Figures for Prometheus",
          kNoBody,
          {{.status = ok, .text = "In its text format", .text_type = kMetricsType},
           refuses(not_implemented, "Metrics are not supported"),
           refuses(unavailable, "The media thread does not answer, or too many are asking")}}},
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
    add(routes, playback_routes(handlers.playbacks));
    add(routes, recording_routes(handlers.recordings));
    add(routes, room_routes(handlers.rooms));
    add(routes, routing_routes(handlers.routing));
    add(routes, bridge_routes(handlers.bridges));
    add(routes, publishing_routes(handlers.whip));
    add(routes, listening_routes(handlers.whip));
    add(routes, event_routes(handlers.events));
    add(routes, webhook_routes(handlers.webhooks));
    add(routes, plain_routes(std::move(plain)));
    return routes;
}

}  // namespace legroom::api
