#pragma once

#include "base/time.hpp"

namespace legroom::io {

/// The one place that asks for the hour: steady, monotonic, origin arbitrary.
Instant now();

}  // namespace legroom::io
