#pragma once

#include <vector>

#include "api/recording_handlers.hpp"
#include "api/router.hpp"

namespace legroom::api {

std::vector<Route> recording_routes(
    RecordingHandlers& recordings);  ///< /v1/legs/{leg}/record and /v1/rooms/{room}/record

}  // namespace legroom::api
