#pragma once

#include <chrono>
#include <string>

namespace legroom {

/// A moment by the calendar. For what people and other programs read, never for how long something takes:
/// the wall clock jumps. Comes from io/, as Instant does.
struct WallTime {
    std::chrono::microseconds since_1970{};  ///< UTC, not before 1970.

    friend bool operator==(const WallTime&, const WallTime&) = default;
};

/// RFC 3339 §5.6 with six digits of fraction, in UTC: "2026-02-03T04:05:06.000700Z".
std::string to_rfc3339(WallTime time);

}  // namespace legroom
