#include "call/admission.hpp"

#include <cassert>
#include <utility>

namespace legroom::call {

Result<NewLeg> create_in_room(Instant now, LegService& legs, RoomService& rooms, const RoomId& room,
                              std::string_view offer, LegOptions options, Origin origin) {
    if (const auto possible = rooms.check_open(room); !possible) return possible.error();
    Joining joining;
    if (!options.role.empty()) joining.role = options.role;
    auto leg = legs.create(now, offer, std::move(options), std::move(origin));
    if (!leg) return leg;

    joining.leg = leg->id;
    const auto joined = rooms.join(now, room, joining);
    assert(joined);  // The leg is new and the room can be had.
    static_cast<void>(joined);
    return leg;
}

}  // namespace legroom::call
