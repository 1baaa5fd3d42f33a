#include "call/room_service.hpp"

#include <gmock/gmock.h>

#include "call/call_test_world.hpp"

namespace legroom::call {
namespace {

using namespace std::chrono_literals;
using test::World;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const RoomId kA{"A"};
const RoomId kB{"B"};

Joining just(const LegId& leg) {
    Joining joining;
    joining.leg = leg;
    return joining;
}

/// The kinds of the commands sent so far, in order.
std::vector<std::size_t> kinds(const World& world) {
    std::vector<std::size_t> kinds;
    for (const auto& command : world.commands) kinds.push_back(command.index());
    return kinds;
}

template <class Command>
std::size_t kind(Command command = {}) {
    return engine::Command{std::move(command)}.index();
}

TEST(RoomService, CreatesWithDefaultsOrWithWhatIsAsked) {
    World world{{}, RoomConfig{.default_rate = SampleRate::k24000}};
    const auto plain = world.rooms.create(world.now, {});
    EXPECT_THAT((*plain)->id.value, SizeIs(36)) << "a UUID";
    EXPECT_EQ((*plain)->rate, SampleRate::k24000);

    const auto asked = world.rooms.create(world.now, {kA, "tag", 48'000});
    EXPECT_EQ((*asked)->id, kA);
    EXPECT_EQ((*asked)->app_id, "tag");
    EXPECT_EQ(world.sent<engine::CreateRoom>().back().rate, SampleRate::k48000);
    EXPECT_EQ(world.events.back().app_id, "tag");
    EXPECT_EQ(world.story(), "room.created@" + (*plain)->id.value + " room.created@A");
}

TEST(RoomService, KnowsFourRates) {
    World world;
    for (const std::int64_t rate : {8'000, 16'000, 24'000, 48'000}) {
        EXPECT_EQ(hz((*world.rooms.create(world.now, {{}, "", rate}))->rate), rate);
    }
    for (const std::int64_t rate : {-8'000, 1, 11'025, 44'100, 48'001}) {
        EXPECT_EQ(world.rooms.create(world.now, {{}, "", rate}).error(), Error::invalid_sample_rate);
    }
}

TEST(RoomService, RefusesWhatItCannotKeep) {
    World world{{}, RoomConfig{.max_rooms = 2}};
    ASSERT_TRUE(world.rooms.create(world.now, {kA, "", 0}));
    EXPECT_EQ(world.rooms.create(world.now, {kA, "", 0}).error(), Error::room_exists);
    EXPECT_EQ(world.rooms.create(world.now, {RoomId{std::string(kMaxRoomIdBytes + 1, 'x')}, "", 0}).error(),
              Error::room_id_too_long);
    EXPECT_EQ(world.rooms.create(world.now, {kB, std::string(kMaxAppIdBytes + 1, 'x'), 0}).error(),
              Error::app_id_too_long);

    ASSERT_TRUE(world.rooms.create(world.now, {RoomId{std::string(kMaxRoomIdBytes, 'x')}, "", 0}));
    EXPECT_EQ(world.rooms.create(world.now, {kB, "", 0}).error(), Error::too_many_rooms);
    EXPECT_EQ(world.rooms.join(world.now, kB, just(world.add_leg())).error(), Error::too_many_rooms);
    EXPECT_EQ(world.rooms.counters().refused, 2U);
    EXPECT_EQ(world.rooms.counters().created, 2U);
}

TEST(RoomService, JoiningMakesTheRoomWithTheLegsTag) {
    World world;
    const LegId leg = world.add_leg("tag");
    const auto joined = world.rooms.join(world.now, kA, just(leg));
    EXPECT_TRUE(std::holds_alternative<Added>(*joined));
    EXPECT_EQ(world.rooms.find(kA)->app_id, "tag");
    EXPECT_EQ(world.rooms.find(kA)->rate, SampleRate::k16000);
    EXPECT_THAT(world.rooms.find(kA)->members, ElementsAre(leg));
    EXPECT_EQ(world.legs.find(leg)->room, kA);
    EXPECT_THAT(kinds(world),
                ElementsAre(kind<engine::CreateLeg>(), kind<engine::CreateRoom>(), kind<engine::JoinRoom>()));
    for (const Event& event : world.events) EXPECT_EQ(event.app_id, "tag");
    EXPECT_EQ(world.story(), "room.created@A leg.joined_room@A");
}

TEST(RoomService, AnUnknownLegMakesNoRoom) {
    World world;
    EXPECT_EQ(world.rooms.join(world.now, kA, just(LegId{"nobody"})).error(), Error::leg_not_found);
    EXPECT_THAT(world.rooms.all(), IsEmpty());
}

TEST(RoomService, JoinAppliesFlagsWithTheJoinAndKeepsTheRest) {
    World world;
    const LegId leg = world.add_leg();
    Joining joining = just(leg);
    joining.mute = true;
    joining.accept_dtmf = false;
    joining.role = "agent";
    ASSERT_TRUE(world.rooms.join(world.now, kA, joining));
    const auto command = world.sent<engine::JoinRoom>().at(0);
    EXPECT_EQ(command.muted, true);
    EXPECT_EQ(command.deaf, std::nullopt) << "absent = unchanged";
    EXPECT_EQ(world.story(), "room.created@A leg.joined_room@A room.routing_changed@A")
        << "no leg.muted for a flag of the join";

    ASSERT_TRUE(world.rooms.join(world.now, kB, just(leg)));
    const Leg& moved = *world.legs.find(leg);
    EXPECT_TRUE(moved.muted);
    EXPECT_FALSE(moved.deaf);
    EXPECT_FALSE(moved.accept_dtmf);
    EXPECT_EQ(moved.role, "agent") << "all survive the move";

    joining.role = "";
    joining.mute = false;
    ASSERT_TRUE(world.rooms.join(world.now, kA, joining));
    EXPECT_EQ(world.legs.find(leg)->role, "");
    EXPECT_FALSE(world.legs.find(leg)->muted);
}

TEST(RoomService, MovesBetweenRooms) {
    World world;
    const LegId leg = world.add_leg();
    ASSERT_TRUE(world.rooms.join(world.now, kA, just(leg)));
    world.story();

    const auto joined = world.rooms.join(world.now, kB, just(leg));
    const auto& moved = std::get<Moved>(*joined);
    EXPECT_EQ(moved.from, kA);
    EXPECT_EQ(moved.to, kB);
    EXPECT_EQ(world.story(), "room.created@B leg.left_room@A leg.joined_room@B");
    EXPECT_THAT(world.rooms.find(kA)->members, IsEmpty()) << "and it lives on, empty";
    EXPECT_THAT(world.rooms.find(kB)->members, ElementsAre(leg));
    EXPECT_THAT(world.sent<engine::LeaveRoom>(), IsEmpty()) << "JoinRoom moves";
}

TEST(RoomService, RefusesAJoinThatChangesNothingOrCannotBe) {
    World world;
    const LegId leg = world.add_leg();
    ASSERT_TRUE(world.rooms.join(world.now, kA, just(leg)));
    world.story();
    EXPECT_EQ(world.rooms.join(world.now, kA, just(leg)).error(), Error::already_in_room);

    Joining with_streams = just(leg);
    with_streams.wants_streams = true;
    EXPECT_EQ(world.rooms.join(world.now, kB, with_streams).error(), Error::streams_not_addressable);
    Joining long_role = just(leg);
    long_role.role = std::string(kMaxRoleBytes + 1, 'x');
    EXPECT_EQ(world.rooms.join(world.now, kB, long_role).error(), Error::role_too_long);
    EXPECT_EQ(world.rooms.join(world.now, RoomId{std::string(kMaxRoomIdBytes + 1, 'x')}, just(leg)).error(),
              Error::room_id_too_long);
    EXPECT_EQ(world.story(), "");
    EXPECT_EQ(world.legs.find(leg)->room, kA);
}

TEST(RoomService, LeavesOnce) {
    World world;
    const LegId leg = world.add_leg("tag");
    ASSERT_TRUE(world.rooms.join(world.now, kA, just(leg)));
    world.story();
    ASSERT_TRUE(world.rooms.leave(world.now, kA, leg));
    EXPECT_EQ(world.events.at(0).app_id, "tag");
    EXPECT_EQ(world.story(), "leg.left_room@A");
    EXPECT_THAT(world.sent<engine::LeaveRoom>(), SizeIs(1));
    EXPECT_NE(world.legs.find(leg), nullptr) << "the leg lives on";

    EXPECT_TRUE(world.rooms.leave(world.now, kA, leg)) << "not in it: no error";
    EXPECT_TRUE(world.rooms.leave(world.now, kA, LegId{"nobody"}));
    EXPECT_EQ(world.story(), "") << "and no event";
    EXPECT_EQ(world.rooms.leave(world.now, kB, leg).error(), Error::room_not_found);
}

TEST(RoomService, DoesNotTakeALegOutOfAnotherRoom) {
    World world;
    const LegId leg = world.add_leg();
    ASSERT_TRUE(world.rooms.create(world.now, {kB, "", 0}));
    ASSERT_TRUE(world.rooms.join(world.now, kA, just(leg)));
    ASSERT_TRUE(world.rooms.leave(world.now, kB, leg));
    EXPECT_EQ(world.legs.find(leg)->room, kA);
}

TEST(RoomService, HangUpInARoomLeavesItFirst) {  // contract 04, typical sequences
    World world;
    const LegId leg = world.add_leg("tag");
    ASSERT_TRUE(world.rooms.join(world.now, kA, just(leg)));
    world.engine_says(engine::LegConnected{leg});
    ASSERT_TRUE(world.legs.hang_up(world.now, leg));
    for (const Event& event : world.events) EXPECT_EQ(event.app_id, "tag") << type_name(event);
    EXPECT_EQ(world.story(),
              "room.created@A leg.joined_room@A leg.connected leg.left_room@A leg.disconnected");
    EXPECT_THAT(world.rooms.find(kA)->members, IsEmpty());
}

TEST(RoomService, DeletingHangsUpEveryoneInContractOrder) {
    World world;
    const LegId first = world.add_leg();
    const LegId second = world.add_leg();
    const LegId outside = world.add_leg();
    ASSERT_TRUE(world.rooms.join(world.now, kA, just(first)));
    ASSERT_TRUE(world.rooms.join(world.now, kA, just(second)));
    world.story();
    world.commands.clear();
    world.now += 5s;

    ASSERT_TRUE(world.rooms.remove(world.now, kA));
    EXPECT_THAT(kinds(world),
                ElementsAre(kind<engine::CloseLeg>(), kind<engine::CloseLeg>(), kind<engine::DeleteRoom>()));
    const auto& cdr = std::get<LegDisconnected>(world.events.at(1).what);
    EXPECT_EQ(to_string(cdr.reason), "room_deleted");
    EXPECT_EQ(cdr.total, 5s);
    EXPECT_EQ(world.story(), "room.deleted@A leg.disconnected leg.disconnected") << "no leg.left_room";
    EXPECT_EQ(world.rooms.find(kA), nullptr);
    EXPECT_EQ(world.legs.find(first), nullptr);
    EXPECT_NE(world.legs.find(outside), nullptr);
    EXPECT_EQ(world.rooms.remove(world.now, kA).error(), Error::room_not_found);
}

TEST(RoomService, MembershipHoldsThroughRandomCommands) {
    World world;
    std::vector<LegId> legs;
    for (int i = 0; i < 2000; ++i) {
        const RoomId room{std::string(1, static_cast<char>('a' + world.random.below(4)))};
        if (legs.size() < 8) legs.push_back(world.add_leg());
        const LegId leg = legs[world.random.below(static_cast<std::uint32_t>(legs.size()))];
        switch (world.random.below(4)) {
            case 0:
                static_cast<void>(world.rooms.remove(world.now, room));
                break;
            case 1:
                static_cast<void>(world.rooms.leave(world.now, room, leg));
                break;
            case 2:
                static_cast<void>(world.legs.hang_up(world.now, leg));
                break;
            default:
                static_cast<void>(world.rooms.join(world.now, room, just(leg)));
        }
        std::erase_if(legs, [&](const LegId& id) { return world.legs.find(id) == nullptr; });

        std::size_t members = 0;
        for (const auto& entry : world.rooms.all()) {
            for (const LegId& member : entry.second.members) {
                ++members;
                ASSERT_EQ(world.legs.find(member)->room, entry.first);
            }
        }
        std::size_t in_rooms = 0;
        for (const auto& entry : world.legs.all()) in_rooms += entry.second.room.has_value() ? 1 : 0;
        ASSERT_EQ(members, in_rooms);
    }
    EXPECT_EQ(world.sent<engine::CreateLeg>().size() - world.sent<engine::CloseLeg>().size(),
              world.legs.all().size());
    EXPECT_EQ(world.sent<engine::CreateRoom>().size() - world.sent<engine::DeleteRoom>().size(),
              world.rooms.all().size());
}

}  // namespace
}  // namespace legroom::call
