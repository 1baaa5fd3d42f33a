// Which webhook an event is for (contract 04).
#include <gmock/gmock.h>

#include "call/call_test_world.hpp"

namespace legroom::call {
namespace {

using test::World;
using testing::ElementsAre;

webhook::TargetPtr hook(const std::string& url) {
    return std::make_shared<const webhook::Target>(webhook::Target{url, ""});
}

/// What was published since the last time, each with whose it is: "room.created>room leg.connected>-".
std::vector<std::string> targets(World& world) {
    std::vector<std::string> all;
    for (const Event& event : std::exchange(world.events, {})) {
        all.push_back(std::string{type_name(event)} + ">" + (event.webhook ? event.webhook->url : "-"));
    }
    return all;
}

struct WebhookWorld : testing::Test {
    void make_room(const std::string& id, webhook::TargetPtr target = {}) {
        static_cast<void>(world.rooms.create(world.now, {RoomId{id}, "", 0, std::move(target)}));
    }
    void join(const LegId& leg, const std::string& room) {
        Joining joining;
        joining.leg = leg;
        static_cast<void>(world.rooms.join(world.now, RoomId{room}, joining));
    }
    World world;
    LegId plain = world.add_leg();
    LegId own = world.add_leg(LegOptions{.webhook = hook("leg")});
};

TEST_F(WebhookWorld, ALegsGoesBeforeItsRooms) {
    make_room("A", hook("room"));
    join(plain, "A");
    join(own, "A");
    static_cast<void>(world.legs.set_muted(world.now, plain, true));
    static_cast<void>(world.legs.set_muted(world.now, own, true));
    EXPECT_THAT(targets(world), ElementsAre("room.created>room", "leg.joined_room>room",
                                            "leg.joined_room>leg", "leg.muted>-", "leg.muted>leg"));
    static_cast<void>(world.legs.hang_up(world.now, plain));
    static_cast<void>(world.legs.hang_up(world.now, own));
    EXPECT_THAT(targets(world), ElementsAre("leg.left_room>room", "leg.disconnected>-", "leg.left_room>leg",
                                            "leg.disconnected>leg"));
}

TEST_F(WebhookWorld, ARoomsIsForgottenAsItsDeletionBegins) {
    make_room("A", hook("a"));
    make_room("B", hook("b"));
    static_cast<void>(world.rooms.bridges().create(world.now, RoomId{"A"}, {RoomId{"B"}, BridgeId{"x"}}));
    join(own, "A");
    targets(world);
    static_cast<void>(world.rooms.remove(world.now, RoomId{"A"}));
    EXPECT_THAT(targets(world), ElementsAre("room.unbridged>-", "room.deleted>-", "leg.disconnected>leg"));
    static_cast<void>(world.rooms.remove(world.now, RoomId{"B"}));
    EXPECT_THAT(targets(world), ElementsAre("room.deleted>-"));
}

TEST_F(WebhookWorld, ARecordingsEndGoesWhereItsStartWent) {
    make_room("A", hook("room"));
    join(plain, "A");
    targets(world);
    world.recordings.start(RoomId{"A"}, {}, [](const auto&) {});
    const auto id = std::get<record::Open>(world.orders.back()).id;
    world.recordings.handle(world.now, record::Opened{id, "/r/a.wav"});
    static_cast<void>(world.rooms.remove(world.now, RoomId{"A"}));
    record::Finished finished;
    finished.id = id;
    finished.file = "/r/a.wav";
    world.recordings.handle(world.now, finished);
    EXPECT_THAT(targets(world), ElementsAre("recording.started>room", "recording.finished>room",
                                            "room.deleted>-", "leg.disconnected>-"));
}

TEST_F(WebhookWorld, APlaybacksEndFollowsItsLegsWebhookAndNotADeletedRooms) {
    make_room("A", hook("room"));
    join(plain, "A");
    NewPlayback dial_tone;
    dial_tone.tone = "us_dial";
    const auto to_leg = world.playbacks.start(own, dial_tone);
    const auto to_room = world.playbacks.start(RoomId{"A"}, dial_tone);
    world.engine_says(engine::PlaybackStarted{*to_room});
    static_cast<void>(world.legs.hang_up(world.now, own));
    static_cast<void>(world.rooms.remove(world.now, RoomId{"A"}));
    targets(world);
    world.engine_says(engine::PlaybackEnded{*to_leg});
    world.engine_says(engine::PlaybackEnded{*to_room});
    EXPECT_THAT(targets(world), ElementsAre("playback.finished>leg", "playback.finished>-"));
}

TEST_F(WebhookWorld, ABridgesEventsAreThoseOfRoomA) {
    make_room("A", hook("a"));
    make_room("B", hook("b"));
    targets(world);
    static_cast<void>(world.rooms.bridges().create(world.now, RoomId{"B"}, {RoomId{"A"}, BridgeId{"x"}}));
    EXPECT_THAT(targets(world), ElementsAre("room.bridged>b"));
    static_cast<void>(world.rooms.remove(world.now, RoomId{"A"}));
    EXPECT_THAT(targets(world), ElementsAre("room.unbridged>b", "room.deleted>-"));
}

}  // namespace
}  // namespace legroom::call
