#include "call/speaking.hpp"

#include <gmock/gmock.h>

#include "call/call_test_world.hpp"

namespace legroom::call {
namespace {

using namespace std::chrono_literals;
using test::plain_offer;
using testing::SizeIs;

const RoomId kLobby{"lobby"};
const RoomId kStage{"stage"};

struct SpeakingWorld : test::World {
    explicit SpeakingWorld(const LegConfig& config = {.speech_detection = true}) : World(config) {
        leg = add_leg("tag");
    }
    void shard_hears(bool speaking) { engine_says(engine::SpeakingChanged{leg, speaking}); }
    void join(const RoomId& room, std::optional<bool> mute = {}) {
        Joining joining;
        joining.leg = leg;
        joining.mute = mute;
        EXPECT_TRUE(rooms.join(now, room, joining));
    }
    [[nodiscard]] bool speaks() const { return legs.find(leg)->speaking; }

    LegId leg;
};

TEST(Speaking, IsToldInTheScopeOfTheLegsRoom) {
    SpeakingWorld world;
    world.shard_hears(true);
    EXPECT_EQ(world.events.back().app_id, "tag");
    EXPECT_TRUE(world.speaks());
    world.shard_hears(false);
    EXPECT_FALSE(world.speaks());
    EXPECT_EQ(world.story(), "speaking.started speaking.stopped");

    world.join(kLobby);
    world.shard_hears(true);
    world.shard_hears(false);
    EXPECT_EQ(world.story(),
              "room.created@lobby leg.joined_room@lobby speaking.started@lobby speaking.stopped@lobby");
}

TEST(Speaking, OfWhatIsKnownOrGoneNothingIsTold) {
    SpeakingWorld world;
    world.shard_hears(false);
    world.engine_says(engine::SpeakingChanged{LegId{"gone"}, true});
    EXPECT_EQ(world.story(), "");
    world.shard_hears(true);
    world.shard_hears(true);
    EXPECT_EQ(world.story(), "speaking.started");
}

TEST(Speaking, EndsWithAMute) {
    SpeakingWorld world;
    world.join(kLobby);
    world.story();
    world.shard_hears(true);
    EXPECT_TRUE(world.legs.set_muted(world.now, world.leg, true));
    EXPECT_EQ(world.story(), "speaking.started@lobby leg.muted speaking.stopped@lobby");

    world.shard_hears(false);  // it has heard of the mute
    world.shard_hears(true);   // said before it had
    EXPECT_EQ(world.story(), "");
    EXPECT_FALSE(world.speaks());

    EXPECT_TRUE(world.legs.set_muted(world.now, world.leg, false));
    EXPECT_EQ(world.story(), "leg.unmuted");
}

/// A mute and its end are on their way to the shard while its report comes from there.
TEST(Speaking, WhatAShardSaidTooLateStillHasItsEnd) {
    SpeakingWorld world;
    EXPECT_TRUE(world.legs.set_muted(world.now, world.leg, true));
    EXPECT_TRUE(world.legs.set_muted(world.now, world.leg, false));
    world.story();
    world.shard_hears(true);
    world.shard_hears(false);  // the mute has reached it
    EXPECT_EQ(world.story(), "speaking.started speaking.stopped");
}

TEST(Speaking, EndsWhereItBegan) {
    SpeakingWorld world;
    world.shard_hears(true);
    world.join(kLobby);
    EXPECT_EQ(world.story(), "speaking.started room.created@lobby speaking.stopped leg.joined_room@lobby");
    world.shard_hears(false);
    world.shard_hears(true);
    world.join(kStage);
    EXPECT_EQ(world.story(),
              "speaking.started@lobby room.created@stage speaking.stopped@lobby leg.left_room@lobby "
              "leg.joined_room@stage");
    world.shard_hears(true);
    EXPECT_TRUE(world.rooms.leave(world.now, kStage, world.leg));
    EXPECT_EQ(world.story(), "speaking.started@stage speaking.stopped@stage leg.left_room@stage");
}

TEST(Speaking, EndsBeforeTheLegDoes) {
    const auto failed = [](SpeakingWorld& world) {
        world.engine_says(engine::LegFailed{world.leg, {ice::FailureCode::consent_expired, ""}, {}});
    };
    const auto hung_up = [](SpeakingWorld& world) { EXPECT_TRUE(world.legs.hang_up(world.now, world.leg)); };
    for (const std::function<void(SpeakingWorld&)>& end :
         {std::function<void(SpeakingWorld&)>{failed}, std::function<void(SpeakingWorld&)>{hung_up}}) {
        SpeakingWorld world;
        world.join(kLobby);
        world.shard_hears(true);
        world.story();
        end(world);
        EXPECT_EQ(world.story(), "speaking.stopped@lobby leg.left_room@lobby leg.disconnected");
    }
    SpeakingWorld world;
    world.join(kLobby);
    world.shard_hears(true);
    world.story();
    EXPECT_TRUE(world.rooms.remove(world.now, kLobby));
    EXPECT_EQ(world.story(), "speaking.stopped@lobby room.deleted@lobby leg.disconnected");
    world.shard_hears(false);
    EXPECT_EQ(world.story(), "");
}

TEST(Speaking, IsListenedForAsConfiguredUnlessTheLegSays) {
    struct Case {
        bool configured;
        std::optional<bool> said;
        bool detects;
    };
    for (const Case& c :
         {Case{false, {}, false}, Case{true, {}, true}, Case{false, true, true}, Case{true, false, false}}) {
        test::World world{LegConfig{.speech_detection = c.configured}};
        ASSERT_TRUE(world.legs.create(world.now, plain_offer(), {.speech_detection = c.said}));
        EXPECT_EQ(world.sent<engine::CreateLeg>().at(0).speech_detection, c.detects);
    }
}

/// Whatever is asked and whatever the shard says: the two take turns, and the last one is an end.
TEST(Speaking, TakesTurnsWhateverHappens) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        SpeakingWorld world;
        SeededRandom random{seed};
        for (int step = 0; step < 60; ++step) {
            switch (random.below(7)) {
                case 0:
                case 1:
                    world.shard_hears(true);
                    break;
                case 2:
                    world.shard_hears(false);
                    break;
                case 3:
                    EXPECT_TRUE(world.legs.set_muted(world.now, world.leg, random.below(2) == 0));
                    break;
                case 4:
                    static_cast<void>(world.rooms.leave(world.now, kLobby, world.leg));
                    break;
                default: {
                    Joining joining;
                    joining.leg = world.leg;
                    if (random.below(3) == 0) joining.mute = random.below(2) == 0;
                    static_cast<void>(
                        world.rooms.join(world.now, random.below(2) == 0 ? kLobby : kStage, joining));
                }
            }
            EXPECT_FALSE(world.speaks() && world.legs.find(world.leg)->muted) << seed;
        }
        EXPECT_TRUE(world.legs.hang_up(world.now, world.leg));
        std::optional<Event> open;
        for (const Event& event : world.events) {
            if (std::holds_alternative<SpeakingStarted>(event.what)) {
                EXPECT_FALSE(open) << seed;
                open = event;
            } else if (std::holds_alternative<SpeakingStopped>(event.what)) {
                ASSERT_TRUE(open) << seed;
                EXPECT_EQ(event.room, open->room) << seed;
                open.reset();
            }
        }
        EXPECT_FALSE(open) << seed;
    }
}

}  // namespace
}  // namespace legroom::call
