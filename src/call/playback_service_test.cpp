#include "call/playback_service.hpp"

#include <gtest/gtest.h>
#include <vector>

#include "audio/call_tone.hpp"
#include "call/limits.hpp"

#include "call/call_test_world.hpp"

namespace legroom::call {
namespace {

using namespace std::chrono_literals;
using engine::PlaybackEnded;
using test::plain_offer;
using test::World;

NewPlayback tone(std::string name, std::int64_t volume = 0) { return {{}, std::move(name), {}, 0, volume}; }
NewPlayback file(std::string url) { return {std::move(url), {}, {}, 0, 0}; }

struct Jukebox : World {
    LegId leg = add_leg("tag");
    RoomId room{"r"};
    LegId member = add_leg("other");

    Jukebox() {
        Joining joining;
        joining.leg = member;
        EXPECT_TRUE(rooms.join(now, room, joining));
        events.clear();
    }
    void end(const PlaybackId& id, PlaybackEnded::Reason reason, std::uint64_t frames, std::string why = {}) {
        engine_says(PlaybackEnded{id, reason, std::move(why), frames, 0});
    }
};

TEST(PlaybackService, StartsAToneAtALeg) {
    Jukebox world;
    const auto id = world.playbacks.start(world.leg, tone("DE_busy", -2));
    ASSERT_TRUE(id);
    EXPECT_EQ(id->value.size(), 11U);
    EXPECT_EQ(id->value.substr(0, 3), "pb-");
    const auto sent = world.sent<engine::StartPlayback>();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].playback, *id);
    EXPECT_EQ(std::get<LegId>(sent[0].target), world.leg);
    EXPECT_EQ(std::get<const audio::CallTone*>(sent[0].sound), audio::find_call_tone("de_busy"));
    EXPECT_EQ(sent[0].decibels, -6);
    EXPECT_EQ(world.story(), "") << "it is for the shard to say when it starts";
    EXPECT_TRUE(world.opened.empty());
}

TEST(PlaybackService, HasAFileFetchedIntoTheQueueThatIsPlayed) {
    Jukebox world;
    ASSERT_TRUE(world.playbacks.start(world.room, {"http://a/b.mp3", {}, "audio/mpeg", -1, 8}));
    ASSERT_EQ(world.opened.size(), 1U);
    EXPECT_EQ(world.opened[0].file.url, "http://a/b.mp3");
    EXPECT_EQ(world.opened[0].file.mime_type, "audio/mpeg");
    EXPECT_EQ(world.opened[0].file.repeat, -1);
    const auto sent = world.sent<engine::StartPlayback>();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(std::get<RoomId>(sent[0].target), world.room);
    EXPECT_EQ(std::get<std::shared_ptr<engine::FrameQueue>>(sent[0].sound), world.opened[0].queue);
    EXPECT_EQ(sent[0].decibels, 24);
}

TEST(PlaybackService, AnUnknownToneFailsWithTheListOfThoseThatAreKnown) {
    Jukebox world;
    ASSERT_TRUE(world.playbacks.start(world.leg, tone("xx_busy")));
    const auto sent = world.sent<engine::StartPlayback>();
    ASSERT_EQ(sent.size(), 1U);
    const auto queue = std::get<std::shared_ptr<engine::FrameQueue>>(sent[0].sound);
    EXPECT_TRUE(queue->ended());
    EXPECT_EQ(queue->failure(), "unknown tone \"xx_busy\": known are " + audio::call_tone_names());
}

