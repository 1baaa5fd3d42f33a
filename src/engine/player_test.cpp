#include "engine/player.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "audio/goertzel.hpp"
#include "audio/tone.hpp"

namespace legroom::engine {
namespace {

std::vector<PlaybackReport> reports_of(Player& player) {
    std::vector<PlaybackReport> reports;
    player.tell([&](const auto& what) { reports.emplace_back(what); });
    return reports;
}

constexpr auto kRoomRate = SampleRate::k16000;

/// What a player reported, as text: "started a, completed a 3".
std::string story_of(Player& player) {
    static constexpr const char* kNames[] = {"completed", "stopped", "failed"};
    std::string text;
    for (const PlaybackReport& report : reports_of(player)) {
        if (!text.empty()) text += ", ";
        if (const auto* started = std::get_if<PlaybackStarted>(&report)) {
            text += "started " + started->playback.value;
        } else {
            const auto& ended = std::get<PlaybackEnded>(report);
            text += std::string{kNames[static_cast<std::size_t>(ended.reason)]} + ' ' + ended.playback.value +
                    ' ' + std::to_string(ended.frames) + (ended.failure.empty() ? "" : " " + ended.failure);
        }
    }
    return text;
}

StartPlayback tone(const std::string& id, const char* name, double decibels = 0) {
    return {PlaybackId{id}, LegId{"L"}, audio::find_call_tone(name), decibels};
}
StartPlayback file(const std::string& id, std::shared_ptr<FrameQueue> queue, double decibels = 0) {
    return {PlaybackId{id}, LegId{"L"}, std::move(queue), decibels};
}

void write_steady(FrameQueue& queue, int frames, float value = 0.25F) {
    audio::Frame frame;
    frame.buffer.fill(value);
    for (int i = 0; i < frames; ++i) ASSERT_TRUE(queue.push(frame));
}

double level_db(std::span<const float> samples) {
    double power = 0;
    for (const float sample : samples) power += static_cast<double>(sample) * sample;
    return 10 * std::log10(power / static_cast<double>(samples.size()) + 1e-12);
}

/// A tick whose packet leaves.
bool play(Player& player, audio::Frame& out) {
    const bool sounds = player.mix(out);
    player.sent();
    return sounds;
}

TEST(Player, AnEmptyOneSaysNothing) {
    Player player;
    audio::Frame out{kRoomRate};
    EXPECT_FALSE(player.mix(out));
    player.stop(PlaybackId{"nobody"});
    player.set_gain(PlaybackId{"nobody"}, 3);
    player.stop_all();
    EXPECT_EQ(story_of(player), "");
}

TEST(Player, AToneGoesOnUntilItIsStopped) {
    Player player;
    player.add(tone("a", "de_dial"));
    audio::Frame out{kRoomRate};
    for (int tick = 0; tick < 500; ++tick) {
        ASSERT_TRUE(play(player, out));
        ASSERT_GT(audio::power_share(out.samples(), kRoomRate, 425), 0.96) << tick;
    }
    EXPECT_EQ(story_of(player), "started a");
    player.stop(PlaybackId{"a"});
    EXPECT_EQ(story_of(player), "stopped a 500");
    EXPECT_FALSE(play(player, out));
    player.stop(PlaybackId{"a"});
    EXPECT_EQ(story_of(player), "");
}

TEST(Player, SeveralSoundAtOnceEachWithItsGain) {
    Player player;
    player.add(tone("a", "de_dial", -12));
    player.add(tone("b", "fr_dial", -12));
    audio::Frame out{kRoomRate};
    std::vector<float> heard;
    for (int tick = 0; tick < 50; ++tick) {
        ASSERT_TRUE(play(player, out));
        heard.insert(heard.end(), out.samples().begin(), out.samples().end());
    }
    EXPECT_NEAR(audio::power_share(heard, kRoomRate, 425), 0.5, 0.03);
    EXPECT_NEAR(audio::power_share(heard, kRoomRate, 440), 0.5, 0.03);
    player.stop(PlaybackId{"a"});
    ASSERT_TRUE(play(player, out));
    EXPECT_GT(audio::power_share(out.samples(), kRoomRate, 440), 0.98);
    EXPECT_EQ(story_of(player), "started a, started b, stopped a 50");
}

TEST(Player, EachStepOfAGainIsAsLoudAsItSays) {
    Player player;
    player.add(tone("a", "de_dial"));
    audio::Frame out{SampleRate::k48000};
    play(player, out);
    play(player, out);
    const double plain = level_db(out.samples());
    for (const double decibels : {-24.0, -12.0, -3.0, 0.0, 3.0}) {
        player.set_gain(PlaybackId{"a"}, decibels);
        play(player, out);  // on the way
        play(player, out);
        EXPECT_NEAR(level_db(out.samples()) - plain, decibels, 0.05);
    }
    player.set_gain(PlaybackId{"a"}, 24);
    play(player, out);
    play(player, out);
    for (const float sample : out.samples()) ASSERT_LE(std::abs(sample), 1.0F);
}

TEST(Player, BeginsWithItsGainAndNotOnTheWayToIt) {
    Player player;
    const auto queue = std::make_shared<FrameQueue>();
    write_steady(*queue, 1, 0.5F);
    player.add(file("a", queue, -20));
    audio::Frame out{SampleRate::k48000};
    play(player, out);
    EXPECT_NEAR(out.samples().front(), 0.05F, 1e-4F);
}

TEST(Player, AFileEndsAfterItsLastFrame) {
    Player player;
    const auto queue = std::make_shared<FrameQueue>();
    player.add(file("a", queue));
    audio::Frame out{kRoomRate};
    EXPECT_FALSE(play(player, out)) << "nothing has come yet";
    EXPECT_EQ(story_of(player), "");
    write_steady(*queue, 3);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(play(player, out));
    EXPECT_FALSE(play(player, out)) << "its decoder is late";
    write_steady(*queue, 1);
    queue->finish();
    EXPECT_TRUE(play(player, out));
    EXPECT_EQ(story_of(player), "started a") << "the end is the end of the last frame";
    EXPECT_FALSE(play(player, out));
    const auto reports = reports_of(player);
    ASSERT_EQ(reports.size(), 1U);
    const auto& ended = std::get<PlaybackEnded>(reports.front());
    EXPECT_EQ(ended.reason, PlaybackEnded::Reason::completed);
    EXPECT_EQ(ended.frames, 4U);
    EXPECT_EQ(ended.underruns, 1U);
    EXPECT_TRUE(queue->abandoned());
    EXPECT_TRUE(player.empty());
}

TEST(Player, WhatFailsBeforeItsFirstFrameHasNoStart) {
    Player player;
    const auto queue = std::make_shared<FrameQueue>();
    player.add(file("a", queue));
    player.wait();
    EXPECT_EQ(story_of(player), "");
    queue->fail("404");
    player.wait();
    EXPECT_EQ(story_of(player), "failed a 0 404") << "also while nobody can be sent to";
    const auto hopeless = std::make_shared<FrameQueue>();
    hopeless->fail("no such tone");
    player.add(file("b", hopeless));
    EXPECT_EQ(story_of(player), "failed b 0 no such tone") << "at once";
}

TEST(Player, WhatFailsInTheMiddlePlaysWhatThereWas) {
    Player player;
    const auto queue = std::make_shared<FrameQueue>();
    write_steady(*queue, 2);
    queue->fail("broken");
    player.add(file("a", queue));
    audio::Frame out{kRoomRate};
    EXPECT_TRUE(play(player, out));
    EXPECT_TRUE(play(player, out));
    EXPECT_FALSE(play(player, out));
    EXPECT_EQ(story_of(player), "started a, failed a 2 broken");
}

TEST(Player, CountsOnlyWhatHasLeft) {
    Player player;
    player.add(tone("a", "us_dial"));
    audio::Frame out{kRoomRate};
    play(player, out);
    player.mix(out);  // a digit took its place
    play(player, out);
    player.sent();  // said twice, counted once
    player.stop_all();
    EXPECT_EQ(story_of(player), "started a, stopped a 2");
}

TEST(Player, ALateOneHoldsUpNobody) {
    Player player;
    const auto queue = std::make_shared<FrameQueue>();
    player.add(file("late", queue));
    player.add(tone("a", "us_dial"));
    audio::Frame out{kRoomRate};
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(play(player, out));
    EXPECT_EQ(story_of(player), "started a");
}

TEST(Player, AFileIsHeardAtEveryRate) {
    for (const SampleRate rate :
         {SampleRate::k8000, SampleRate::k16000, SampleRate::k24000, SampleRate::k48000}) {
        Player player;
        const auto queue = std::make_shared<FrameQueue>();
        audio::Tone sine{SampleRate::k48000, 1'000, 0.5F};
        audio::Frame frame;
        for (int i = 0; i < 10; ++i) {
            sine.fill(frame.samples());
            queue->push(frame);
        }
        player.add(file("a", queue));
        audio::Frame out{rate};
        for (int i = 0; i < 10; ++i) {
            ASSERT_TRUE(play(player, out));
            if (i == 0) continue;
            EXPECT_GT(audio::power_share(out.samples(), rate, 1'000), 0.99);
            EXPECT_NEAR(level_db(out.samples()), level_db(frame.samples()), 0.1);
        }
    }
}

TEST(Player, TellsTheDecoderWhenItGoes) {
    const auto queue = std::make_shared<FrameQueue>();
    {
        Player player;
        player.add(file("a", queue));
        EXPECT_FALSE(queue->abandoned());
    }
    EXPECT_TRUE(queue->abandoned());
}

TEST(FrameQueue, IsBoundedAndKeepsTheOrder) {
    FrameQueue queue;
    audio::Frame frame;
    audio::Frame out;
    for (std::size_t round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i < FrameQueue::kMaxFrames; ++i) {
            frame.buffer[0] = static_cast<float>(i);
            ASSERT_TRUE(queue.push(frame));
        }
        EXPECT_TRUE(queue.full());
        EXPECT_FALSE(queue.push(frame));
        for (std::size_t i = 0; i < FrameQueue::kMaxFrames; ++i) {
            ASSERT_TRUE(queue.pop(out));
            EXPECT_EQ(out.buffer[0], static_cast<float>(i));
        }
        EXPECT_FALSE(queue.pop(out));
    }
    EXPECT_FALSE(queue.ended());
    queue.push(frame);
    queue.finish();
    EXPECT_FALSE(queue.ended()) << "one is left";
    queue.pop(out);
    EXPECT_TRUE(queue.ended());
    EXPECT_EQ(queue.failure(), "");
}

}  // namespace
}  // namespace legroom::engine
