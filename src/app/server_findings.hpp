#pragma once

#include <vector>

#include "app/config.hpp"
#include "app/finding.hpp"
#include "app/observations.hpp"

namespace legroom::app {

/// What the STUN and TURN servers' answers mean: which serve, which do not and why, what stands between us
/// and them, and whether it fits WEBRTC_EXTERNAL_IPS. A pure function.
std::vector<Finding> server_findings(const Config& config, const Observations& seen);

}  // namespace legroom::app
