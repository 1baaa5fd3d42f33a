#pragma once

#include "api/reply.hpp"
#include "webhook/dispatcher.hpp"

namespace legroom::api {

/// What became of events that had a webhook. `dispatcher` may be nullptr, then there is none: 501; it must
/// outlive the handlers.
class WebhookHandlers {
public:
    explicit WebhookHandlers(const webhook::Dispatcher* dispatcher) : dispatcher_(dispatcher) {}

    [[nodiscard]] Reply status(const Routed& request) const;
    [[nodiscard]] Reply dead_letters(const Routed& request) const;

private:
    const webhook::Dispatcher* dispatcher_;
};

}  // namespace legroom::api
