#include "api/routes.hpp"

namespace legroom::api {
namespace {

/// GET /readyz: 200 when calls are taken, else 503.
Reply readiness(const std::function<bool()>& ready) {
    return ready() ? status_word("ready") : refusal(Status::unavailable, "not ready");
}

}  // namespace

std::vector<Route> make_routes(WebRtcHandlers& webrtc, LegHandlers& legs, RoomHandlers& rooms,
                               std::function<bool()> ready) {
    using R = const Routed&;
    return {
        {"POST", "/v1/webrtc/offer", [&webrtc](R r) { return webrtc.offer(r); }},
        {"POST", "/v1/legs/{leg}/ice-candidates", [&webrtc](R r) { return webrtc.add_candidate(r); }},
        {"GET", "/v1/legs/{leg}/ice-candidates", [&webrtc](R r) { return webrtc.drain_candidates(r); },
         /*safe=*/false},

        {"GET", "/v1/legs", [&legs](R r) { return legs.list(r); }},
        {"GET", "/v1/legs/{leg}", [&legs](R r) { return legs.get(r); }},
        {"DELETE", "/v1/legs/{leg}", [&legs](R r) { return legs.hang_up(r); }},
        {"POST", "/v1/legs/{leg}/mute", [&legs](R r) { return legs.mute(r, true); }},
        {"DELETE", "/v1/legs/{leg}/mute", [&legs](R r) { return legs.mute(r, false); }},
        {"POST", "/v1/legs/{leg}/deaf", [&legs](R r) { return legs.deafen(r, true); }},
        {"DELETE", "/v1/legs/{leg}/deaf", [&legs](R r) { return legs.deafen(r, false); }},

        {"POST", "/v1/rooms", [&rooms](R r) { return rooms.create(r); }},
        {"GET", "/v1/rooms", [&rooms](R r) { return rooms.list(r); }},
        {"GET", "/v1/rooms/{room}", [&rooms](R r) { return rooms.get(r); }},
        {"DELETE", "/v1/rooms/{room}", [&rooms](R r) { return rooms.remove(r); }},
        {"POST", "/v1/rooms/{room}/legs", [&rooms](R r) { return rooms.add_leg(r); }},
        {"DELETE", "/v1/rooms/{room}/legs/{leg}", [&rooms](R r) { return rooms.remove_leg(r); }},

        {"GET", "/healthz", [](R) { return status_word("ok"); }},
        {"GET", "/readyz", [ready = std::move(ready)](R) { return readiness(ready); }},
    };
}

}  // namespace legroom::api
