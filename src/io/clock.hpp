#pragma once

#include <string>

#include "base/time.hpp"
#include "base/wall_time.hpp"

namespace legroom::io {

/// The one place that asks for the hour: steady, monotonic, origin arbitrary.
Instant now();

/// And the one that asks for the date.
WallTime wall_time();

/// That by the clock on the wall here: "20260203_040506".
std::string local_stamp();

}  // namespace legroom::io
