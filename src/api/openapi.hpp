#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string_view>

#include "api/operation.hpp"
#include "api/router.hpp"

namespace legroom::api {

inline constexpr std::string_view kDescribedVersion = "1";  ///< Of the API, as in /v1; not of the program.

/// The description of all these routes (OpenAPI 3.1). Throws std::invalid_argument when a row's notation is
/// none.
boost::json::object openapi(std::span<const Route> routes);

/// What stands for a reply's body, without `instance_id`: VSI has it so, too.
boost::json::object reply_schema(const PossibleReply& reply);

/// "legs" of "/v1/legs/{leg}/mute": what a route is filed under.
std::string_view topic_of(std::string_view pattern);

}  // namespace legroom::api
