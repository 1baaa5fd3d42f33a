#include "call/admission.hpp"

#include <gmock/gmock.h>

#include "call/call_test_world.hpp"

namespace legroom::call {
namespace {

using namespace std::chrono_literals;
using test::plain_offer;
using test::World;
using testing::IsEmpty;
using testing::SizeIs;

const RoomId kDesk{"desk"};

LegOptions all_options() {
    LegOptions options;
    options.app_id = "shop";
    options.role = "supervisor";
    options.muted = true;
    options.deaf = true;
    options.accept_dtmf = false;
    options.speech_detection = true;
    options.reconnect_grace = 7s;
    options.max_duration = 90s;
    return options;
}

TEST(Admission, ALegIsAsItsOfferSaysBeforeTheShardHearsOfItsRoom) {
    World world;
    const auto leg = create_in_room(world.now, world.legs, world.rooms, kDesk, plain_offer(), all_options());
    ASSERT_TRUE(leg);
    const Leg& made = *world.legs.find(leg->id);
    EXPECT_EQ(made.room, kDesk);
    EXPECT_EQ(made.role, "supervisor");
    EXPECT_TRUE(made.muted && made.deaf && made.speech_detection && !made.accept_dtmf);
    EXPECT_EQ(made.reconnect_grace, 7s);
    EXPECT_EQ(world.rooms.find(kDesk)->app_id, "shop") << "the tag of the request";

    const auto created = world.sent<engine::CreateLeg>().at(0);
    EXPECT_TRUE(created.muted && created.deaf && created.speech_detection);
    EXPECT_EQ(created.role, "supervisor");
    EXPECT_EQ(created.reconnect_grace, 7s);
    EXPECT_EQ(created.max_duration, 90s);
    ASSERT_THAT(world.commands, SizeIs(3));
    EXPECT_TRUE(std::holds_alternative<engine::CreateLeg>(world.commands[0]));
    EXPECT_TRUE(std::holds_alternative<engine::JoinRoom>(world.commands[2])) << "and only then";
    EXPECT_EQ(world.story(), "room.created@desk leg.joined_room@desk room.routing_changed@desk");
}

TEST(Admission, WithoutARoleNothingIsToldOfTheRouting) {
    World world;
    ASSERT_TRUE(create_in_room(world.now, world.legs, world.rooms, kDesk, plain_offer(), {}));
    EXPECT_EQ(world.story(), "room.created@desk leg.joined_room@desk");
    ASSERT_TRUE(create_in_room(world.now, world.legs, world.rooms, kDesk, plain_offer(), {}));
    EXPECT_EQ(world.story(), "leg.joined_room@desk") << "the room is there";
}

TEST(Admission, OnAnErrorThereIsNeitherLegNorRoom) {
    struct Case {
        const char* name;
        RoomId room;
        std::string offer;
        LegOptions options;
        Error error;
    };
    const Case cases[] = {
        {"no offer", kDesk, "hello", {}, Error::invalid_offer},
        {"role", kDesk, plain_offer(), {.role = std::string(kMaxRoleBytes + 1, 'x')}, Error::role_too_long},
        {"app_id",
         kDesk,
         plain_offer(),
         {.app_id = std::string(kMaxAppIdBytes + 1, 'x')},
         Error::app_id_too_long},
        {"grace",
         kDesk,
         plain_offer(),
         {.reconnect_grace = kMaxReconnectGrace + 1s},
         Error::bad_reconnect_grace},
        {"no time at all", kDesk, plain_offer(), {.max_duration = 0s}, Error::bad_max_duration},
        {"too long", kDesk, plain_offer(), {.max_duration = kMaxDuration + 1s}, Error::bad_max_duration},
        {"headers",
         kDesk,
         plain_offer(),
         {.headers = {{"x", std::string(kMaxHeaderBytes, 'x')}}},
         Error::too_many_headers},
        {"room id",
         RoomId{std::string(kMaxRoomIdBytes + 1, 'x')},
         plain_offer(),
         {},
         Error::room_id_too_long},
        {"no more rooms", kDesk, plain_offer(), {}, Error::too_many_rooms},
        {"no more legs", RoomId{"full"}, plain_offer(), {}, Error::too_many_legs},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        World world{LegConfig{.max_legs = 1}, RoomConfig{.max_rooms = 2}};
        if (c.error == Error::too_many_legs) world.add_leg();
        ASSERT_TRUE(world.rooms.create(world.now, {RoomId{"full"}, "", 0}));
        if (c.error == Error::too_many_rooms) {
            ASSERT_TRUE(world.rooms.create(world.now, {RoomId{"other"}, "", 0}));
        }
        world.story();
        const std::size_t rooms = world.rooms.all().size();
        const std::size_t legs = world.legs.all().size();
        world.commands.clear();
        const auto refused = create_in_room(world.now, world.legs, world.rooms, c.room, c.offer, c.options);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error(), c.error);
        EXPECT_THAT(world.rooms.all(), SizeIs(rooms));
        EXPECT_THAT(world.legs.all(), SizeIs(legs));
        EXPECT_THAT(world.commands, IsEmpty());
        EXPECT_EQ(world.story(), "");
    }
}

TEST(Admission, ALegWhoseTimeIsUpEndsWithThatReason) {
    World world;
    const auto leg = create_in_room(world.now, world.legs, world.rooms, kDesk, plain_offer(), all_options());
    world.story();
    world.now += 90s;
    world.engine_says(engine::LegExpired{leg->id});
    const auto* end = std::get_if<LegDisconnected>(&world.events.back().what);
    ASSERT_NE(end, nullptr);
    EXPECT_EQ(to_string(end->reason), "max_duration");
    EXPECT_EQ(end->total, 90s);
    EXPECT_THAT(world.sent<engine::CloseLeg>(), SizeIs(1));
    EXPECT_EQ(world.story(), "leg.left_room@desk leg.disconnected");
    world.engine_says(engine::LegExpired{leg->id});
    EXPECT_EQ(world.story(), "");
}

}  // namespace
}  // namespace legroom::call
