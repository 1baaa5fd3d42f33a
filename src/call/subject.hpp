#pragma once

#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "call/event.hpp"
#include "call/switchboard.hpp"
#include "engine/playback.hpp"

namespace legroom::call {

/// What is recorded or played to: a leg or a room.
using Subject = engine::PlaybackTarget;

/// Error::leg_not_found, Error::room_not_found.
Result<void> check_exists(Switchboard& board, const Subject& subject);

/// What events about a subject say of it, also when it is gone.
struct Scope {
    Subject subject;
    std::string app_id;
    webhook::TargetPtr webhook;
};
Scope scope_of(Switchboard& board, const Subject& subject);  ///< It exists.
Event event_about(Instant now, const Scope& scope, Happening what);

}  // namespace legroom::call
