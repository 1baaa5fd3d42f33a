#pragma once

#include "api/reply.hpp"
#include "call/leg_service.hpp"
#include "call/room_service.hpp"

namespace legroom::api {

/// Rooms and their members (contract 03). Both services must outlive the handlers.
class RoomHandlers {
public:
    RoomHandlers(call::RoomService& rooms, const call::LegService& legs) : rooms_(rooms), legs_(legs) {}

    Reply create(const Routed& request);
    Reply list(const Routed& request);
    Reply get(const Routed& request);
    Reply remove(const Routed& request);
    Reply add_leg(const Routed& request);
    Reply remove_leg(const Routed& request);

private:
    call::RoomService& rooms_;
    const call::LegService& legs_;  ///< For the participants of a room object.
};

}  // namespace legroom::api
