#pragma once

#include "api/reply.hpp"
#include "call/leg_service.hpp"

namespace legroom::api {

/// Legs (contract 02). `legs` must outlive the handlers.
class LegHandlers {
public:
    explicit LegHandlers(call::LegService& legs) : legs_(legs) {}

    Reply list(const Routed& request);
    Reply get(const Routed& request);
    Reply change(const Routed& request);
    Reply hang_up(const Routed& request);
    Reply mute(const Routed& request, bool muted);
    Reply deafen(const Routed& request, bool deaf);

private:
    call::LegService& legs_;
};

}  // namespace legroom::api
