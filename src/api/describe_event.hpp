#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string_view>
#include <vector>

namespace legroom::api {

/// What an event of one kind says, in the notation of schema.hpp.
struct EventDescription {
    /// Which of `leg_id` and `room_id` it carries.
    enum class Scope : std::uint8_t { none, leg, room, leg_and_room, leg_perhaps_room, leg_or_room };
    std::string_view type;  ///< "leg.muted"
    std::string_view text;
    Scope scope = Scope::none;
    std::string_view members = {};  ///< Beside the envelope and the scope; "": none.
};

/// Every kind of call::Event, in the order of call::Happening. A kind without a description does not compile.
std::vector<EventDescription> describe_events();

/// The event as one JSON object, envelope and all.
boost::json::object event_schema(const EventDescription& event);

}  // namespace legroom::api
