#include "call/routing_service.hpp"

#include <gmock/gmock.h>
#include <limits>

#include "call/call_test_world.hpp"

namespace legroom::call {
namespace {

using test::World;
using testing::IsEmpty;
using testing::SizeIs;

const RoomId kCentre{"centre"};
const RoomId kLounge{"lounge"};
const RoutingMatrix kWhisper{
    {"customer", {"agent"}}, {"agent", {"customer", "supervisor"}}, {"supervisor", {"customer", "agent"}}};

Joining joining_as(const LegId& leg, std::optional<std::string> role) {
    Joining joining;
    joining.leg = leg;
    joining.role = std::move(role);
    return joining;
}

/// A world with two rooms, one of which has a matrix, and nothing said yet.
struct Centre : World {
    Centre() {
        static_cast<void>(rooms.create(now, {kCentre, "tag", 0}));
        static_cast<void>(rooms.create(now, {kLounge, "", 0}));
        static_cast<void>(rooms.routing().set(now, kCentre, kWhisper));
        events.clear();
    }
    /// "set", "leg_joined", …, of the latest event.
    std::string_view reason() { return to_string(std::get<RoomRoutingChanged>(events.back().what).reason); }
};

TEST(RoutingService, SetReplacesAndTells) {
    Centre world;
    ASSERT_TRUE(world.rooms.routing().set(world.now, kCentre, {{"a", {"b"}}}));
    EXPECT_EQ(world.reason(), "set");
    EXPECT_EQ(*std::get<RoomRoutingChanged>(world.events.back().what).matrix, (RoutingMatrix{{"a", {"b"}}}));
    EXPECT_EQ(world.events.back().app_id, "tag") << "the room's";
    EXPECT_EQ(world.events.back().leg, LegId{});
    EXPECT_EQ(world.story(), "room.routing_changed@centre");
    EXPECT_EQ(world.sent<engine::SetRouting>().back().matrix, (RoutingMatrix{{"a", {"b"}}}));
    ASSERT_TRUE(world.rooms.routing().set(world.now, kCentre, {}));
    EXPECT_THAT(**world.rooms.routing().get(kCentre), IsEmpty());
}

TEST(RoutingService, EachUpdateIsAnEventAndAllOfThemOneChange) {
    Centre world;
    const auto sent_before = world.sent<engine::SetRouting>().size();
    ASSERT_TRUE(world.rooms.routing().update(
        world.now, kCentre,
        {{"customer", std::set<std::string>{}}, {"agent", std::nullopt}, {"unheard of", std::nullopt}}));
    ASSERT_EQ(world.events.size(), 3U);
    for (const Event& event : world.events)
        EXPECT_EQ(to_string(std::get<RoomRoutingChanged>(event.what).reason), "update");
    const auto& first = *std::get<RoomRoutingChanged>(world.events[0].what).matrix;
    EXPECT_TRUE(first.at("customer").empty());
    EXPECT_TRUE(first.contains("agent")) << "not yet";
    EXPECT_FALSE(std::get<RoomRoutingChanged>(world.events[1].what).matrix->contains("agent"));
    EXPECT_EQ(world.sent<engine::SetRouting>().size(), sent_before + 1);

    world.story();
    ASSERT_TRUE(world.rooms.routing().update(world.now, kCentre, {}));
    EXPECT_EQ(world.story(), "");
}

TEST(RoutingService, RefusesWhatItCannotKeepAndChangesNothing) {
    Centre world;
    RoutingService& routing = world.rooms.routing();
    const std::string long_role(kMaxRoleBytes + 1, 'x');
    EXPECT_EQ(routing.set(world.now, kCentre, {{long_role, {}}}).error(), Error::role_too_long);
    EXPECT_EQ(routing.update(world.now, kCentre, {{"a", std::nullopt}, {"", std::nullopt}}).error(),
              Error::listener_role_missing);
    EXPECT_EQ(routing.update(world.now, kCentre, std::vector<RowUpdate>(kMaxRoutingUpdates + 1)).error(),
              Error::too_many_updates);
    EXPECT_EQ(routing.set(world.now, RoomId{"none"}, {}).error(), Error::room_not_found);
    EXPECT_EQ(routing.update(world.now, RoomId{"none"}, {}).error(), Error::room_not_found);
    EXPECT_EQ(routing.get(RoomId{"none"}).error(), Error::room_not_found);
    EXPECT_EQ(**routing.get(kCentre), kWhisper);
    EXPECT_EQ(world.story(), "");
}

TEST(RoutingService, KeepsNoMoreThanItsBounds) {
    Centre world;
    RoutingService& routing = world.rooms.routing();
    RoutingMatrix rows;
    for (std::size_t i = 0; i < kMaxRoutingRows; ++i) rows[std::to_string(i)];
    EXPECT_TRUE(routing.set(world.now, kCentre, rows));
    EXPECT_EQ(routing.update(world.now, kCentre, {{"one more", std::set<std::string>{}}}).error(),
              Error::matrix_too_large);

    RoutingMatrix sources;
    for (std::size_t i = 0; i < kMaxRoutingSources; ++i) sources["row"].insert(std::to_string(i));
    EXPECT_TRUE(routing.set(world.now, kCentre, sources));
    sources["other row"].insert("one more");
    EXPECT_EQ(routing.set(world.now, kCentre, sources).error(), Error::matrix_too_large);

    RoutingMatrix text;
    for (std::size_t i = 0; i < kMaxRoutingBytes / kMaxRoleBytes / 2; ++i)
        text[std::string(kMaxRoleBytes - 3, 'l') + std::to_string(100 + i)] = {
            std::string(kMaxRoleBytes, 's')};
    EXPECT_TRUE(routing.set(world.now, kCentre, text));
    text["one"];
    EXPECT_EQ(routing.set(world.now, kCentre, text).error(), Error::matrix_too_large);
}

TEST(RoutingService, ARoleChangesWithAnEventOrNotAtAll) {
    Centre world;
    const LegId leg = world.add_leg("leg's");
    ASSERT_TRUE(world.rooms.routing().set_role(world.now, leg, "agent"));
    const auto& outside = std::get<LegRoleChanged>(world.events.back().what);
    EXPECT_EQ(outside.old_role + ">" + outside.new_role, ">agent");
    EXPECT_EQ(world.story(), "leg.role_changed") << "in no room: no routing has changed";

    ASSERT_TRUE(world.rooms.routing().set_role(world.now, leg, "agent"));
    EXPECT_EQ(world.story(), "") << "unchanged";
    EXPECT_THAT(world.sent<engine::SetRole>(), SizeIs(1));

    ASSERT_TRUE(world.rooms.join(world.now, kCentre, joining_as(leg, {})));
    world.story();
    ASSERT_TRUE(world.rooms.routing().set_role(world.now, leg, ""));
    EXPECT_EQ(world.reason(), "leg_role_changed");
    EXPECT_EQ(world.events.front().app_id, "leg's");
    EXPECT_EQ(world.events.front().leg, leg);
    EXPECT_EQ(world.events.back().app_id, "tag");
    const auto& cleared = std::get<LegRoleChanged>(world.events.front().what);
    EXPECT_EQ(cleared.old_role + ">" + cleared.new_role, "agent>");
    EXPECT_EQ(world.story(), "leg.role_changed@centre room.routing_changed@centre");
    EXPECT_EQ(world.sent<engine::SetRole>().back().role, "");

    const std::string long_role(kMaxRoleBytes + 1, 'x');
    EXPECT_EQ(world.rooms.routing().set_role(world.now, leg, long_role).error(), Error::role_too_long);
    EXPECT_EQ(world.rooms.routing().set_role(world.now, LegId{"nobody"}, "x").error(), Error::leg_not_found);
    EXPECT_EQ(world.story(), "");
}

struct JoinCase {
    const char* name;
    std::optional<RoomId> from;
    std::optional<std::string> role;
    const char* story;
    const char* reason;  ///< Of the latest event; nullptr: it is another one.
};

TEST(RoutingService, JoinsTellOfRolesByTheContractsTable) {
    const JoinCase cases[] = {
        {"new, no role", {}, {}, "leg.joined_room@centre", nullptr},
        {"new, a role", {}, "agent", "leg.joined_room@centre room.routing_changed@centre", "leg_joined"},
        {"new, the role it has",
         {},
         "old",
         "leg.joined_room@centre room.routing_changed@centre",
         "leg_joined"},
        {"new, cleared", {}, "", "leg.joined_room@centre room.routing_changed@centre", "leg_joined"},
        {"moved, no role", kLounge, {}, "leg.left_room@lounge leg.joined_room@centre", nullptr},
        {"moved, the role it has", kLounge, "old", "leg.left_room@lounge leg.joined_room@centre", nullptr},
        {"moved, another role", kLounge, "agent",
         "leg.left_room@lounge leg.joined_room@centre leg.role_changed@centre room.routing_changed@centre",
         "leg_role_changed"},
        {"moved, cleared", kLounge, "",
         "leg.left_room@lounge leg.joined_room@centre leg.role_changed@centre room.routing_changed@centre",
         "leg_role_changed"},
    };
    for (const JoinCase& c : cases) {
        SCOPED_TRACE(c.name);
        Centre world;
        const LegId leg = world.add_leg();
        ASSERT_TRUE(world.rooms.routing().set_role(world.now, leg, "old"));
        if (c.from) static_cast<void>(world.rooms.join(world.now, *c.from, joining_as(leg, {})));
        world.story();
        ASSERT_TRUE(world.rooms.join(world.now, kCentre, joining_as(leg, c.role)));
        EXPECT_EQ(world.legs.find(leg)->role, c.role.value_or("old"));
        EXPECT_EQ(world.sent<engine::JoinRoom>().back().role, c.role) << "with the join, not after it";
        if (c.reason != nullptr) {
            EXPECT_EQ(world.reason(), c.reason);
            EXPECT_EQ(*std::get<RoomRoutingChanged>(world.events.back().what).matrix, kWhisper);
        }
        EXPECT_EQ(world.story(), c.story);
    }
}

TEST(RoutingService, AnOffersRoleIsThereFromTheBeginning) {
    Centre world;
    const auto leg = world.legs.create(world.now, test::plain_offer(), {.role = "agent"});
    ASSERT_TRUE(leg);
    EXPECT_EQ(world.legs.find(leg->id)->role, "agent");
    EXPECT_EQ(world.sent<engine::CreateLeg>().back().role, "agent");
    EXPECT_EQ(world.story(), "");
    const auto refused =
        world.legs.create(world.now, test::plain_offer(), {.role = std::string(kMaxRoleBytes + 1, 'x')});
    EXPECT_EQ(refused.error(), Error::role_too_long);
}

TEST(LegService, AGainIsKeptAndCarriedOut) {
    Centre world;
    const LegId leg = world.add_leg();
    for (const double gain : {kMinGainDb, -2.5, 0.0, kMaxGainDb}) {
        ASSERT_TRUE(world.legs.set_gain(leg, gain));
        EXPECT_EQ(world.legs.find(leg)->gain_db, gain);
        EXPECT_EQ(world.sent<engine::SetGain>().back().decibels, gain);
    }
    for (const double gain : {kMinGainDb - 0.1, kMaxGainDb + 0.1, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_EQ(world.legs.set_gain(leg, gain).error(), Error::invalid_gain);
    EXPECT_EQ(world.legs.find(leg)->gain_db, kMaxGainDb);
    EXPECT_EQ(world.legs.set_gain(LegId{"nobody"}, 0).error(), Error::leg_not_found);
}

}  // namespace
}  // namespace legroom::call
