#include "api/routes.hpp"

#include <iterator>

namespace legroom::api {
namespace {

using R = const Routed&;
using call::Purpose;

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
    return {
        {"POST", "/v1/webrtc/offer", [&webrtc](R r) { return webrtc.offer(r); }},
        {"POST", "/v1/legs/{leg}/offer", [&webrtc](R r) { return webrtc.further_offer(r); }},
        {"POST", "/v1/legs/{leg}/ice-candidates", [&webrtc](R r) { return webrtc.add_candidates(r); }},
        {"GET", "/v1/legs/{leg}/ice-candidates", [&webrtc](R r) { return webrtc.drain_candidates(r); },
         /*safe=*/false},
        {"GET", "/v1/legs/{leg}/ice", [&webrtc](R r) { return webrtc.ice_status(r); }},
    };
}

std::vector<Route> leg_routes(LegHandlers& legs) {
    return {
        {"GET", "/v1/legs", [&legs](R r) { return legs.list(r); }},
        {"GET", "/v1/legs/{leg}", [&legs](R r) { return legs.get(r); }},
        {"PATCH", "/v1/legs/{leg}", [&legs](R r) { return legs.change(r); }},
        {"DELETE", "/v1/legs/{leg}", [&legs](R r) { return legs.hang_up(r); }},
        {"POST", "/v1/legs/{leg}/mute", [&legs](R r) { return legs.mute(r, true); }},
        {"DELETE", "/v1/legs/{leg}/mute", [&legs](R r) { return legs.mute(r, false); }},
        {"POST", "/v1/legs/{leg}/deaf", [&legs](R r) { return legs.deafen(r, true); }},
        {"DELETE", "/v1/legs/{leg}/deaf", [&legs](R r) { return legs.deafen(r, false); }},
    };
}

std::vector<Route> dtmf_routes(DtmfHandlers& dtmf) {
    return {
        {"POST", "/v1/legs/{leg}/dtmf", [&dtmf](R r) { return dtmf.send(r); }},
        {"POST", "/v1/legs/{leg}/dtmf/accept", [&dtmf](R r) { return dtmf.set_accepting(r, true); }},
        {"POST", "/v1/legs/{leg}/dtmf/reject", [&dtmf](R r) { return dtmf.set_accepting(r, false); }},
    };
}

/// To what a request names: to a leg, or to a room.
std::vector<Route> playback_routes(PlaybackHandlers& playbacks) {
    return {
        {"POST", "/v1/legs/{leg}/play", [&playbacks](R r) { return playbacks.start(r); }},
        {"PATCH", "/v1/legs/{leg}/play/{playback}", [&playbacks](R r) { return playbacks.set_volume(r); }},
        {"DELETE", "/v1/legs/{leg}/play/{playback}", [&playbacks](R r) { return playbacks.stop(r); }},
        {"POST", "/v1/rooms/{room}/play", [&playbacks](R r) { return playbacks.start(r); }},
        {"PATCH", "/v1/rooms/{room}/play/{playback}", [&playbacks](R r) { return playbacks.set_volume(r); }},
        {"DELETE", "/v1/rooms/{room}/play/{playback}", [&playbacks](R r) { return playbacks.stop(r); }},
    };
}

std::vector<Route> recording_routes(RecordingHandlers& recordings, std::string_view record,
                                    std::string_view pause, std::string_view resume) {
    return {
        {"POST", record, [&recordings](R r) { return recordings.start(r); }},
        {"DELETE", record, [&recordings](R r) { return recordings.stop(r); }},
        {"POST", pause, [&recordings](R r) { return recordings.set_paused(r, true); }},
        {"POST", resume, [&recordings](R r) { return recordings.set_paused(r, false); }},
    };
}

std::vector<Route> room_routes(RoomHandlers& rooms) {
    return {
        {"POST", "/v1/rooms", [&rooms](R r) { return rooms.create(r); }},
        {"GET", "/v1/rooms", [&rooms](R r) { return rooms.list(r); }},
        {"GET", "/v1/rooms/{room}", [&rooms](R r) { return rooms.get(r); }},
        {"DELETE", "/v1/rooms/{room}", [&rooms](R r) { return rooms.remove(r); }},
        {"POST", "/v1/rooms/{room}/legs", [&rooms](R r) { return rooms.add_leg(r); }},
        {"DELETE", "/v1/rooms/{room}/legs/{leg}", [&rooms](R r) { return rooms.remove_leg(r); }},
    };
}

std::vector<Route> routing_routes(RoutingHandlers& routing) {
    return {
        {"PATCH", "/v1/legs/{leg}/role", [&routing](R r) { return routing.set_role(r); }},
        {"GET", "/v1/rooms/{room}/routing", [&routing](R r) { return routing.get(r); }},
        {"PUT", "/v1/rooms/{room}/routing", [&routing](R r) { return routing.set(r); }},
        {"PATCH", "/v1/rooms/{room}/routing", [&routing](R r) { return routing.update(r); }},
    };
}

std::vector<Route> bridge_routes(BridgeHandlers& bridges) {
    return {
        {"POST", "/v1/rooms/{room}/bridges", [&bridges](R r) { return bridges.create(r); }},
        {"GET", "/v1/rooms/{room}/bridges", [&bridges](R r) { return bridges.list(r); }},
        {"GET", "/v1/rooms/{room}/bridges/{bridge}", [&bridges](R r) { return bridges.get(r); }},
        {"PATCH", "/v1/rooms/{room}/bridges/{bridge}", [&bridges](R r) { return bridges.turn(r); }},
        {"DELETE", "/v1/rooms/{room}/bridges/{bridge}", [&bridges](R r) { return bridges.remove(r); }},
    };
}

std::vector<Route> webhook_routes(WebhookHandlers& webhooks) {
    return {
        {"GET", "/v1/webhooks", [&webhooks](R r) { return webhooks.status(r); }},
        {"GET", "/v1/webhooks/dead-letters", [&webhooks](R r) { return webhooks.dead_letters(r); }},
    };
}

std::vector<Route> whip_routes(WhipHandlers& whip, std::string_view endpoint, std::string_view session,
                               Purpose p) {
    return {
        {"POST", endpoint, [&whip, p](R r) { return whip.open(r, p); }},
        {"GET", endpoint, [&whip](R r) { return whip.look_at_endpoint(r); }},
        {"OPTIONS", endpoint, [&whip](R) { return whip.endpoint_options(); }},
        {"PATCH", session, [&whip, p](R r) { return whip.patch(r, p); }},
        {"DELETE", session, [&whip, p](R r) { return whip.close(r, p); }},
        {"GET", session, [&whip, p](R r) { return whip.look_at_session(r, p); }},
        {"OPTIONS", session, [&whip](R) { return whip.session_options(); }},
    };
}

}  // namespace

