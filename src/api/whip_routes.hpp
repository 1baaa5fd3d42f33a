#pragma once

#include <vector>

#include "api/router.hpp"
#include "api/whip_handlers.hpp"

namespace legroom::api {

std::vector<Route> publishing_routes(WhipHandlers& whip);  ///< /v1/whip
std::vector<Route> listening_routes(WhipHandlers& whip);   ///< /v1/whep

}  // namespace legroom::api
