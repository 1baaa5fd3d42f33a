#include "api/event_stream.hpp"

#include <boost/json/serialize.hpp>
#include <utility>

#include "api/render_event.hpp"

namespace legroom::api {

EventStream::EventStream(EventStreamConfig config, Random& random)
    : instance_id_(std::move(config.instance_id)),
      ledger_(config.limits, config.first_seq),
      random_(random) {}

events::RecordPtr EventStream::publish(WallTime at, const call::Event& event) {
    const Envelope envelope{random_.uuid(), at, instance_id_, ledger_.next()};
    auto record = ledger_.append(
        {envelope.seq, event.app_id, boost::json::serialize(render(event, envelope)), envelope.event_id});
    for (const auto& entry : listeners_) entry.second(record);
    return record;
}

EventStream::ListenerId EventStream::listen(Listener listener) {
    const ListenerId id{++last_listener_};
    listeners_.emplace(id, std::move(listener));
    return id;
}

}  // namespace legroom::api
