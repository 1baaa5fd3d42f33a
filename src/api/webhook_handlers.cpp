#include "api/webhook_handlers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <chrono>

namespace legroom::api {
namespace json = boost::json;
namespace {

Reply no_webhooks() { return refusal(Status::not_implemented, "webhooks are not supported"); }

json::object render(const webhook::DeadLetter& letter) {
    const auto reason = webhook::to_string(letter.reason);
    json::object object{
        {"event_id", letter.event_id},
        {"event_seq", letter.seq},
        {"type", letter.type},
        {"url", letter.url},
        {"reason", json::string_view{reason.data(), reason.size()}},
        {"attempts", letter.attempts},
        {"waited_ms", std::chrono::duration_cast<std::chrono::milliseconds>(letter.waited).count()}};
    if (!letter.error.empty()) object["error"] = letter.error;
    if (!letter.body.empty()) object["event"] = json::parse(letter.body);
    return object;
}

}  // namespace

/// GET /v1/webhooks: 200 what waits, and counters since the start.
Reply WebhookHandlers::status(const Routed&) const {
    if (dispatcher_ == nullptr) return no_webhooks();
    const webhook::Counters& count = dispatcher_->counters();
    return {Status::ok,
            {{"waiting", dispatcher_->waiting()},
             {"memory_bytes", dispatcher_->memory()},
             {"disk_bytes", dispatcher_->disk()},
             {"receivers", dispatcher_->receivers()},
             {"enqueued", count.enqueued},
             {"delivered", count.delivered},
             {"failed_attempts", count.failed_attempts},
             {"dead_letters", dispatcher_->dead_letters().total()}}};
}

/// GET /v1/webhooks/dead-letters: 200 the latest events that were given up, oldest first.
Reply WebhookHandlers::dead_letters(const Routed&) const {
    if (dispatcher_ == nullptr) return no_webhooks();
    const webhook::DeadLetters& dead = dispatcher_->dead_letters();
    json::array letters;
    for (const webhook::DeadLetter& letter : dead.all()) letters.push_back(render(letter));
    return {Status::ok,
            {{"dead_letters", std::move(letters)}, {"total", dead.total()}, {"forgotten", dead.forgotten()}}};
}

}  // namespace legroom::api
