#pragma once

#include <boost/json/string_view.hpp>
#include <string_view>

namespace legroom::api {

/// Boost.JSON has a string_view of its own.
inline boost::json::string_view json_view(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace legroom::api
