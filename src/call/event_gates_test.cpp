#include "call/event_gates.hpp"

#include <gtest/gtest.h>

#include "call/limits.hpp"

namespace legroom::call {
namespace {

using namespace std::chrono_literals;

/// Gates, and what comes through them: "room.created@r leg.joined_room@r:a".
struct Gatehouse {
    EventGates gates{[this](const Event& event) {
        told += (told.empty() ? "" : " ") + std::string{type_name(event)};
        if (!event.room.value.empty()) told += "@" + event.room.value;
        if (!event.leg.value.empty()) told += ":" + event.leg.value;
    }};
    std::string told;

    static Event event(Happening what, std::string leg, std::string room = "") {
        return {Instant{}, LegId{std::move(leg)}, RoomId{std::move(room)}, "", std::move(what)};
    }
    void say(Happening what, std::string leg, std::string room = "") {
        gates.say(event(std::move(what), std::move(leg), std::move(room)));
    }
    std::string heard() { return std::exchange(told, ""); }
};

TEST(EventGates, KeepBackTheEndOfALegAndAllOfARoom) {
    Gatehouse house;
    const auto leg = house.gates.close({LegId{"a"}});
    const auto room = house.gates.close({LegId{"b"}}, RoomId{"r"});
    house.say(LegMuted{}, "a");
    house.say(LegDisconnected{}, "a");
    house.say(RoomDeleted{}, "", "r");
    house.say(LegDisconnected{}, "b");
    house.say(LegDisconnected{}, "c");
    EXPECT_EQ(house.heard(), "leg.muted:a leg.disconnected:c");
    house.gates.open(room, {Gatehouse::event(RecordingFinished{}, "", "r")});
    EXPECT_EQ(house.heard(), "recording.finished@r room.deleted@r leg.disconnected:b");
    house.gates.open(leg, {Gatehouse::event(RecordingFinished{}, "a")});
    EXPECT_EQ(house.heard(), "recording.finished:a leg.disconnected:a");
    EXPECT_EQ(house.gates.closed(), 0U);
}

/// A room can be made anew, and left, while the recording of the last one is not a file yet.
TEST(EventGates, ALegsStoryStaysInOrder) {
    Gatehouse house;
    const auto gate = house.gates.close({}, RoomId{"r"});
    house.say(RoomDeleted{}, "", "r");
    house.say(RoomCreated{}, "", "r");
    house.say(LegJoinedRoom{}, "a", "r");
    house.say(LegMuted{}, "a");
    house.say(LegMuted{}, "b");
    house.say(LegLeftRoom{}, "a", "r");
    house.say(LegJoinedRoom{}, "a", "elsewhere");
    house.say(RoomDeleted{}, "", "elsewhere");
    house.say(LegDisconnected{}, "a");
    EXPECT_EQ(house.heard(), "leg.muted:b");
    house.gates.open(gate, {});
    EXPECT_EQ(house.heard(),
              "room.deleted@r room.created@r leg.joined_room@r:a leg.muted:a leg.left_room@r:a "
              "leg.joined_room@elsewhere:a room.deleted@elsewhere leg.disconnected:a");
}

TEST(EventGates, AnEventWaitsForEachGateThatKeepsIt) {
    Gatehouse house;
    const auto first = house.gates.close({LegId{"a"}}, RoomId{"r"});
    house.say(RoomDeleted{}, "", "r");
    house.say(LegDisconnected{}, "a");
    const auto second = house.gates.close({LegId{"b"}}, RoomId{"r"});
    house.say(LegJoinedRoom{}, "b", "r");
    house.say(LegDisconnected{}, "b");
    house.gates.open(second, {Gatehouse::event(RecordingFinished{}, "", "r")});
    EXPECT_EQ(house.heard(), "") << "what was said of the room before it waits";
    house.gates.open(first, {});
    EXPECT_EQ(
        house.heard(),
        "room.deleted@r leg.disconnected:a recording.finished@r leg.joined_room@r:b leg.disconnected:b");
}

TEST(EventGates, ABridgeIsAboutBothItsRooms) {
    Gatehouse house;
    const Bridge bridge{BridgeId{"x"}, RoomId{"here"}, RoomId{"r"}};
    const auto gate = house.gates.close({}, RoomId{"r"});
    house.say(RoomUnbridged{bridge, true}, "");
    house.say(RoomDeleted{}, "", "r");
    LegDisconnected end;
    end.room = RoomId{"here"};
    house.say(RoomDeleted{}, "", "here");
    house.say(end, "a");
    EXPECT_EQ(house.heard(), "");
    house.gates.open(gate, {});
    EXPECT_EQ(house.heard(), "room.unbridged room.deleted@r room.deleted@here leg.disconnected:a");
}

TEST(EventGates, ALegsEndKeepsNothingOfItsRoomBack) {
    Gatehouse house;
    const auto gate = house.gates.close({LegId{"a"}});
    LegDisconnected end;
    end.room = RoomId{"r"};
    house.say(RoomDeleted{}, "", "r");
    house.say(end, "a");
    house.say(end, "b");
    house.say(RoomCreated{}, "", "r");
    EXPECT_EQ(house.heard(), "room.deleted@r leg.disconnected:b room.created@r");
    house.gates.open(gate, {});
    EXPECT_EQ(house.heard(), "leg.disconnected:a");
}

TEST(EventGates, OpenByThemselvesInTime) {
    Gatehouse house;
    const auto gate = house.gates.close({LegId{"a"}});
    house.gates.handle_timeout(Instant{} + kMaxEventHold);
    EXPECT_EQ(house.gates.closed(), 1U) << "nothing waits";
    house.say(LegDisconnected{}, "a");
    house.gates.handle_timeout(Instant{} + kMaxEventHold - 1us);
    EXPECT_EQ(house.heard(), "");
    house.gates.handle_timeout(Instant{} + kMaxEventHold);
    EXPECT_EQ(house.heard(), "leg.disconnected:a");
    house.gates.open(gate, {Gatehouse::event(RecordingFinished{}, "a")});
    EXPECT_EQ(house.heard(), "recording.finished:a") << "late, and still told";
}

}  // namespace
}  // namespace legroom::call
