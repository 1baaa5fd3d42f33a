#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/wall_time.hpp"
#include "call/event.hpp"
#include "events/ledger.hpp"

namespace legroom::api {

/// What an event has beside what happened (contract 04).
struct Envelope {
    std::string event_id;  ///< A UUID, given once.
    WallTime at;           ///< Of publication.
    std::string instance_id;
    events::Seq seq = 0;
};

/// The event as one flat JSON object: the same for every reader. A kind of happening that render_event.cpp
/// does not know does not compile.
boost::json::object render(const call::Event& event, const Envelope& envelope);

}  // namespace legroom::api
