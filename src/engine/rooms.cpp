#include "engine/rooms.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace legroom::engine {

namespace {

BridgeEnd end_at_a(Bridge& bridge) { return {&bridge.b_to_a, &bridge.a_to_b}; }
BridgeEnd end_at_b(Bridge& bridge) { return {&bridge.a_to_b, &bridge.b_to_a}; }

}  // namespace

Room* Rooms::find(const RoomId& id) {
    const auto found = rooms_.find(id);
    return found == rooms_.end() ? nullptr : found->second.get();
}

void Rooms::create(const CreateRoom& command, bool comfort_noise, std::uint64_t noise_seed) {
    rooms_.try_emplace(command.room, std::make_unique<Room>(command.rate, comfort_noise, noise_seed));
}

void Rooms::remove(const RoomId& id) {
    const auto found = rooms_.find(id);
    if (found == rooms_.end()) return;
    const Room* room = found->second.get();
    for (auto bridge = bridges_.begin(); bridge != bridges_.end();) {
        const bool touches = bridge->second->a == room || bridge->second->b == room;
        bridge = touches ? remove(bridge) : std::next(bridge);
    }
    found->second->remove_all();
    rooms_.erase(found);
}

void Rooms::create(const CreateBridge& command) {
    Room* a = find(command.a);
    Room* b = find(command.b);
    if (a == nullptr || b == nullptr) return;
    assert(a != b && a->rate() == b->rate());
    const auto [place, fresh] = bridges_.try_emplace(command.bridge, nullptr);
    if (!fresh) return;
    try {
        place->second = std::make_unique<Bridge>();
        Bridge& bridge = *place->second;
        bridge.a = a;
        bridge.b = b;
        bridge.a_to_b.set_open(command.a_to_b);
        bridge.b_to_a.set_open(command.b_to_a);
        a->add(end_at_a(bridge));
        b->add(end_at_b(bridge));
    } catch (...) {
        remove(place);
        throw;
    }
}

void Rooms::turn(const TurnBridge& command) {
    const auto found = bridges_.find(command.bridge);
    if (found == bridges_.end()) return;
    found->second->a_to_b.set_open(command.a_to_b);
    found->second->b_to_a.set_open(command.b_to_a);
}

void Rooms::remove(const BridgeId& id) {
    if (const auto found = bridges_.find(id); found != bridges_.end()) remove(found);
}

/// Also one that was not quite made.
Rooms::Bridges::iterator Rooms::remove(Bridges::iterator place) {
    if (Bridge* bridge = place->second.get()) {
        bridge->a->remove(end_at_a(*bridge));
        bridge->b->remove(end_at_b(*bridge));
    }
    return bridges_.erase(place);
}

bool Rooms::playing() const {
    return std::ranges::any_of(rooms_, [](const auto& entry) { return !entry.second->player().empty(); });
}

void Rooms::hand_over() {
    for (const auto& entry : bridges_) {
        entry.second->a_to_b.hand_over();
        entry.second->b_to_a.hand_over();
    }
}

}  // namespace legroom::engine
