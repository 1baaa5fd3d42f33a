#pragma once

#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/units.hpp"
#include "engine/routing.hpp"
#include "webhook/target.hpp"

namespace legroom::call {

using RoutingMatrix = engine::RoutingMatrix;

/// Where legs hear each other. Lives until deleted, empty or not.
struct Room {
    RoomId id;
    std::string app_id;
    SampleRate rate = SampleRate::k16000;
    std::vector<LegId> members = {};  ///< In order of joining. Changed by Switchboard only.
    RoutingMatrix routing = {};
    webhook::TargetPtr webhook = {};  ///< Of events about it; nullptr: none of its own.
};

}  // namespace legroom::call
