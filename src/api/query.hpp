#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace legroom::api {

/// The query of a request target: what stands between "?" and "#", still percent-encoded.
std::string_view query_of(std::string_view target);

/// The value of one member of a query, decoded: "a=1&b=x%20y" has a and b. nullopt: it has no such member. Of
/// several the last counts; one that is no percent-encoded text is skipped.
std::optional<std::string> query_member(std::string_view query, std::string_view name);

}  // namespace legroom::api