std::vector<Route> make_routes(Handlers handlers, PlainRoutes plain) {
    std::vector<Route> routes = connection_routes(handlers.webrtc);
    add(routes, leg_routes(handlers.legs));
    add(routes, dtmf_routes(handlers.dtmf));
    add(routes, playback_routes(handlers.playbacks));
    add(routes, recording_routes(handlers.recordings, "/v1/legs/{leg}/record", "/v1/legs/{leg}/record/pause",
                                 "/v1/legs/{leg}/record/resume"));
    add(routes, room_routes(handlers.rooms));
    add(routes, recording_routes(handlers.recordings, "/v1/rooms/{room}/record",
                                 "/v1/rooms/{room}/record/pause", "/v1/rooms/{room}/record/resume"));
    add(routes, routing_routes(handlers.routing));
    add(routes, bridge_routes(handlers.bridges));
    add(routes, whip_routes(handlers.whip, "/v1/whip/{room}", "/v1/whip/{room}/{leg}", Purpose::publish));
    add(routes, whip_routes(handlers.whip, "/v1/whep/{room}", "/v1/whep/{room}/{leg}", Purpose::listen));
    add(routes, webhook_routes(handlers.webhooks));
    add(routes,
        {
            {"GET", "/v1/events", [&events = handlers.events](R r) { return events.replay(r); }},
            {"GET", "/v1/vsi", no_upgrade},
            {"GET", "/v1/webrtc/ice-servers", [get = std::move(plain.ice_servers)](R) { return get(); }},
            {"GET", "/metrics", [get = std::move(plain.metrics)](R r) { return get(r.now); }},
            {"GET", "/healthz", [](R) { return status_word("ok"); }},
            {"GET", "/readyz", [ready = std::move(plain.ready)](R) { return readiness(ready); }},
        });
    return routes;
}

}  // namespace legroom::api
