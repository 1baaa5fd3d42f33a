#pragma once

#include <boost/json/object.hpp>
#include <span>

#include "api/router.hpp"
#include "vsi/commands.hpp"

namespace legroom::vsi {

/// The description of VSI (AsyncAPI 3): every frame that either side may send. Commands are described by the
/// routes they stand for, which must all be in `routes`: otherwise it throws std::invalid_argument.
boost::json::object asyncapi(std::span<const api::Route> routes);

/// What a command takes: its places, and what its route takes, here under the names of the command.
boost::json::object payload_schema(const Command& command, std::span<const api::Route> routes);

}  // namespace legroom::vsi
