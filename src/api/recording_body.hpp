#pragma once

#include <string_view>

#include "base/result.hpp"
#include "call/recording_service.hpp"

namespace legroom::api {

/// The body of POST …/record, all of it optional. Members of other storages are checked for their type only.
Result<call::NewRecording> parse_recording(std::string_view body);

}  // namespace legroom::api
