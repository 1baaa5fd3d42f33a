#pragma once

#include <string_view>

#include "api/reply.hpp"
#include "base/result.hpp"

namespace legroom::api {

/// Where an error came up, for the few that contract 03 or RFC 9725 words differently there.
enum class Where { anywhere, playback_stop, room_delete, room_join, room_leave, fragment, whip };

/// Status and text of an error, from the one table in problem.cpp. `subject` is the id the text names. An
/// error the table does not know is a 500.
Reply problem(const error_code& error, Where where = Where::anywhere, std::string_view subject = {});

}  // namespace legroom::api
