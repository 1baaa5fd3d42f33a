#include "vsi/hub.hpp"

#include <cassert>
#include <utility>

#include "api/event_query.hpp"
#include "api/query.hpp"

namespace legroom::vsi {

Hub::Hub(HubConfig config, api::Api& api, api::EventStream& stream)
    : config_(config),
      api_(api),
      stream_(stream),
      listening_(stream.listen([this](const events::RecordPtr& record) {
          for (Session* session : sessions_) session->offer(record);
      })) {}

Hub::~Hub() {
    assert(sessions_.empty());
    stream_.forget(listening_);
}

HubCounters Hub::counters() const {
    HubCounters counters = counters_;
    for (const Session* session : sessions_) counters.events_dropped += session->events().dropped();
    return counters;
}

std::optional<api::Upgrade> Hub::open(const api::Request& request) {
    if (api::path_of(request.target) != "/v1/vsi") return std::nullopt;
    auto wanted = api::parse_event_query(api::query_of(request.target));
    if (!wanted) return api_.problem(api::Status::bad_request, wanted.error());
    if (sessions_.size() >= config_.connections) {
        ++counters_.refused;
        return api_.problem(api::Status::unavailable, "too many VSI connections");
    }
    ++counters_.opened;
    return make_session({config_.event_buffer, std::move(wanted->filter), stream_.ledger(), wanted->after});
}

std::unique_ptr<Session> Hub::make_session(EventQueue events) {
    auto session = std::make_unique<Session>(
        std::move(events),
        [this](Instant now, const api::Call& call, const api::Answer& answer) {
            return perform(now, call, answer);
        },
        [this](Session& gone) {
            counters_.events_dropped += gone.events().dropped();
            sessions_.erase(&gone);
        });
    sessions_.insert(session.get());
    return session;
}

std::function<void()> Hub::perform(Instant now, const api::Call& call, const api::Answer& answer) {
    const auto wait = api_.perform(now, call, answer);
    if (!wait) return {};
    return [this, id = *wait] { api_.cancel(id); };
}

}  // namespace legroom::vsi
