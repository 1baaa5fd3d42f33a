#include "api/event_query.hpp"

#include <charconv>
#include <cstdint>
#include <utility>

#include "api/query.hpp"

namespace legroom::api {
namespace {

/// Decimal digits and nothing else; nullopt: something else.
std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

}  // namespace

Result<EventQuery, std::string> parse_event_query(std::string_view query) {
    EventQuery wanted;
    if (const auto text = query_member(query, "after")) {
        wanted.after = whole_number(*text);
        if (!wanted.after) return std::string{"invalid after: must be the event_seq of an event, or 0"};
    }
    if (const auto text = query_member(query, "limit")) {
        wanted.limit = whole_number(*text).value_or(0);
        if (wanted.limit < 1 || wanted.limit > kMaxEvents)
            return "invalid limit: must be from 1 to " + std::to_string(kMaxEvents);
    }
    auto filter = events::AppFilter::parse(query_member(query, "app_id").value_or(""));
    if (!filter) return "invalid app_id pattern: " + filter.error();
    wanted.filter = std::move(*filter);
    return wanted;
}

}  // namespace legroom::api
