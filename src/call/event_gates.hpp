#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "call/event.hpp"

namespace legroom::call {

/// Keeps events back for which another one has to come first that is not there yet: `leg.disconnected` until
/// the leg's recording is a file. A gate has its place among the events, and what was missing gets that
/// place. Whatever is kept back keeps back what is said of the same leg or room after it, so that each leg's
/// story and each room's stays in order. Not for ever: a gate opens by itself when an event has waited for
/// kMaxEventHold. Control thread only.
class EventGates {
public:
    enum class GateId : std::uint64_t {};

    explicit EventGates(EventSink out) : out_(std::move(out)) {}

    /// Keeps back the end of these legs and, if there is one, all that is said of this room.
    GateId close(std::set<LegId> legs, std::optional<RoomId> room = {});
    /// What the gate was closed for takes its place; if it has opened by itself, it is said now.
    void open(GateId gate, std::vector<Event> missing);
    /// Opens what has been closed for too long.
    void handle_timeout(Instant now);

    void say(Event event);  ///< Now, or when nothing keeps it back any more.

    [[nodiscard]] std::size_t closed() const;

private:
    struct Gate {
        GateId id{};
        std::set<LegId> legs;
        std::optional<RoomId> room;
        std::optional<Instant> keeps_since;  ///< Of the first event that waits for it.
    };
    using Entry = std::variant<Gate, Event>;
    using Queue = std::list<Entry>;

    /// What waits at one place of the queue and before.
    struct Before {
        std::vector<const Gate*> gates;
        std::set<LegId> legs;
        std::set<RoomId> rooms;

        void add(const Entry& entry);
        [[nodiscard]] bool keep(const Event& event) const;
    };
    static bool keeps(const Gate& gate, const Event& event);
    [[nodiscard]] Queue::iterator find(GateId gate);
    void let_go();

    EventSink out_;
    Queue queue_;    ///< Gates, and the events that wait, in the order in which they were said.
    Before before_;  ///< The whole queue.
    std::uint64_t last_id_ = 0;
};

}  // namespace legroom::call
