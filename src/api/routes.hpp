#pragma once

#include <functional>
#include <vector>

#include "api/bridge_handlers.hpp"
#include "api/dtmf_handlers.hpp"
#include "api/event_handlers.hpp"
#include "api/leg_handlers.hpp"
#include "api/playback_handlers.hpp"
#include "api/recording_handlers.hpp"
#include "api/room_handlers.hpp"
#include "api/router.hpp"
#include "api/routing_handlers.hpp"
#include "api/webhook_handlers.hpp"
#include "api/webrtc_handlers.hpp"
#include "api/whip_handlers.hpp"

namespace legroom::api {

/// Who answers; must outlive the routes.
struct Handlers {
    WebRtcHandlers& webrtc;
    LegHandlers& legs;
    DtmfHandlers& dtmf;
    PlaybackHandlers& playbacks;
    RecordingHandlers& recordings;
    RoomHandlers& rooms;
    RoutingHandlers& routing;
    BridgeHandlers& bridges;
    WhipHandlers& whip;
    EventHandlers& events;
    WebhookHandlers& webhooks;
};

/// Routes of what no service is asked for.
struct PlainRoutes {
    std::function<bool()> ready;  ///< Whether the server takes calls.
    std::function<Reply()> ice_servers;
    std::function<Outcome(Instant)> metrics;
};

/// Everything the server answers, but for fixed resources.
std::vector<Route> make_routes(Handlers handlers, PlainRoutes plain);

}  // namespace legroom::api
