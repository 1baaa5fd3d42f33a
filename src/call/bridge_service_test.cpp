#include "call/bridge_service.hpp"

#include <gmock/gmock.h>

#include "call/call_test_world.hpp"

namespace legroom::call {
namespace {

using test::World;
using testing::IsEmpty;
using testing::SizeIs;

const RoomId kNorth{"north"};
const RoomId kSouth{"south"};
const BridgeId kFerry{"ferry"};

/// Two rooms of 16 kHz, and nothing said yet.
struct Shores : World {
    Shores() {
        static_cast<void>(rooms.create(now, {kNorth, "tag of north", 0}));
        static_cast<void>(rooms.create(now, {kSouth, "tag of south", 0}));
        events.clear();
    }
    BridgeService& bridges() { return rooms.bridges(); }
    Result<BridgeView> bridge(const std::string& direction = "bidirectional") {
        return bridges().create(now, kNorth, {kSouth, kFerry, direction});
    }
};

struct DirectionCase {
    const char* at_a;
    const char* at_b;
    const char* in_events;
    bool a_to_b;
    bool b_to_a;
};
const DirectionCase kDirectionCases[] = {
    {"bidirectional", "bidirectional", "bidirectional", true, true},
    {"send", "receive", "a_to_b", true, false},
    {"receive", "send", "b_to_a", false, true},
    {"none", "none", "none", false, false},
};

TEST(BridgeService, ADirectionHasANameOnEachSideAndOneInEvents) {
    for (const DirectionCase& c : kDirectionCases) {
        SCOPED_TRACE(c.at_a);
        Shores world;
        const auto made = world.bridge(c.at_a);
        ASSERT_TRUE(made);
        EXPECT_EQ(made->direction, c.at_a);
        EXPECT_EQ(made->peer, kSouth);
        EXPECT_EQ(made->rate, SampleRate::k16000);
        const auto from_south = world.bridges().get(kSouth, kFerry);
        EXPECT_EQ(from_south->direction, c.at_b);
        EXPECT_EQ(from_south->peer, kNorth);

        const auto& event = std::get<RoomBridged>(world.events.back().what);
        EXPECT_EQ(to_string(event.bridge.direction), c.in_events);
        const auto command = world.sent<engine::CreateBridge>().back();
        EXPECT_EQ(std::pair(command.a, command.b), std::pair(kNorth, kSouth));
        EXPECT_EQ(std::pair(command.a_to_b, command.b_to_a), std::pair(c.a_to_b, c.b_to_a));
    }
}

TEST(BridgeService, IsTurnedFromEitherSide) {
    for (const DirectionCase& c : kDirectionCases) {
        for (const bool from_a : {true, false}) {
            SCOPED_TRACE(c.at_a);
            Shores world;
            ASSERT_TRUE(world.bridge());
            world.story();
            const auto turned =
                world.bridges().turn(world.now, from_a ? kNorth : kSouth, kFerry, from_a ? c.at_a : c.at_b);
            ASSERT_TRUE(turned);
            EXPECT_EQ(turned->direction, from_a ? c.at_a : c.at_b);
            const auto command = world.sent<engine::TurnBridge>().back();
            EXPECT_EQ(std::pair(command.a_to_b, command.b_to_a), std::pair(c.a_to_b, c.b_to_a));
            const auto& event = std::get<RoomBridgeUpdated>(world.events.back().what);
            EXPECT_EQ(to_string(event.bridge.direction), c.in_events);
            EXPECT_EQ(event.bridge.a, kNorth) << "who made it, whoever turns it";
            EXPECT_EQ(world.story(), "room.bridge_updated");
        }
    }
}

TEST(BridgeService, ItsEventsHaveNoScopeAndTheTagOfRoomA) {
    Shores world;
    ASSERT_TRUE(world.bridge());
    ASSERT_TRUE(world.bridges().turn(world.now, kSouth, kFerry, "none"));
    ASSERT_TRUE(world.bridges().remove(world.now, kSouth, kFerry));
    for (const Event& event : world.events) {
        EXPECT_EQ(event.room, RoomId{});
        EXPECT_EQ(event.leg, LegId{});
        EXPECT_EQ(event.app_id, "tag of north");
    }
    EXPECT_FALSE(std::get<RoomUnbridged>(world.events.back().what).room_deleted);
    EXPECT_EQ(world.story(), "room.bridged room.bridge_updated room.unbridged");
    EXPECT_EQ(world.sent<engine::DeleteBridge>().back().bridge, kFerry);
    EXPECT_THAT(*world.bridges().list(kNorth), IsEmpty());
}

TEST(BridgeService, RefusesWhatCannotBe) {
    Shores world;
    const auto error_of = [&](NewBridge wanted) {
        return world.bridges().create(world.now, kNorth, std::move(wanted)).error();
    };
    ASSERT_TRUE(world.rooms.create(world.now, {RoomId{"wide"}, "", 48'000}));
    ASSERT_TRUE(world.rooms.create(world.now, {RoomId{"west"}, "", 0}));
    ASSERT_TRUE(world.bridge());
    world.story();
    EXPECT_EQ(error_of({RoomId{}, {}}), Error::peer_room_missing);
    EXPECT_EQ(error_of({RoomId{"none"}, {}, "wrong"}), Error::room_not_found)
        << "before what is wrong in fields";
    EXPECT_EQ(error_of({RoomId{"west"}, {}, "wrong"}), Error::invalid_direction);
    EXPECT_EQ(error_of({kNorth, {}}), Error::bridge_to_itself);
    EXPECT_EQ(error_of({RoomId{"wide"}, kFerry}), Error::sample_rates_differ) << "before conflicts";
    EXPECT_EQ(error_of({RoomId{"west"}, kFerry}), Error::bridge_exists);
    EXPECT_EQ(error_of({kSouth, {}}), Error::already_bridged);
    EXPECT_EQ(world.bridges().create(world.now, kSouth, {kNorth, {}}).error(), Error::already_bridged);
    EXPECT_EQ(error_of({RoomId{"west"}, BridgeId{std::string(kMaxBridgeIdBytes + 1, 'x')}}),
              Error::bridge_id_too_long);
    EXPECT_EQ(world.bridges().create(world.now, RoomId{"none"}, {kSouth, {}}).error(), Error::room_not_found);
    EXPECT_EQ(world.story(), "");
    EXPECT_THAT(world.sent<engine::CreateBridge>(), SizeIs(1));
    EXPECT_THAT(*world.bridges().list(kNorth), SizeIs(1));
}

TEST(BridgeService, IsNoBusinessOfOtherRooms) {
    Shores world;
    ASSERT_TRUE(world.rooms.create(world.now, {RoomId{"west"}, "", 0}));
    ASSERT_TRUE(world.bridge());
    const RoomId west{"west"};
    EXPECT_EQ(world.bridges().get(west, kFerry).error(), Error::bridge_not_found);
    EXPECT_EQ(world.bridges().turn(world.now, west, kFerry, "none").error(), Error::bridge_not_found);
    EXPECT_EQ(world.bridges().remove(world.now, west, kFerry).error(), Error::bridge_not_found);
    EXPECT_THAT(*world.bridges().list(west), IsEmpty());
    EXPECT_EQ(world.bridges().list(RoomId{"none"}).error(), Error::room_not_found);
    EXPECT_TRUE(world.bridges().get(kNorth, kFerry));
}

TEST(BridgeService, GoesWithARoomBeforeAnybodyIsHungUp) {  // contract 03, Delete
    Shores world;
    ASSERT_TRUE(world.rooms.create(world.now, {RoomId{"west"}, "", 0}));
    ASSERT_TRUE(world.bridge());
    ASSERT_TRUE(world.bridges().create(world.now, RoomId{"west"}, {kSouth, BridgeId{"road"}}));
    Joining joining;
    joining.leg = world.add_leg();
    ASSERT_TRUE(world.rooms.join(world.now, kSouth, joining));
    world.events.clear();

    ASSERT_TRUE(world.rooms.remove(world.now, kSouth));
    EXPECT_TRUE(std::get<RoomUnbridged>(world.events.at(0).what).room_deleted);
    EXPECT_EQ(world.events.at(0).app_id, "tag of north") << "room A's, though B goes";
    EXPECT_EQ(world.story(), "room.unbridged room.unbridged room.deleted@south leg.disconnected");
    EXPECT_THAT(world.sent<engine::DeleteBridge>(), SizeIs(2));
    EXPECT_TRUE(std::holds_alternative<engine::DeleteRoom>(world.commands.back()));
    EXPECT_THAT(*world.bridges().list(kNorth), IsEmpty());
    EXPECT_TRUE(world.rooms.create(world.now, {kSouth, "", 0}));
    EXPECT_TRUE(world.bridge()) << "the id and the pair are free again";
}

TEST(BridgeService, HasRoomForSoManyAndCountsTheRest) {
    Shores world;
    const auto connect = [&](std::size_t a, std::size_t b) {
        const auto id = [](std::size_t n) { return RoomId{"hub " + std::to_string(n)}; };
        for (const std::size_t n : {a, b}) static_cast<void>(world.rooms.create(world.now, {id(n), "", 0}));
        return world.bridges().create(world.now, id(a), {id(b), {}});
    };
    for (std::size_t i = 1; i <= kMaxBridgesPerRoom; ++i) ASSERT_TRUE(connect(0, i));
    EXPECT_EQ(connect(0, kMaxBridgesPerRoom + 1).error(), Error::too_many_bridges);
    EXPECT_EQ(connect(kMaxBridgesPerRoom + 1, 0).error(), Error::too_many_bridges) << "its peer is full";

    std::size_t made = kMaxBridgesPerRoom;
    for (std::size_t a = 100; made < kMaxBridges; a += 2, ++made) ASSERT_TRUE(connect(a, a + 1));
    EXPECT_EQ(connect(1, 2).error(), Error::too_many_bridges);
    EXPECT_EQ(world.bridges().counters().created, kMaxBridges);
    EXPECT_EQ(world.bridges().counters().refused, 3U);
}

}  // namespace
}  // namespace legroom::call
