#pragma once

#include <boost/json/object.hpp>

#include "call/failure.hpp"
#include "call/ice_status.hpp"

/// How a connection stands and why it failed, as JSON. Addresses are "192.0.2.1:5000", times milliseconds.
namespace legroom::api {

boost::json::object render(const call::IceStatus& status);  ///< Body of GET /v1/legs/{leg}/ice.
boost::json::object render(const call::Failure& failure);   ///< `failure` of leg.disconnected.

}  // namespace legroom::api
