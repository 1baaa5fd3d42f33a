// Tones and files played to legs and rooms through the whole server in virtual time: what is heard at the far
// end, by frequency and level, and what is said about it.
#include <cmath>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audio/call_tone.hpp"
#include "audio/tone.hpp"
#include "scenario/world.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;

Browser& caller(World& world, const std::string& room = "") {
    Browser& browser = world.browser();
    world.call(browser);
    if (!room.empty()) world.join(browser, room);
    EXPECT_TRUE(world.run_until_connected({&browser}));
    return browser;
}

PlaybackId play(World& world, const engine::PlaybackTarget& target, const call::NewPlayback& wanted) {
    world.server().on_timeout(world.now());
    const auto id = world.server().playbacks().start(target, wanted);
    EXPECT_TRUE(id) << id.error().message();
    world.pump_server();
    return *id;
}

PlaybackId play_tone(World& world, const engine::PlaybackTarget& target, const std::string& name,
                     std::int64_t volume = 0) {
    return play(world, target, {"", name, "", 0, volume});
}

void stop(World& world, const engine::PlaybackTarget& target, const PlaybackId& id) {
    world.server().on_timeout(world.now());
    ASSERT_TRUE(world.server().playbacks().stop(target, id));
    world.pump_server();
}

void turn(World& world, const engine::PlaybackTarget& target, const PlaybackId& id, std::int64_t volume) {
    world.server().on_timeout(world.now());
    ASSERT_TRUE(world.server().playbacks().set_volume(target, id, volume));
    world.pump_server();
}

using Story = std::vector<std::string>;

TEST(Playback, EveryToneIsHeardByALegAlone) {
    World world(1);
    Browser& browser = caller(world);
    for (const audio::CallTone& tone : audio::call_tones()) {
        const std::string name = std::string{tone.country} + "_" + std::string{tone.kind};
        SCOPED_TRACE(name);
        const PlaybackId id = play_tone(world, browser.leg, name, -1);
        world.run_for(210ms);
        double share = 0;
        for (const std::uint32_t hz : tone.hz) share += hz == 0 ? 0 : browser.client.share(hz, 100ms);
        EXPECT_GT(share, tone.modulation_hz == 0 ? 0.9 : 0.6);
        stop(world, browser.leg, id);
        world.run_for(200ms);
        EXPECT_LT(browser.client.peak(60ms), 0.02F);
    }
    EXPECT_EQ(world.server().count("playback.started"), audio::call_tones().size());
    EXPECT_EQ(world.server().count("playback.finished"), audio::call_tones().size());
}

TEST(Playback, VolumeStepsAreThreeDecibels) {
    World world(2);
    Browser& browser = caller(world);
    const PlaybackId id = play_tone(world, browser.leg, "de_dial");
    world.run_for(1s);
    const double plain = browser.client.level_db(300ms);
    EXPECT_NEAR(plain, 20 * std::log10(0.7 / std::sqrt(2)), 0.5);
    for (std::int64_t volume = -8; volume <= 1; ++volume) {
        turn(world, browser.leg, id, volume);
        world.run_for(600ms);
        EXPECT_NEAR(browser.client.level_db(300ms) - plain, 3.0 * static_cast<double>(volume), 0.5) << volume;
    }
    for (std::int64_t volume = 2; volume <= 8; ++volume) {
        turn(world, browser.leg, id, volume);
        world.run_for(600ms);
        EXPECT_GT(browser.client.level_db(300ms) - plain, 2.5) << "clipped, and not quieter for it";
    }
}

TEST(Playback, AToneToALegInARoomIsHeardByItAlone) {
    World world(3);
    Browser& one = caller(world, "lobby");
    Browser& other = caller(world, "lobby");
    play_tone(world, one.leg, "fr_dial");
    world.run_for(1s);
    EXPECT_GT(one.client.share(440, 500ms), 0.95);
    EXPECT_LT(other.client.peak(500ms), 0.001F);
}

