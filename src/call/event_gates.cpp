#include "call/event_gates.hpp"

#include <algorithm>
#include <utility>

#include "call/limits.hpp"

namespace legroom::call {

EventGates::GateId EventGates::close(std::set<LegId> legs, std::optional<RoomId> room) {
    const GateId id{++last_id_};
    gates_.push_back({id, std::move(legs), std::move(room), {}});
    return id;
}

void EventGates::open(GateId gate) {
    const auto found = std::ranges::find(gates_, gate, &Gate::id);
    if (found == gates_.end()) return;
    const auto waiting = std::move(found->waiting);
    gates_.erase(found);
    for (const Event& event : waiting) say(event);
}

void EventGates::handle_timeout(Instant now) {
    std::vector<GateId> late;
    for (const Gate& gate : gates_) {
        if (!gate.waiting.empty() && now - gate.waiting.front().at >= kMaxEventHold) late.push_back(gate.id);
    }
    for (const GateId id : late) open(id);
}

void EventGates::say(Event event) {
    const auto gate = std::ranges::find_if(gates_, [&](const Gate& one) { return holds(one, event); });
    if (gate == gates_.end()) return out_(event);
    gate->waiting.push_back(std::move(event));
}

bool EventGates::holds(const Gate& gate, const Event& event) {
    if (gate.room && event.room == *gate.room) return true;
    return std::holds_alternative<LegDisconnected>(event.what) && gate.legs.contains(event.leg);
}

}  // namespace legroom::call