TEST(PlaybackService, RefusesWithAReasonAndInTheContractsOrder) {
    Jukebox world;
    const auto refusal = [&](const PlaybackService::Target& target, const NewPlayback& wanted) {
        return world.playbacks.start(target, wanted).error();
    };
    ASSERT_TRUE(world.rooms.create(world.now, {RoomId{"empty"}, "", 0}));
    const LegId publisher = world.legs.create(world.now, plain_offer(), {}, {Purpose::publish, {}})->id;
    EXPECT_EQ(refusal(LegId{"nobody"}, {}), Error::leg_not_found);
    EXPECT_EQ(refusal(RoomId{"nowhere"}, {}), Error::room_not_found);
    EXPECT_EQ(refusal(RoomId{"empty"}, {}), Error::url_or_tone_missing);
    EXPECT_EQ(refusal(world.leg, {"u", "t", {}, 0, 9}), Error::url_and_tone);
    EXPECT_EQ(refusal(world.leg, file(std::string(kMaxUrlBytes + 1, 'u'))), Error::url_too_long);
    EXPECT_EQ(refusal(world.leg, {"u", {}, std::string(kMaxMimeTypeBytes + 1, 'm'), 0, 0}),
              Error::mime_type_too_long);
    EXPECT_EQ(refusal(world.leg, tone("busy", 9)), Error::invalid_volume);
    EXPECT_EQ(refusal(world.leg, tone("busy", -9)), Error::invalid_volume);
    EXPECT_EQ(refusal(RoomId{"empty"}, tone("busy")), Error::room_empty);
    EXPECT_EQ(refusal(publisher, tone("busy")), Error::no_audio_writer);
    EXPECT_TRUE(world.sent<engine::StartPlayback>().empty());
    EXPECT_EQ(world.playbacks.under_way(), 0U);
}

TEST(PlaybackService, SaysWhatTheShardReportsInTheScopeOfTheTarget) {
    Jukebox world;
    world.events.clear();
    const PlaybackId at_leg = *world.playbacks.start(world.leg, tone("busy"));
    const PlaybackId at_room = *world.playbacks.start(world.room, file("http://a"));
    const PlaybackId fails = *world.playbacks.start(world.room, file("http://b"));
    world.engine_says(engine::PlaybackStarted{at_leg});
    world.engine_says(engine::PlaybackStarted{at_room});
    world.end(at_room, PlaybackEnded::Reason::completed, 62);
    world.end(fails, PlaybackEnded::Reason::failed, 0, "404");
    world.end(at_leg, PlaybackEnded::Reason::stopped, 3);

    ASSERT_EQ(world.events.size(), 5U);
    EXPECT_EQ(world.events[0].leg, world.leg);
    EXPECT_EQ(world.events[0].app_id, "tag");
    EXPECT_EQ(world.events[1].leg, LegId{});
    const auto& completed = std::get<PlaybackFinished>(world.events[2].what);
    EXPECT_TRUE(completed.completed);
    EXPECT_EQ(completed.played, 1'240ms);
    EXPECT_EQ(std::get<PlaybackError>(world.events[3].what).error, "404");
    EXPECT_FALSE(std::get<PlaybackFinished>(world.events[4].what).completed);
    EXPECT_EQ(world.story(),
              "playback.started playback.started@r playback.finished@r playback.error@r playback.finished");
    EXPECT_EQ(world.playbacks.under_way(), 0U);
    EXPECT_EQ(world.cancelled, 2) << "of files";
}

TEST(PlaybackService, HasOneEndAlsoWhenItsLegHasGone) {
    Jukebox world;
    const PlaybackId id = *world.playbacks.start(world.leg, tone("busy"));
    ASSERT_TRUE(world.legs.hang_up(world.now, world.leg));
    world.end(id, PlaybackEnded::Reason::stopped, 5);
    world.end(id, PlaybackEnded::Reason::stopped, 5);
    world.engine_says(engine::PlaybackStarted{id});
    EXPECT_EQ(world.events.back().leg, world.leg);
    EXPECT_EQ(world.events.back().app_id, "tag");
    EXPECT_EQ(world.story(), "leg.disconnected playback.finished");
}

TEST(PlaybackService, StopsWhatIsPlayedThereOnce) {
    Jukebox world;
    const PlaybackId id = *world.playbacks.start(world.leg, tone("busy"));
    EXPECT_EQ(world.playbacks.stop(world.member, id).error(), Error::playback_not_found);
    EXPECT_EQ(world.playbacks.stop(world.room, id).error(), Error::playback_not_found);
    EXPECT_EQ(world.playbacks.stop(LegId{"nobody"}, PlaybackId{"pb-0"}).error(), Error::playback_not_found);
    EXPECT_TRUE(world.playbacks.stop(world.leg, id));
    EXPECT_EQ(world.sent<engine::StopPlayback>().size(), 1U);
    EXPECT_EQ(world.playbacks.stop(world.leg, id).error(), Error::playback_not_found);
    EXPECT_EQ(world.playbacks.set_volume(world.leg, id, 0).error(), Error::playback_not_found);
    world.end(id, PlaybackEnded::Reason::stopped, 5);
    EXPECT_EQ(world.story(), "playback.finished");
}

TEST(PlaybackService, SetsTheVolumeAndChecksItFirst) {
    Jukebox world;
    const PlaybackId id = *world.playbacks.start(world.leg, tone("busy"));
    EXPECT_EQ(world.playbacks.set_volume(LegId{"nobody"}, id, 9).error(), Error::invalid_volume);
    EXPECT_EQ(world.playbacks.set_volume(LegId{"nobody"}, id, 8).error(), Error::leg_not_found);
    EXPECT_EQ(world.playbacks.set_volume(RoomId{"nowhere"}, id, 8).error(), Error::room_not_found);
    EXPECT_EQ(world.playbacks.set_volume(world.member, id, 8).error(), Error::playback_not_found);
    EXPECT_TRUE(world.playbacks.set_volume(world.leg, id, 8));
    const auto sent = world.sent<engine::SetPlaybackGain>();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].decibels, 24);
}

