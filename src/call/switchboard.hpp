#pragma once

#include <functional>
#include <map>

#include "base/ids.hpp"
#include "call/bridge.hpp"
#include "call/event.hpp"
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

    /// Publishes with the scope L, LR or R of contract 04.
    void publish(Instant now, const Leg& leg, Happening what);
    void publish(Instant now, const Leg& leg, const RoomId& room, Happening what);
    void publish(Instant now, const Room& room, Happening what);
    /// In no scope, with the app_id of room A, which still exists.
    void publish(Instant now, const Bridge& bridge, Happening what);
    /// In the scope of what may be gone.
    void publish(const Event& event) { events_(event); }

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
    EventSink events_;
    LegWatcher watcher_;
    std::map<LegId, Leg> legs_;  // Ordered, so that lists are the same each time they are read.
    std::map<RoomId, Room> rooms_;
    std::map<BridgeId, Bridge> bridges_;
};

}  // namespace legroom::call
