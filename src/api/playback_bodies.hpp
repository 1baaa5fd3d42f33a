#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "call/playback_service.hpp"

/// Request bodies about playbacks as values. Every failure is an api::Error.
namespace legroom::api {

/// Whatever the values; absent members are empty or zero.
Result<call::NewPlayback> parse_new_playback(std::string_view body);

/// The volume of a playback that is under way; 0 when absent.
Result<std::int64_t> parse_volume(std::string_view body);

}  // namespace legroom::api