TEST(PlaybackService, SoundsByUrlAreFewerThanTones) {
    Jukebox world;
    std::vector<PlaybackId> started;
    while (started.size() < kMaxFilePlaybacks) {
        const LegId leg = world.add_leg();
        for (std::size_t i = 0; i < 10; ++i) started.push_back(*world.playbacks.start(leg, file("http://a")));
    }
    EXPECT_EQ(world.playbacks.start(world.leg, file("http://a")).error(), Error::too_many_file_playbacks);
    EXPECT_EQ(world.playbacks.counters().refused, 1U);
    EXPECT_TRUE(world.playbacks.start(world.leg, tone("busy")));
    world.end(started[0], PlaybackEnded::Reason::stopped, 0);
    EXPECT_TRUE(world.playbacks.start(world.leg, file("http://a")));
    EXPECT_EQ(world.playbacks.start(world.leg, file("http://a")).error(), Error::too_many_file_playbacks);
}

TEST(PlaybackService, IsBoundedPerTargetAndInAll) {
    Jukebox world;
    for (std::size_t i = 0; i < engine::kMaxPlaybacksPerTarget; ++i)
        ASSERT_TRUE(world.playbacks.start(world.leg, tone("busy")));
    EXPECT_EQ(world.playbacks.start(world.leg, tone("busy")).error(), Error::too_many_playbacks);
    ASSERT_TRUE(world.playbacks.start(world.room, tone("busy")));
    while (world.playbacks.under_way() < kMaxPlaybacks) {
        const LegId leg = world.add_leg();
        for (std::size_t i = 0; i < engine::kMaxPlaybacksPerTarget; ++i) {
            if (world.playbacks.under_way() < kMaxPlaybacks) {
                ASSERT_TRUE(world.playbacks.start(leg, tone("busy")));
            }
        }
    }
    EXPECT_EQ(world.playbacks.start(world.member, tone("busy")).error(), Error::too_many_playbacks);
    EXPECT_EQ(world.playbacks.counters().refused, 2U);
    world.end(world.sent<engine::StartPlayback>()[0].playback, PlaybackEnded::Reason::stopped, 0);
    EXPECT_TRUE(world.playbacks.start(world.leg, tone("busy")));
}

}  // namespace
}  // namespace legroom::call
