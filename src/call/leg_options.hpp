#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "webhook/target.hpp"

namespace legroom::call {

using LegHeaders = std::map<std::string, std::string>;  ///< By their names, as they came.

/// What an offer may say of the leg it makes, beside its SDP. All of it is in force before the leg's first
/// frame, and none of it is an event.
struct LegOptions {
    std::string app_id = {};
    std::string role = {};  ///< For the routing of its rooms; "" = none.
    bool muted = false;
    bool deaf = false;
    bool accept_dtmf = true;
    std::optional<bool> speech_detection = {};     ///< nullopt: as configured, like the next.
    std::optional<Duration> reconnect_grace = {};  ///< 0 to kMaxReconnectGrace.
    std::optional<Duration> max_duration = {};     ///< From its creation; more than 0, at most kMaxDuration.
    webhook::TargetPtr webhook = {};               ///< Of events about it, its first included; nullptr: none.
    LegHeaders headers = {};                       ///< For whoever reads the leg.
};

/// At most kMaxHeaders, and names and values of at most kMaxHeaderBytes together.
bool are_bounded(const LegHeaders& headers);

/// Error::app_id_too_long, role_too_long, bad_reconnect_grace, bad_max_duration, too_many_headers: the
/// first that fits.
Result<void> check(const LegOptions& options);

}  // namespace legroom::call
