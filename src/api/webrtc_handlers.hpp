#pragma once

#include "api/connection_calls.hpp"
#include "api/reply.hpp"
#include "call/leg_service.hpp"
#include "call/room_service.hpp"

namespace legroom::api {

/// How long the media thread may take to say how a connection stands; 503 beyond.
inline constexpr std::chrono::seconds kIceStatusPatience{2};

/// Signalling (contract 01) and what became of it. The services and `calls` must outlive the handlers.
class WebRtcHandlers {
public:
    WebRtcHandlers(call::LegService& legs, call::RoomService& rooms, const ConnectionCalls& calls)
        : legs_(legs), rooms_(rooms), calls_(calls) {}

    Reply offer(const Routed& request);
    Reply further_offer(const Routed& request);
    Reply add_candidates(const Routed& request);
    Outcome drain_candidates(const Routed& request);
    Outcome ice_status(const Routed& request);

private:
    Reply add_fragment(const Routed& request);
    std::optional<Reply> new_candidates(const LegId& leg);

    call::LegService& legs_;
    call::RoomService& rooms_;
    const ConnectionCalls& calls_;
};

}  // namespace legroom::api
