#pragma once

#include <vector>

#include "api/playback_handlers.hpp"
#include "api/router.hpp"

namespace legroom::api {

std::vector<Route> playback_routes(
    PlaybackHandlers& playbacks);  ///< /v1/legs/{leg}/play and /v1/rooms/{room}/play

}  // namespace legroom::api