TEST(Playback, AToneToARoomIsHeardByAllWhateverTheRouting) {
    World world(4);
    Browser& one = caller(world, "lobby");
    Browser& other = caller(world, "lobby");
    Browser& elsewhere = caller(world, "office");
    ASSERT_TRUE(world.server().rooms().routing().set(world.now(), RoomId{"lobby"}, {{"", {}}}));
    const PlaybackId id = play_tone(world, RoomId{"lobby"}, "fr_dial");
    world.run_for(1s);
    EXPECT_GT(one.client.share(440, 500ms), 0.95);
    EXPECT_GT(other.client.share(440, 500ms), 0.95);
    EXPECT_LT(elsewhere.client.peak(500ms), 0.001F);
    stop(world, RoomId{"lobby"}, id);
    world.run_for(1s);
    EXPECT_LT(one.client.peak(500ms), 0.001F);
    EXPECT_EQ(world.server().played(), (Story{"playback.started", "playback.finished stopped 1000"}));
}

TEST(Playback, GoesOnThroughJoiningMovingAndLeaving) {
    World world(5);
    Browser& browser = caller(world);
    play_tone(world, browser.leg, "de_dial");
    world.run_for(1s);
    ASSERT_TRUE(world.server().rooms().create(world.now(), {RoomId{"narrow"}, "", 8'000}));
    ASSERT_TRUE(world.server().rooms().create(world.now(), {RoomId{"wide"}, "", 48'000}));
    for (const char* room : {"narrow", "wide", "lobby"}) {
        SCOPED_TRACE(room);
        world.join(browser, room);
        world.run_for(600ms);
        EXPECT_GT(browser.client.share(425, 400ms), 0.95);
    }
    ASSERT_TRUE(world.server().rooms().leave(world.now(), RoomId{"lobby"}, browser.leg));
    world.pump_server();
    world.run_for(600ms);
    EXPECT_GT(browser.client.share(425, 400ms), 0.95);
    EXPECT_EQ(world.server().played(), Story{"playback.started"});
}

TEST(Playback, ADeafLegHearsWhatIsPlayedToItAndNotTheRoom) {
    World world(6);
    Browser& browser = caller(world, "lobby");
    ASSERT_TRUE(world.server().legs().set_deaf(world.now(), browser.leg, true));
    play_tone(world, RoomId{"lobby"}, "fr_dial");
    world.run_for(1s);
    EXPECT_LT(browser.client.peak(500ms), 0.001F);
    play_tone(world, browser.leg, "de_dial");
    world.run_for(1s);
    EXPECT_GT(browser.client.share(425, 500ms), 0.95);
}

TEST(Playback, EndsWithItsLegAndWithItsRoom) {
    World world(7);
    Browser& one = caller(world, "lobby");
    Browser& other = caller(world);
    play_tone(world, one.leg, "busy");
    play_tone(world, RoomId{"lobby"}, "busy");
    play_tone(world, other.leg, "busy");
    world.run_for(1s);
    ASSERT_TRUE(world.server().rooms().remove(world.now(), RoomId{"lobby"}));
    world.pump_server();
    world.hang_up(other);
    world.run_for(100ms);
    Story story = world.server().played();
    EXPECT_EQ(story.size(), 6U);
    EXPECT_EQ(std::ranges::count(story, "playback.finished stopped 1000"), 3);
    EXPECT_EQ(world.server().playbacks().under_way(), 0U);
}

TEST(Playback, WaitsUntilTheLegIsThere) {
    World world(8);
    Browser& browser = world.browser();
    world.call(browser);
    const PlaybackId id = play_tone(world, browser.leg, "de_dial");
    EXPECT_TRUE(world.server().played().empty());
    ASSERT_TRUE(world.run_until_connected({&browser}));
    world.run_for(1s);
    EXPECT_GT(browser.client.share(425, 500ms), 0.95);
    stop(world, browser.leg, id);
    ASSERT_EQ(world.server().played().size(), 2U);
}

TEST(Playback, PlayedCountsThePacketsAndWaitsOnHold) {
    World world(9);
    Browser& browser = caller(world);
    const PlaybackId id = play_tone(world, browser.leg, "de_dial");
    world.run_for(1s);
    browser.client.set_direction("inactive");
    world.renegotiate(browser);
    world.run_for(3s);
    browser.client.set_direction("sendrecv");
    world.renegotiate(browser);
    world.run_for(500ms);
    stop(world, browser.leg, id);
    EXPECT_EQ(world.server().played().back(), "playback.finished stopped 1500");
}

TEST(Playback, AnUnknownToneIsAnErrorAndTheLegLivesOn) {
    World world(10);
    Browser& browser = caller(world);
    play_tone(world, browser.leg, "xx_busy");
    world.run_for(100ms);
    ASSERT_EQ(world.server().played().size(), 1U);
    EXPECT_TRUE(world.server().played().front().starts_with("playback.error unknown tone \"xx_busy\""));
    EXPECT_NE(world.server().legs().find(browser.leg), nullptr);
}

/// What a decoder would do: a second of a sine into the queue, as fast as it is taken.
struct Decoder {
    explicit Decoder(std::shared_ptr<engine::FrameQueue> to, double hz)
        : queue(std::move(to)), tone(engine::FrameQueue::kRate, hz, 0.5F) {}
    void run(int frames) {
        audio::Frame frame;
        for (int i = 0; i < frames && !queue->full(); ++i) {
            tone.fill(frame.samples());
            queue->push(frame);
        }
    }
    std::shared_ptr<engine::FrameQueue> queue;
    audio::Tone tone;
};

TEST(Playback, AFileIsHeardToItsEnd) {
    World world(11);
    Browser& browser = caller(world, "lobby");
    play(world, browser.leg, {"http://a/b.wav", "", "", 0, 0});
    Decoder decoder{world.server().opened().at(0), 1'000};
    world.run_for(500ms);
    EXPECT_TRUE(world.server().played().empty()) << "the fetch takes its time";
    for (int step = 0; step < 10; ++step) {
        decoder.run(10);
        world.run_for(200ms);
    }
    EXPECT_GT(browser.client.share(1'000, 500ms), 0.95);
    decoder.queue->finish();
    world.run_for(300ms);
    EXPECT_EQ(world.server().played(), (Story{"playback.started", "playback.finished completed 2000"}));
    EXPECT_TRUE(decoder.queue->abandoned());
}

TEST(Playback, SeveralAreHeardAtOnce) {
    World world(12);
    Browser& browser = caller(world, "lobby");
    play_tone(world, browser.leg, "de_dial", -3);
    play_tone(world, RoomId{"lobby"}, "fr_dial", -3);
    play(world, browser.leg, {"http://a/b.wav", "", "", 0, -2});
    Decoder decoder{world.server().opened().at(0), 1'000};
    for (int step = 0; step < 5; ++step) {
        decoder.run(10);
        world.run_for(200ms);
    }
    for (const double hz : {425.0, 440.0, 1'000.0}) EXPECT_GT(browser.client.share(hz, 500ms), 0.2) << hz;
}

TEST(Playback, EndsWithTheLastLegOfItsRoom) {
    World world(13);
    Browser& one = caller(world, "lobby");
    Browser& other = caller(world, "lobby");
    play_tone(world, RoomId{"lobby"}, "de_dial");
    world.run_for(1s);
    ASSERT_TRUE(world.server().rooms().leave(world.now(), RoomId{"lobby"}, one.leg));
    world.pump_server();
    world.run_for(1s);
    EXPECT_GT(other.client.share(425, 500ms), 0.95) << "not with the first one";
    world.join(other, "office");  // moves
    world.pump_server();
    EXPECT_EQ(world.server().played().back(), "playback.finished stopped 2000");
    EXPECT_EQ(world.server().playbacks().under_way(), 0U);
    world.join(other, "lobby");
    world.run_for(1s);
    EXPECT_LT(other.client.peak(500ms), 0.001F);
}

TEST(Playback, IsHeardThroughABridge) {
    World world(14);
    Browser& here = caller(world, "lobby");
    Browser& there = caller(world, "office");
    ASSERT_TRUE(world.server().rooms().bridges().create(world.now(), RoomId{"lobby"},
                                                        {RoomId{"office"}, BridgeId{"b"}, "bidirectional"}));
    play_tone(world, RoomId{"lobby"}, "de_dial");
    world.run_for(1s);
    EXPECT_GT(here.client.share(425, 500ms), 0.95);
    EXPECT_GT(there.client.share(425, 500ms), 0.95);
}

}  // namespace
}  // namespace legroom::scenario
