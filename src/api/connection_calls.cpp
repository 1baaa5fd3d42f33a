#include "api/connection_calls.hpp"

#include <utility>

namespace legroom::api {

ConnectionCalls connection_calls(call::LegService& legs) {
    ConnectionCalls calls;
    calls.reoffer = [&legs](Instant now, const LegId& leg, std::string_view offer) {
        return legs.reoffer(now, leg, offer);
    };
    calls.restart_ice = [&legs](Instant now, const LegId& leg, const sdp::Fragment& theirs) {
        return legs.restart_ice(now, leg, theirs);
    };
    calls.ice_status = [&legs](const LegId& leg, call::IceStatusTaker taker) {
        legs.ice_status(leg, std::move(taker));
    };
    return calls;
}

}  // namespace legroom::api
