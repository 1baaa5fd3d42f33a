#pragma once

#include "api/reply.hpp"
#include "call/bridge_service.hpp"

namespace legroom::api {

/// Bridges between rooms, seen from the room in the path (contract 03). `bridges` must outlive the handlers.
class BridgeHandlers {
public:
    explicit BridgeHandlers(call::BridgeService& bridges) : bridges_(bridges) {}

    Reply create(const Routed& request);
    Reply list(const Routed& request);
    Reply get(const Routed& request);
    Reply turn(const Routed& request);
    Reply remove(const Routed& request);

private:
    call::BridgeService& bridges_;
};

}  // namespace legroom::api
