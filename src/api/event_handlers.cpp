#include "api/event_handlers.hpp"

#include <boost/json/serialize.hpp>

#include "api/bodies.hpp"
#include "api/problem.hpp"

namespace legroom::api {
namespace {

/// The bodies are JSON already, and are not read again to be put into a list.
Reply page_of(const std::string& instance_id, const std::string& events, events::Seq last, bool more) {
    std::string text = "{";
    if (!instance_id.empty()) text += "\"instance_id\":" + boost::json::serialize(instance_id) + ",";
    text += "\"events\":[" + events + "],\"last_seq\":" + std::to_string(last) +
            ",\"more\":" + (more ? "true" : "false") + "}\n";
    return {Status::ok, {}, {}, Payload{"application/json", std::move(text)}};
}

}  // namespace

/// GET /v1/events: 200 what came after `after`, oldest first; with `wait` as soon as there is something, or
/// nothing after that; 400 a member of the query does not fit; 410 some of it is not kept any more.
Outcome EventHandlers::replay(const Routed& request) const {
    if (stream_ == nullptr) return refusal(Status::not_implemented, "events are not kept");
    auto wanted = parse_event_query(request.query);
    if (!wanted) return refusal(Status::bad_request, wanted.error());
    const auto wait = parse_wait(request.query);
    if (!wait) return problem(wait.error());
    const events::Ledger& ledger = stream_->ledger();
    if (wanted->after && !ledger.reaches(*wanted->after)) return gone(*wanted->after);

    events::Seq at = wanted->after ? ledger.resume_at(*wanted->after) : ledger.oldest();
    if (auto page = next_page(*wanted, at)) return std::move(*page);
    Reply none = page_of(stream_->instance_id(), "", at - 1, false);
    if (*wait == Duration::zero()) return none;
    // A retry goes on where the last one found nothing, so that each event is looked at once.
    const auto retry = [this, wanted = std::move(*wanted), at]() mutable { return next_page(wanted, at); };
    return Deferred{request.now + *wait, std::move(none), LegId{}, retry};
}

Reply EventHandlers::gone(events::Seq after) const {
    const events::Ledger& ledger = stream_->ledger();
    Reply reply = refusal(Status::gone, "not every event after " + std::to_string(after) +
                                            " is kept: read the state anew, and go on after last_seq");
    reply.body.as_object()["oldest_seq"] = ledger.oldest();
    reply.body.as_object()["last_seq"] = ledger.next() - 1;
    return reply;
}

/// Moves `at` behind what it has looked at. nullopt: nothing is there, and nothing is left to look at.
std::optional<Reply> EventHandlers::next_page(const EventQuery& wanted, events::Seq& at) const {
    const events::Ledger& ledger = stream_->ledger();
    if (at < ledger.oldest()) return gone(at - 1);  // While it waited, more came at once than is kept.
    std::string events;
    std::size_t count = 0;
    std::size_t scanned = 0;
    while (at < ledger.next() && count < wanted.limit && scanned < kMaxEventsScanned &&
           events.size() < kMaxEventBytes) {
        const auto record = ledger.find(at);
        ++at;
        ++scanned;
        if (!wanted.filter.wants(record->app_id)) continue;
        events += (count++ > 0 ? "," : "") + record->body;
    }
    const bool more = at < ledger.next();
    if (count == 0 && !more) return std::nullopt;
    return page_of(stream_->instance_id(), events, at - 1, more);
}

}  // namespace legroom::api
