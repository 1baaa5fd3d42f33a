#pragma once

#include <functional>
#include <map>

#include "base/ids.hpp"
#include "call/bridge.hpp"
#include "call/event.hpp"
#include "call/event_gates.hpp"
#include "call/leg.hpp"
#include "call/room.hpp"
#include "engine/messages.hpp"

namespace legroom::call {

/// The way to the shards. Called synchronously and in order; it may queue, but not lose.
using CommandSink = std::function<void(engine::Command)>;

/// Told the id of a leg when there is news for those who wait for its candidates: one more, none to come, or
/// the leg is gone. After that change, though in the middle of a greater one: it may look legs up and take
/// their candidates, nothing else.
using LegWatcher = std::function<void(const LegId&)>;

/// Told of who comes and goes, in the middle of it: may send commands and keep events back, nothing else.
/// What it is told of is still there.
struct Attendant {
    std::function<void(const Leg&, const Room&)> joined;
    std::function<void(const Leg&, const Room&)> left;  ///< Without it already among the members.
    std::function<void(const Leg&)> leg_ends;
    std::function<void(const Room&)> room_ends;  ///< With its members.
};

/// What the services share: the legs, the rooms, their bridges, who is where, and the two ways out. Keeps
/// both sides of a membership equal; decides nothing, checks nothing. Control thread only.
class Switchboard {
public:
    Switchboard(CommandSink commands, EventSink events);

    void send(engine::Command command) { commands_(std::move(command)); }

    void watch(LegWatcher watcher) { watcher_ = std::move(watcher); }  ///< One at most; {} ends it.
    void tell(const LegId& leg) const {
        if (watcher_) watcher_(leg);
    }

    void attend(Attendant attendant) { attendant_ = std::move(attendant); }  ///< One at most; {} ends it.
    /// Comes before anything of the room is changed.
    void announce_end(const Room& room) const {
        if (attendant_.room_ends) attendant_.room_ends(room);
    }

    EventGates& gates() { return gates_; }

    /// Publishes with the scope L, LR or R of contract 04, and for the webhook of the leg, else of the room.
    void publish(Instant now, const Leg& leg, Happening what);
    void publish(Instant now, const Leg& leg, const RoomId& room, Happening what);
    void publish(Instant now, const Room& room, Happening what);
    /// In no scope, with the app_id and for the webhook of room A, which still exists.
    void publish(Instant now, const Bridge& bridge, Happening what);

    /// References and pointers stay valid until that leg or room is taken out.
    [[nodiscard]] Leg* find(const LegId& leg);  ///< nullptr: none.
    [[nodiscard]] Room* find(const RoomId& room);
    [[nodiscard]] Bridge* find(const BridgeId& bridge);
    [[nodiscard]] const std::map<LegId, Leg>& legs() const { return legs_; }
    [[nodiscard]] const std::map<RoomId, Room>& rooms() const { return rooms_; }
    [[nodiscard]] const std::map<BridgeId, Bridge>& bridges() const { return bridges_; }
    void for_each_leg(const std::function<void(Leg&)>& act);

    Leg& add(Leg&& leg);             ///< Its id must be new.
    Room& add(Room&& room);          ///< Its id must be new.
    Bridge& add(Bridge&& bridge);    ///< Its id must be new.
    void put(Leg& leg, Room& room);  ///< Into `room`, out of the one it was in.
    void take_out(Leg& leg);         ///< Out of its room, if it is in one.
    Leg remove(Leg& leg);            ///< Out of its room and of lookup, and told. `leg` is dead afterwards.
    Room remove(Room& room);         ///< Out of lookup. It must be empty; `room` is dead afterwards.
    Bridge remove(Bridge& bridge);   ///< Out of lookup; `bridge` is dead afterwards.

private:
    CommandSink commands_;
    EventGates gates_;
    LegWatcher watcher_;
    Attendant attendant_;
    std::map<LegId, Leg> legs_;  // Ordered, so that lists are the same each time they are read.
    std::map<RoomId, Room> rooms_;
    std::map<BridgeId, Bridge> bridges_;
};

}  // namespace legroom::call
