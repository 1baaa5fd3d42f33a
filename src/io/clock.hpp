#pragma once

#include "base/time.hpp"
#include "base/wall_time.hpp"

namespace legroom::io {

/// The one place that asks for the hour: steady, monotonic, origin arbitrary.
Instant now();

/// And the one that asks for the date.
WallTime wall_time();

}  // namespace legroom::io
