#include "call/event_gates.hpp"

#include <algorithm>
#include <utility>

#include "call/limits.hpp"

namespace legroom::call {
namespace {

/// The rooms an event is about: that of its scope, those of a bridge, or the one whose end was a leg's.
std::vector<RoomId> rooms_of(const Event& event) {
    if (!event.room.value.empty()) return {event.room};
    const auto* made = std::get_if<RoomBridged>(&event.what);
    const auto* turned = std::get_if<RoomBridgeUpdated>(&event.what);
    const auto* gone = std::get_if<RoomUnbridged>(&event.what);
    const auto* end = std::get_if<LegDisconnected>(&event.what);
    if (made != nullptr) return {made->bridge.a, made->bridge.b};
    if (turned != nullptr) return {turned->bridge.a, turned->bridge.b};
    if (gone != nullptr) return {gone->bridge.a, gone->bridge.b};
    if (end != nullptr && !end->room.value.empty()) return {end->room};
    return {};
}

}  // namespace

EventGates::GateId EventGates::close(std::set<LegId> legs, std::optional<RoomId> room) {
    const GateId id{++last_id_};
    queue_.emplace_back(Gate{id, std::move(legs), std::move(room), {}});
    before_.add(queue_.back());
    return id;
}

void EventGates::open(GateId gate, std::vector<Event> missing) {
    const auto place = find(gate);
    if (place == queue_.end()) {
        for (Event& event : missing) say(std::move(event));
        return;
    }
    for (Event& event : missing) queue_.emplace(place, std::move(event));
    queue_.erase(place);
    let_go();
}

EventGates::Queue::iterator EventGates::find(GateId gate) {
    return std::ranges::find_if(queue_, [gate](const Entry& entry) {
        const auto* one = std::get_if<Gate>(&entry);
        return one != nullptr && one->id == gate;
    });
}

void EventGates::handle_timeout(Instant now) {
    std::vector<GateId> late;
    for (const Entry& entry : queue_) {
        const auto* gate = std::get_if<Gate>(&entry);
        if (gate != nullptr && gate->keeps_since && now - *gate->keeps_since >= kMaxEventHold)
            late.push_back(gate->id);
    }
    for (const GateId id : late) open(id, {});
}

void EventGates::say(Event event) {
    if (!before_.keep(event)) return out_(event);
    for (Entry& entry : queue_) {
        auto* gate = std::get_if<Gate>(&entry);
        if (gate != nullptr && !gate->keeps_since && keeps(*gate, event)) gate->keeps_since = event.at;
    }
    before_.add(queue_.emplace_back(std::move(event)));
}

/// Says all that nothing before it keeps back any more.
void EventGates::let_go() {
    Before before;
    for (auto entry = queue_.begin(); entry != queue_.end();) {
        const auto* event = std::get_if<Event>(&*entry);
        if (event != nullptr && !before.keep(*event)) {
            out_(*event);
            entry = queue_.erase(entry);
        } else {
            before.add(*entry++);
        }
    }
    before_ = std::move(before);
}

std::size_t EventGates::closed() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        queue_, [](const Entry& entry) { return std::holds_alternative<Gate>(entry); }));
}

void EventGates::Before::add(const Entry& entry) {
    if (const auto* gate = std::get_if<Gate>(&entry)) return gates.push_back(gate);
    const auto& event = std::get<Event>(entry);
    if (!event.leg.value.empty()) legs.insert(event.leg);
    // The end of a leg follows that of its room, and nothing of the room follows it.
    if (std::holds_alternative<LegDisconnected>(event.what)) return;
    for (RoomId& room : rooms_of(event)) rooms.insert(std::move(room));
}

bool EventGates::Before::keep(const Event& event) const {
    if (gates.empty()) return false;  // Then nothing waits either.
    const auto about = rooms_of(event);
    return legs.contains(event.leg) ||
           std::ranges::any_of(about, [this](const RoomId& room) { return rooms.contains(room); }) ||
           std::ranges::any_of(gates, [&](const Gate* gate) { return keeps(*gate, event); });
}

bool EventGates::keeps(const Gate& gate, const Event& event) {
    if (gate.room &&
        std::ranges::any_of(rooms_of(event), [&](const auto& room) { return room == *gate.room; }))
        return true;
    return std::holds_alternative<LegDisconnected>(event.what) && gate.legs.contains(event.leg);
}

}  // namespace legroom::call
