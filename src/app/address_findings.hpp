#pragma once

#include <vector>

#include "app/config.hpp"
#include "app/finding.hpp"
#include "app/observations.hpp"

namespace legroom::app {

/// What the announced addresses mean: is there one, who can reach it, does what was configured fit the
/// machine. A pure function.
std::vector<Finding> address_findings(const Config& config, const Observations& seen);

}  // namespace legroom::app
