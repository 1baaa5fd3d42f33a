#pragma once

#include "api/reply.hpp"
#include "call/subject.hpp"

namespace legroom::api {

/// Whom a path names: its {leg}, or where there is none its {room}.
inline call::Subject subject_of(const Routed& request) {
    const auto leg = request.path.find("leg");
    if (leg != request.path.end()) return LegId{leg->second};
    return RoomId{request.path.at("room")};
}

}  // namespace legroom::api
