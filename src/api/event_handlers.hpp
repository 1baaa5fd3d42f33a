#pragma once

#include <cstddef>
#include <optional>

#include "api/event_query.hpp"
#include "api/event_stream.hpp"
#include "api/reply.hpp"

namespace legroom::api {

inline constexpr std::size_t kMaxEventBytes = 512 * 1024;  ///< In one reply, and one event beyond.
inline constexpr std::size_t kMaxEventsScanned = 5'000;    ///< For one reply: a filter may want few of many.

/// GET /v1/events: what has happened, from the ledger. `stream` may be nullptr, then there is none: 501; it
/// must outlive the handlers.
class EventHandlers {
public:
    explicit EventHandlers(const EventStream* stream) : stream_(stream) {}

    Outcome replay(const Routed& request) const;

private:
    [[nodiscard]] Reply gone(events::Seq after) const;
    std::optional<Reply> next_page(const EventQuery& wanted, events::Seq& at) const;

    const EventStream* stream_;
};

}  // namespace legroom::api
