#include "call/switchboard.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace legroom::call {

Switchboard::Switchboard(CommandSink commands, EventSink events)
    : commands_(std::move(commands)), gates_(std::move(events)) {}

void Switchboard::publish(Instant now, const Leg& leg, Happening what) {
    gates_.say({now, leg.id, {}, leg.app_id, std::move(what), leg.webhook});
}

void Switchboard::publish(Instant now, const Leg& leg, const RoomId& room, Happening what) {
    const Room* const where = leg.webhook ? nullptr : find(room);
    gates_.say(
        {now, leg.id, room, leg.app_id, std::move(what), where == nullptr ? leg.webhook : where->webhook});
}

void Switchboard::publish(Instant now, const Room& room, Happening what) {
    gates_.say({now, {}, room.id, room.app_id, std::move(what), room.webhook});
}

void Switchboard::publish(Instant now, const Bridge& bridge, Happening what) {
    const Room& a = *find(bridge.a);
    gates_.say({now, {}, {}, a.app_id, std::move(what), a.webhook});
}

Leg* Switchboard::find(const LegId& leg) {
    const auto found = legs_.find(leg);
    return found == legs_.end() ? nullptr : &found->second;
}

Room* Switchboard::find(const RoomId& room) {
    const auto found = rooms_.find(room);
    return found == rooms_.end() ? nullptr : &found->second;
}

Bridge* Switchboard::find(const BridgeId& bridge) {
    const auto found = bridges_.find(bridge);
    return found == bridges_.end() ? nullptr : &found->second;
}

void Switchboard::for_each_leg(const std::function<void(Leg&)>& act) {
    for (auto& entry : legs_) act(entry.second);
}

Leg& Switchboard::add(Leg&& leg) {
    LegId id = leg.id;
    const auto [place, fresh] = legs_.try_emplace(std::move(id), std::move(leg));
    assert(fresh);
    static_cast<void>(fresh);
    return place->second;
}

Room& Switchboard::add(Room&& room) {
    RoomId id = room.id;
    const auto [place, fresh] = rooms_.try_emplace(std::move(id), std::move(room));
    assert(fresh);
    static_cast<void>(fresh);
    return place->second;
}

Bridge& Switchboard::add(Bridge&& bridge) {
    BridgeId id = bridge.id;
    const auto [place, fresh] = bridges_.try_emplace(std::move(id), std::move(bridge));
    assert(fresh);
    static_cast<void>(fresh);
    return place->second;
}

void Switchboard::put(Leg& leg, Room& room) {
    take_out(leg);
    room.members.push_back(leg.id);
    leg.room = room.id;
    if (attendant_.joined) attendant_.joined(leg, room);
}

void Switchboard::take_out(Leg& leg) {
    if (!leg.room) return;
    Room* room = find(*leg.room);
    assert(room != nullptr);
    std::erase(room->members, leg.id);
    leg.room.reset();
    if (attendant_.left) attendant_.left(leg, *room);
}

Leg Switchboard::remove(Leg& leg) {
    if (attendant_.leg_ends) attendant_.leg_ends(leg);
    take_out(leg);
    Leg gone = std::move(legs_.extract(leg.id).mapped());
    tell(gone.id);
    return gone;
}

Room Switchboard::remove(Room& room) {
    assert(room.members.empty());
    return std::move(rooms_.extract(room.id).mapped());
}

Bridge Switchboard::remove(Bridge& bridge) { return std::move(bridges_.extract(bridge.id).mapped()); }

}  // namespace legroom::call
