#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "events/app_filter.hpp"
#include "events/ledger.hpp"

namespace legroom::api {

inline constexpr std::size_t kDefaultEvents = 100;  ///< In one reply, unless asked for another number.
inline constexpr std::size_t kMaxEvents = 1'000;    ///< In one reply.

/// Which events a reader asks for: the query of GET /v1/events and of GET /v1/vsi.
struct EventQuery {
    std::optional<events::Seq> after;  ///< nullopt: the reader has seen none.
    std::size_t limit = kDefaultEvents;
    events::AppFilter filter;
};

/// `after`, `limit` and `app_id` of a query. Otherwise the text that says which of them does not fit.
Result<EventQuery, std::string> parse_event_query(std::string_view query);

}  // namespace legroom::api
