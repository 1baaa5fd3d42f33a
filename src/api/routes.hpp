#pragma once

#include <functional>
#include <vector>

#include "api/leg_handlers.hpp"
#include "api/room_handlers.hpp"
#include "api/router.hpp"
#include "api/webrtc_handlers.hpp"

namespace legroom::api {

/// Everything the server answers with JSON. The handlers must outlive the routes. `ready` says whether the
/// server takes calls.
std::vector<Route> make_routes(WebRtcHandlers& webrtc, LegHandlers& legs, RoomHandlers& rooms,
                               std::function<bool()> ready);

}  // namespace legroom::api
