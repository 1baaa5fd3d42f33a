#pragma once

#include <functional>
#include <string_view>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "call/ice_status.hpp"
#include "call/leg_service.hpp"
#include "sdp/fragment.hpp"

namespace legroom::api {

/// What the routes of a leg's connection ask for, beside what LegService answers at once. The program binds
/// them to the services; a route whose function is empty is answered 501, an ICE restart 422 (RFC 9725
/// §4.3.1).
struct ConnectionCalls {
    /// A further offer for a leg. Errors as LegService::create, and leg_not_found, change_pending. On an
    /// error the call is as it was.
    std::function<Result<call::NewLeg>(Instant now, const LegId& leg, std::string_view offer)> reoffer;

    /// New ICE credentials and candidates of the peer's; returns ours. Errors: leg_not_found, bad_candidate,
    /// change_pending.
    std::function<Result<sdp::Fragment>(Instant now, const LegId& leg, const sdp::Fragment& theirs)>
        restart_ice;

    /// How the connection stands. `taker` may be called later, and never if the leg ends before.
    std::function<void(const LegId& leg, call::IceStatusTaker taker)> ice_status;
};

/// Bound to the service, which must outlive them.
ConnectionCalls connection_calls(call::LegService& legs);

}  // namespace legroom::api
