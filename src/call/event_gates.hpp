#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "call/event.hpp"

namespace legroom::call {

/// Keeps events back for which another one has to come first that is not there yet: `leg.disconnected` until
/// the leg's recording is a file. Not for ever: after kMaxEventHold they come, whatever is missing. The order
/// of what is kept back stays. Control thread only.
class EventGates {
public:
    enum class GateId : std::uint64_t {};

    explicit EventGates(EventSink out) : out_(std::move(out)) {}

    /// Keeps back the end of these legs and, if there is one, all that is said of this room.
    GateId close(std::set<LegId> legs, std::optional<RoomId> room = {});
    void open(GateId gate);
    /// Opens what has been closed for too long.
    void handle_timeout(Instant now);

    void say(Event event);                                     ///< Now, or when its gates are open.
    void say_first(const Event& event) const { out_(event); }  ///< Before whatever is kept back.

    [[nodiscard]] std::size_t closed() const { return gates_.size(); }

private:
    struct Gate {
        GateId id{};
        std::set<LegId> legs;
        std::optional<RoomId> room;
        std::vector<Event> waiting;
    };
    static bool holds(const Gate& gate, const Event& event);

    EventSink out_;
    std::list<Gate> gates_;
    std::uint64_t last_id_ = 0;
};

}  // namespace legroom::call
