#pragma once

#include <cstdint>
#include <string_view>

#include "base/ids.hpp"

namespace legroom::call {

/// Which way sound goes over a bridge, seen from room A, the one it was made from.
enum class BridgeDirection : std::uint8_t { bidirectional, a_to_b, b_to_a, none };

std::string_view to_string(BridgeDirection direction);  ///< As in events (contract 03).

/// Two rooms of one rate that hear each other. Lives until it is deleted or one of its rooms is.
struct Bridge {
    BridgeId id;
    RoomId a;
    RoomId b;
    BridgeDirection direction = BridgeDirection::bidirectional;

    [[nodiscard]] bool touches(const RoomId& room) const { return a == room || b == room; }
};

}  // namespace legroom::call
