#pragma once

#include "app/config.hpp"

namespace legroom::app {

/// Sets spdlog up for the whole program: one JSON object a line on standard output, or, where a person is
/// reading (a terminal), plain lines. Call once, before any thread starts.
void set_up_log(LogLevel level, bool for_a_person);

}  // namespace legroom::app
