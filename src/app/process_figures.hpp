#pragma once

#include "base/wall_time.hpp"
#include "metrics/families.hpp"

namespace legroom::app {

/// What every program tells of itself, by the names Prometheus's own clients use: processor time, memory,
/// open descriptors, start. What the system does not say is left out.
void write_process(WallTime started, metrics::Families& families);

}  // namespace legroom::app
