// What is recorded of calls, read back from the files: real media in virtual time.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>

#include "audio/level.hpp"
#include "scenario/studio.hpp"
#include "scenario/wav_reader.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;
using call::Subject;

/// The first sample that is not silent.
std::size_t onset(const std::vector<float>& samples) {
    const auto loud = [](float sample) { return std::abs(sample) > 0.05F; };
    return static_cast<std::size_t>(std::ranges::find_if(samples, loud) - samples.begin());
}

/// Two who speak, in a room of 16 kHz.
struct Talk {
    explicit Talk(World& world) : one(world.browser(saying(440))), other(world.browser(saying(1'000))) {
        for (Browser* browser : {&one, &other}) {
            world.call(*browser);
            world.join(*browser, "room");
        }
        connected = world.run_until_connected({&one, &other});
        world.run_for(1s);
    }
    Browser& one;
    Browser& other;
    bool connected = false;
};

TEST(LegRecording, HasTheLegOnTheLeftAndWhatItHearsOnTheRight) {
    World world(51);
    Studio studio(world);
    Talk talk(world);
    ASSERT_TRUE(talk.connected);
    studio.start(talk.one.leg, "call.wav");
    EXPECT_FALSE(std::filesystem::exists(studio.path("call.wav"))) << "not before it is whole";
    world.run_for(10s);
    EXPECT_EQ(studio.stop(talk.one.leg).file, studio.path("call.wav"));
    EXPECT_EQ(studio.names(), std::vector<std::string>{"call.wav"});

    const WavContent wav = read_wav(studio.path("call.wav"));
    EXPECT_EQ(wav.rate, 16'000U);
    EXPECT_EQ(wav.channels, 2U);
    EXPECT_NEAR(wav.seconds(), 10, 0.02);
    EXPECT_GT(share(wav.channel(0), wav.rate, 440), 0.95);
    EXPECT_LT(share(wav.channel(0), wav.rate, 1'000), 0.001);
    EXPECT_GT(share(wav.channel(1), wav.rate, 1'000), 0.95);
    EXPECT_LT(share(wav.channel(1), wav.rate, 440), 0.001);
    EXPECT_NEAR(decibels(wav.channel(0)), -9, 1) << "a sine of half the full scale";
    EXPECT_NEAR(decibels(wav.channel(1)), -9, 1);
    EXPECT_EQ(world.server().count("recording.started"), 1U);
    EXPECT_EQ(world.server().count("recording.finished"), 1U);
}

/// How much of a recording of two seconds is the North American dial tone, which is played meanwhile.
struct DialTone {
    double leg = 0;   ///< On the right channel of `one`,
    double room = 0;  ///< and in the room's.
};
DialTone record_dial_tone(World& world, Studio& studio, const Talk& talk, const Subject& to) {
    studio.start(talk.one.leg, "leg");
    studio.start(RoomId{"room"}, "room");
    call::NewPlayback tone;
    tone.tone = "us_dial";
    const auto playback = world.server().playbacks().start(to, tone);
    world.run_for(2s);
    const WavContent leg = read_wav(studio.stop(talk.one.leg).file);
    const WavContent room = read_wav(studio.stop(RoomId{"room"}).file);
    static_cast<void>(world.server().playbacks().stop(to, *playback));
    return {share(leg.channel(1), leg.rate, 350), share(room.channel(0), room.rate, 350)};
}

TEST(Recording, HasWhatIsPlayedToWhomItIsOf) {
    for (const bool to_the_room : {false, true}) {
        World world(57);
        Studio studio(world);
        Talk talk(world);
        ASSERT_TRUE(talk.connected);
        const Subject to = to_the_room ? Subject{RoomId{"room"}} : Subject{talk.one.leg};
        const DialTone heard = record_dial_tone(world, studio, talk, to);
        EXPECT_GT(heard.leg, 0.01) << to_the_room;
        if (to_the_room) {
            EXPECT_GT(heard.room, 0.01);
        } else {
            EXPECT_LT(heard.room, 0.001);
        }
    }
}

TEST(LegRecording, OutsideARoomIsMonoAndGoesOnThroughRoomsOfOtherRates) {
    World world(52);
    Studio studio(world);
    Browser& one = world.browser(saying(440));
    world.call(one);
    ASSERT_TRUE(world.run_until_connected({&one}));
    studio.start(one.leg, "alone");
    world.run_for(3s);
    world.join(one, "narrow");  // 16 kHz
    world.run_for(3s);
    const std::string file = studio.stop(one.leg).file;
    EXPECT_EQ(file, studio.path("alone.wav"));
    const WavContent wav = read_wav(file);
    EXPECT_EQ(wav.rate, 48'000U);
    EXPECT_EQ(wav.channels, 1U);
    for (std::size_t second = 1; second < 5; ++second) {
        const auto part = wav.channel(0, second * wav.rate, (second + 1) * wav.rate);
        EXPECT_GT(share(part, wav.rate, 440), second == 2 || second == 3 ? 0.9 : 0.99) << second;
        EXPECT_NEAR(decibels(part), -9, 1) << second;
    }
}

TEST(LegRecording, AMutedLegIsOnItAndADeafOneHearsNothing) {
    World world(53);
    Studio studio(world);
    Talk talk(world);
    ASSERT_TRUE(talk.connected);
    ASSERT_TRUE(world.server().legs().set_muted(world.now(), talk.one.leg, true));
    ASSERT_TRUE(world.server().legs().set_deaf(world.now(), talk.one.leg, true));
    studio.start(talk.one.leg, "a");
    studio.start(RoomId{"room"}, "b");
    world.run_for(2s);
    const WavContent leg = read_wav(studio.stop(talk.one.leg).file);
    EXPECT_GT(share(leg.channel(0), leg.rate, 440), 0.95);
    EXPECT_EQ(audio::rms(leg.channel(1)), 0.0F);
    const WavContent room = read_wav(studio.stop(RoomId{"room"}).file);
    EXPECT_EQ(room.channels, 1U);
    EXPECT_GT(share(room.channel(0), room.rate, 1'000), 0.95) << "of who is muted the room hears nothing";
}

TEST(LegRecording, IsAsLongAsTheCallWhateverTheNetworkDoes) {
    // Losses, jitter, a sender that says nothing, and nothing at all for three seconds.
    World world(54, {.delay = 20ms, .jitter = 30ms, .loss = 0.1});
    Studio studio(world);
    Browser& one = world.browser(saying(std::nullopt));
    world.call(one);
    world.join(one, "room");
    ASSERT_TRUE(world.run_until_connected({&one}));
    world.run_for(1s);
    studio.start(one.leg, "long");
    const Instant begun = world.now();
    world.run_for(20s);
    world.network().set_link({.loss = 1});
    world.run_for(3s);
    world.network().set_link({.delay = 20ms, .jitter = 30ms, .loss = 0.1});
    world.run_for(17s);
    const double wall = std::chrono::duration<double>(world.now() - begun).count();
    const std::string file = studio.stop(one.leg).file;
    EXPECT_NEAR(static_cast<double>(std::filesystem::file_size(file) - 80) / (16'000 * 4), wall, 0.02);
}

TEST(Recording, APauseIsSilenceAndTakesItsTime) {
    World world(55);
    Studio studio(world);
    Talk talk(world);
    ASSERT_TRUE(talk.connected);
    studio.start(talk.one.leg, "paused");
    world.run_for(2s);
    auto& recordings = world.server().recordings();
    EXPECT_TRUE(recordings.set_paused(world.now(), talk.one.leg, true).value());
    EXPECT_FALSE(recordings.set_paused(world.now(), talk.one.leg, true).value());
    world.run_for(3s);
    EXPECT_TRUE(recordings.set_paused(world.now(), talk.one.leg, false).value());
    EXPECT_FALSE(recordings.set_paused(world.now(), talk.one.leg, false).value());
    world.run_for(2s);
    const WavContent wav = read_wav(studio.stop(talk.one.leg).file);
    EXPECT_NEAR(wav.seconds(), 7, 0.02);
    for (const std::size_t side : {0U, 1U}) {
        EXPECT_GT(audio::rms(wav.channel(side, 0, 2 * 16'000 - 320)), 0.2F);
        EXPECT_EQ(audio::rms(wav.channel(side, 2 * 16'000 + 320, 5 * 16'000 - 320)), 0.0F);
        EXPECT_GT(audio::rms(wav.channel(side, 5 * 16'000 + 320, 7 * 16'000 - 320)), 0.2F);
    }
    EXPECT_EQ(world.server().count("recording.paused"), 1U);
    EXPECT_EQ(world.server().count("recording.resumed"), 1U);
}

TEST(RoomRecording, HasEverybodyWhateverTheMatrixSays) {
    World world(56);
    Studio studio(world);
    Talk talk(world);
    ASSERT_TRUE(talk.connected);
    ASSERT_TRUE(world.server().rooms().routing().set_role(world.now(), talk.one.leg, "deaf"));
    ASSERT_TRUE(world.server().rooms().routing().set(world.now(), RoomId{"room"}, {{"deaf", {}}}));
    studio.start(RoomId{"room"}, "");
    world.run_for(5s);
    const auto done = studio.stop(RoomId{"room"});
    EXPECT_EQ(done.multi_channel_file, "");
    const WavContent wav = read_wav(done.file);
    EXPECT_EQ(wav.rate, 16'000U);
    EXPECT_NEAR(wav.seconds(), 5, 0.02);
    EXPECT_NEAR(share(wav.channel(0), wav.rate, 440), 0.5, 0.05);
    EXPECT_NEAR(share(wav.channel(0), wav.rate, 1'000), 0.5, 0.05);
    EXPECT_NEAR(decibels(wav.channel(0)), -6, 1) << "the sum of two";
}

TEST(RoomRecording, HasAChannelForEachWhoIsThereAndTheyAreAligned) {
    World world(57);
    Studio studio(world);
    Talk talk(world);
    ASSERT_TRUE(talk.connected);
    ASSERT_TRUE(world.server().legs().set_muted(world.now(), talk.one.leg, true));
    Browser& late = world.browser(saying(2'000));
    world.call(late);
    ASSERT_TRUE(world.run_until_connected({&late}));
    studio.start(RoomId{"room"}, "mix", true);
    studio.start(late.leg, "late");
    world.run_for(2s);
    world.join(late, "room");
    world.run_for(2s);
    // Out and in again: the same channel.
    world.server().on_timeout(world.now());
    ASSERT_TRUE(world.server().rooms().leave(world.now(), RoomId{"room"}, talk.other.leg));
    world.run_for(2s);
    world.join(talk.other, "room");
    world.run_for(2s);
    const auto done = studio.stop(RoomId{"room"});
    ASSERT_EQ(done.tracks.size(), 3U);
    EXPECT_TRUE(done.omitted.empty());
    EXPECT_EQ(done.tracks[0].leg, talk.one.leg) << "in the order of joining";
    EXPECT_EQ(done.tracks[1].leg, talk.other.leg);
    EXPECT_EQ(done.tracks[2].leg, late.leg);
    EXPECT_LE(done.tracks[0].start, 20ms);
    EXPECT_NEAR(static_cast<double>(done.tracks[2].start / 1ms), 2'000, 20);
    EXPECT_NEAR(static_cast<double>(done.tracks[2].end / 1ms), 8'000, 20);

    const WavContent mix = read_wav(done.file);
    const WavContent wav = read_wav(done.multi_channel_file);
    EXPECT_EQ(wav.channels, 3U);
    EXPECT_EQ(wav.rate, 16'000U);
    EXPECT_EQ(wav.frames(), mix.frames());
    EXPECT_NEAR(wav.seconds(), 8, 0.02);
    EXPECT_GT(share(wav.channel(0), wav.rate, 440), 0.95) << "muted, and on its channel";
    EXPECT_GT(share(wav.channel(1, 0, 60'000), wav.rate, 1'000), 0.95);
    EXPECT_EQ(audio::rms(wav.channel(1, 4 * 16'000 + 640, 6 * 16'000 - 640)), 0.0F) << "while it was away";
    EXPECT_GT(audio::rms(wav.channel(1, 6 * 16'000 + 640, 7 * 16'000)), 0.2F);
    EXPECT_EQ(audio::rms(wav.channel(2, 0, 2 * 16'000 - 640)), 0.0F);
    EXPECT_GT(share(wav.channel(2, 3 * 16'000, 8 * 16'000), wav.rate, 2'000), 0.95);
    // Of the mix the late one is a part from the very frame on that is the first of its channel.
    const auto in_mix = [&](std::size_t frame) {
        return share(mix.channel(0, frame, frame + 320), 16'000, 2'000);
    };
    const std::size_t begins = onset(wav.channel(2));
    EXPECT_NEAR(static_cast<double>(begins), 2 * 16'000, 640);
    EXPECT_GT(in_mix(begins + 320), 0.3);
    EXPECT_LT(in_mix(begins - 640), 0.05);
    // And the sum of all channels that are not muted is the mix, sample by sample.
    double worst = 0;
    for (std::size_t i = 0; i < mix.frames(); ++i) {
        const float sum = std::clamp(wav.samples[3 * i + 1] + wav.samples[3 * i + 2], -1.0F, 1.0F);
        worst = std::max(worst, std::abs(static_cast<double>(sum - mix.samples[i])));
    }
    EXPECT_LT(worst, 0.0002);
}

TEST(RoomRecording, EndsWithTheLastWhoLeaves) {
    World world(58);
    Studio studio(world);
    Talk talk(world);
    ASSERT_TRUE(talk.connected);
    studio.start(RoomId{"room"}, "a", true);
    studio.start(talk.one.leg, "b");
    world.run_for(2s);
    world.hang_up(talk.one);
    world.join(talk.other, "elsewhere");
    EXPECT_FALSE(world.server().count("recording.finished") > 2);
    studio.write();
    EXPECT_EQ(world.server().count("recording.finished"), 2U);
    EXPECT_EQ(studio.names().size(), 3U) << "of the room two";
    bool rejected = false;
    world.server().recordings().stop(RoomId{"room"}, [&](const auto& done) {
        rejected = done.error() == call::Error::recording_not_found;
    });
    EXPECT_TRUE(rejected);
    // The file is there before the leg's end is told of.
    const auto& events = world.server().events();
    const auto finished = std::ranges::find(events, "recording.finished");
    const auto gone = std::ranges::find(events, "leg.disconnected api_hangup");
    ASSERT_NE(gone, events.end());
    EXPECT_LT(finished - events.begin(), gone - events.begin());
}

TEST(RoomRecording, IsAFileBeforeItsRoomsEndIsTold) {
    World world(59);
    Studio studio(world);
    Talk talk(world);
    ASSERT_TRUE(talk.connected);
    studio.start(RoomId{"room"}, "a");
    world.run_for(2s);
    world.server().on_timeout(world.now());
    const std::size_t before = world.server().events().size();
    ASSERT_TRUE(world.server().rooms().remove(world.now(), RoomId{"room"}));
    studio.write();
    const auto& events = world.server().events();
    EXPECT_EQ((std::vector<std::string>(events.begin() + static_cast<std::ptrdiff_t>(before), events.end())),
              (std::vector<std::string>{"recording.finished", "room.deleted", "leg.disconnected room_deleted",
                                        "leg.disconnected room_deleted"}));
}

TEST(Recording, OfNothingLeavesNoFile) {
    World world(60);
    Studio studio(world);
    Browser& one = world.browser(saying(440));
    world.call(one);
    studio.start(one.leg, "nothing");  // not connected
    world.network().set_link({.loss = 1});
    world.run_for(2s);
    EXPECT_EQ(studio.stop(one.leg).file, "");
    EXPECT_TRUE(studio.names().empty());
}

/// What is played to it is not its voice.
TEST(Recording, OfWhoNeverSendsAnythingLeavesNoFile) {
    for (const bool in_a_room : {false, true}) {
        World world(62);
        Studio studio(world);
        Browser& one = world.browser(saying(std::nullopt));
        one.client.set_sending(false);
        world.call(one);
        if (in_a_room) world.join(one, "room");
        ASSERT_TRUE(world.run_until_connected({&one}));
        studio.start(one.leg, "leg");
        if (in_a_room) studio.start(RoomId{"room"}, "room", true);
        call::NewPlayback tone;
        tone.tone = "us_dial";
        if (!in_a_room) static_cast<void>(world.server().playbacks().start(one.leg, tone));
        world.run_for(2s);
        EXPECT_EQ(studio.stop(one.leg).file, "");
        if (in_a_room) {
            EXPECT_EQ(studio.stop(RoomId{"room"}).multi_channel_file, "");
        }
        EXPECT_EQ(studio.names(), std::vector<std::string>{});
    }
}

TEST(Recording, OfOneThatStopsWritingGoesOn) {
    World world(61);
    Studio studio(world);
    Talk talk(world);
    ASSERT_TRUE(talk.connected);
    studio.start(talk.one.leg, "slow");
    world.run_for(1s);
    world.server().write_recordings([](const record::Order&) {}, {});  // a disk that hangs
    world.run_for(10s);
    const WavContent wav = read_wav(studio.stop(talk.one.leg).file);
    EXPECT_NEAR(wav.seconds(), 11, 0.02) << "what was missed is as long as it was";
    EXPECT_EQ(world.server().recordings().counters().dropped_frames, 500U - record::Tape::kPieces);
    EXPECT_GT(share(wav.channel(0, 0, 3 * 16'000), wav.rate, 440), 0.95);
    EXPECT_EQ(audio::rms(wav.channel(0, 4 * 16'000, 11 * 16'000)), 0.0F);
}

}  // namespace
}  // namespace legroom::scenario
