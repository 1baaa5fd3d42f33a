#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "call/leg_service.hpp"
#include "call/room_service.hpp"

namespace legroom::call {

/// An offer that names a room: the leg and its seat there, or neither. The room is made if it does not exist,
/// with the app_id of the leg. Errors as of RoomService::check_open() and LegService::create(). The leg
/// enters with its options in force: a muted one is not heard for one frame, and whoever may not hear its
/// role does not.
Result<NewLeg> create_in_room(Instant now, LegService& legs, RoomService& rooms, const RoomId& room,
                              std::string_view offer, LegOptions options, Origin origin = {});

}  // namespace legroom::call
