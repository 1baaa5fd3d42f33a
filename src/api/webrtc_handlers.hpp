#pragma once

#include "api/reply.hpp"
#include "call/leg_service.hpp"

namespace legroom::api {

/// Signalling (contract 01). `legs` must outlive the handlers.
class WebRtcHandlers {
public:
    explicit WebRtcHandlers(call::LegService& legs) : legs_(legs) {}

    Reply offer(const Routed& request);
    Reply add_candidate(const Routed& request);
    Reply drain_candidates(const Routed& request);

private:
    call::LegService& legs_;
};

}  // namespace legroom::api
