#pragma once

#include "api/reply.hpp"
#include "call/routing_service.hpp"

namespace legroom::api {

/// Roles and the routing matrix (contract 02, 03). `routing` must outlive the handlers.
class RoutingHandlers {
public:
    explicit RoutingHandlers(call::RoutingService& routing) : routing_(routing) {}

    Reply set_role(const Routed& request);
    Reply get(const Routed& request);
    Reply set(const Routed& request);
    Reply update(const Routed& request);

private:
    call::RoutingService& routing_;
};

}  // namespace legroom::api
