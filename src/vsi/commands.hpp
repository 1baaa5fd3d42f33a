#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>

#include "api/api.hpp"
#include "base/result.hpp"

namespace legroom::vsi {

/// A command, and the route it stands for (contract 05).
struct Command {
    /// A member of the payload, and the segment of the pattern it fills.
    struct Place {
        std::string_view member;
        std::string_view segment;
    };
    enum class Body : std::uint8_t {
        none,       ///< The route looks at none.
        payload,    ///< The payload as it is: it may hold the places as well.
        candidate,  ///< The payload's member of that name.
        bridge,     ///< A new bridge: its peer and its id have other names in the payload.
    };
    std::string_view name;
    std::string_view method;
    std::string_view pattern;
    std::array<Place, 2> places = {};
    Body body = Body::none;
    /// For the description, in the notation of api/schema.hpp: what the payload has beside its places and,
    /// with Body::payload, beside what the route takes. The rest is described by the route.
    std::string_view members = {};
};

std::span<const Command> commands();
const Command* find_command(std::string_view name);  ///< nullptr: unknown.

/// The call of the route. A place that is not given is empty, which names nothing that exists; where the
/// route would make what it names, and for a place that is no text, it is a short text instead: what is
/// wrong.
Result<api::Call, std::string> to_call(const Command& command, const boost::json::object& payload);

}  // namespace legroom::vsi
