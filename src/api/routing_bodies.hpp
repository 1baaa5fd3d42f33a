#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "call/bridge_service.hpp"
#include "call/routing_service.hpp"

/// Request bodies about roles, routing and bridges. Every failure is Error::invalid_json: what is in them is
/// for the services to judge.
namespace legroom::api {

/// The role; absent is "", which clears it.
Result<std::string> parse_role(std::string_view body);

/// The matrix; absent is the empty one. A row that is null is no row.
Result<call::RoutingMatrix> parse_matrix(std::string_view body);

Result<std::vector<call::RowUpdate>> parse_row_updates(std::string_view body);

Result<call::NewBridge> parse_new_bridge(std::string_view body);

/// The direction a bridge is to be turned to; "" when absent.
Result<std::string> parse_direction(std::string_view body);

}  // namespace legroom::api
