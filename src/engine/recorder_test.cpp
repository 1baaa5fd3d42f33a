#include "engine/recorder.hpp"

#include <gtest/gtest.h>

namespace legroom::engine {
namespace {

using record::kPositionsPerTick;
constexpr record::RecordingId kId{1};

audio::Frame sound(float value = 0.5F, SampleRate rate = SampleRate::k16000) {
    audio::Frame frame{rate};
    std::ranges::fill(frame.samples(), value);
    return frame;
}

std::shared_ptr<record::Tape> new_tape(std::size_t channels = 1) {
    return std::make_shared<record::Tape>(channels, SampleRate::k48000);
}

TEST(Recorder, BeginsWithTheFirstSoundThatArrives) {
    Recorder recorder;
    const auto tape = new_tape();
    LegTap* tap = recorder.add(RecordLeg{LegId{"L"}, kId, tape});
    for (int i = 0; i < 10; ++i) recorder.finish_tick();
    EXPECT_FALSE(tape->begun());
    tap->said.take(audio::Frame{SampleRate::k16000});  // silence that somebody sent
    recorder.finish_tick();
    EXPECT_EQ(tape->reached(), kPositionsPerTick);
    EXPECT_FALSE(tape->front()) << "silence needs no place";
    tap->said.take(sound());
    recorder.finish_tick();
    EXPECT_EQ(tape->front()->at, kPositionsPerTick);
    EXPECT_EQ(tape->front()->samples.front(), 16'384);
}

TEST(Recorder, CountsEveryTickWhateverBecameOfIt) {
    Recorder recorder;
    const auto tape = new_tape();
    LegTap* tap = recorder.add(RecordLeg{LegId{"L"}, kId, tape});
    tap->said.take(sound());
    recorder.finish_tick();
    constexpr std::uint64_t kHour = 50 * 3'600;
    for (std::uint64_t i = 1; i < kHour - 500; ++i) recorder.finish_tick();  // nothing arrives
    recorder.skip(500);                                                      // the shard fell behind
    EXPECT_EQ(tape->reached(), kHour * kPositionsPerTick);
    EXPECT_EQ(record::time_of(tape->reached()), std::chrono::hours{1});
}

TEST(Recorder, KeepsBothSidesOfALegTogether) {
    Recorder recorder;
    const auto tape = new_tape(2);
    LegTap* tap = recorder.add(RecordLeg{LegId{"L"}, kId, tape});
    tap->heard.take(sound(0.25F));
    recorder.finish_tick();
    tap->said.take(sound(0.5F));
    tap->heard.take(sound(-0.25F));
    recorder.finish_tick();
    EXPECT_EQ(tape->front()->samples.size(), 640U);
    EXPECT_EQ(tape->front()->samples[0], 0) << "left: it said nothing";
    EXPECT_EQ(tape->front()->samples[1], 8'192);
    tape->pop();
    EXPECT_EQ(tape->front()->samples[0], 16'384);
    EXPECT_EQ(tape->front()->samples[1], -8'192);
}

TEST(Recorder, ARoomsTracksBeginAndEndWithTheRoom) {
    Recorder recorder;
    const auto whole = new_tape();
    const auto track = new_tape();
    const auto late = new_tape();
    MixTap* mix = recorder.add(RecordRoom{RoomId{"R"}, kId, whole});
    LegTap* muted = recorder.add(RecordTrack{kId, LegId{"L"}, track});
    muted->said.take(sound());  // the mix is silent
    recorder.finish_tick();
    EXPECT_EQ(whole->reached(), kPositionsPerTick);
    EXPECT_FALSE(whole->front());
    LegTap* second = recorder.add(RecordTrack{kId, LegId{"M"}, late});
    second->said.take(sound());
    mix->frame = sound();
    mix->present = true;
    recorder.finish_tick();
    EXPECT_EQ(late->begin(), kPositionsPerTick);
    EXPECT_EQ(late->front()->at, whole->front()->at) << "one clock for all";
    recorder.remove(LeaveTrack{kId, LegId{"L"}});
    recorder.finish_tick();
    EXPECT_EQ(track->reached(), 2 * kPositionsPerTick);
    EXPECT_EQ(recorder.add(RecordTrack{kId, LegId{"L"}, track}), muted) << "back, on the same channel";
    recorder.finish_tick();
    EXPECT_EQ(track->reached(), 4 * kPositionsPerTick);
    const auto ended = recorder.remove(kId);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->room, RoomId{"R"});
    EXPECT_EQ(ended->tracks, (std::vector<LegId>{LegId{"L"}, LegId{"M"}}));
    EXPECT_TRUE(whole->closed() && track->closed() && late->closed());
    EXPECT_FALSE(recorder.remove(kId));
}

TEST(Recorder, APauseTakesItsTime) {
    Recorder recorder;
    const auto tape = new_tape();
    LegTap* tap = recorder.add(RecordLeg{LegId{"L"}, kId, tape});
    recorder.pause({kId, true});
    tap->said.take(sound());
    recorder.finish_tick();
    EXPECT_FALSE(tape->begun()) << "not while it is paused";
    recorder.pause({kId, false});
    tap->said.take(sound());
    recorder.finish_tick();
    tape->pop();
    recorder.pause({kId, true});
    for (int i = 0; i < 5; ++i) {
        tap->said.take(sound());
        recorder.finish_tick();
    }
    EXPECT_FALSE(tape->front());
    EXPECT_EQ(tape->reached(), 6 * kPositionsPerTick);
    recorder.finish_tick();
    recorder.pause({kId, false});
    recorder.finish_tick();
    EXPECT_FALSE(tape->front()) << "nothing of before is left over";
}

TEST(Recorder, PutsPacketsOnTapeAtTheirTime) {
    Recorder recorder;
    const auto tape = std::make_shared<record::PacketTape>();
    PacketTap* tap = recorder.add(RecordPackets{LegId{"L"}, kId, tape});
    const std::array<std::uint8_t, 3> packet{0xf8, 0xff, 0xfe};
    tap->take(0, 960, {});  // what nobody began
    recorder.finish_tick();
    EXPECT_FALSE(tape->begun());
    tap->take(0, 480, packet);
    tap->take(480, 480, {});
    recorder.finish_tick();
    EXPECT_EQ(tape->reached(), kPositionsPerTick);
    recorder.pause({kId, true});
    tap->take(0, 960, packet);
    recorder.finish_tick();
    recorder.pause({kId, false});
    recorder.skip(10);
    tap->take(240, 2'880, packet);
    recorder.finish_tick();
    EXPECT_EQ(tape->front()->packet.size(), 3U);
    tape->pop();
    EXPECT_EQ(tape->front()->at, 480U);
    EXPECT_TRUE(tape->front()->packet.empty());
    tape->pop();
    EXPECT_EQ(tape->front()->at, 12 * kPositionsPerTick + 240);
    EXPECT_EQ(tape->front()->duration, 2'880U);
    tape->pop();
    EXPECT_FALSE(tape->front());
    EXPECT_EQ(tape->reached(), 13 * kPositionsPerTick);
    EXPECT_EQ(recorder.of(LegId{"L"}), std::vector{kId});
    EXPECT_TRUE(recorder.remove(kId));
    EXPECT_TRUE(tape->closed());
}

TEST(Recorder, ATapOfPacketsHasPlaceForWhatCanComeInATick) {
    PacketTap tap;
    const ByteVector packet(jitter::kMaxPayload, 1);
    for (record::Position at = 0; at < 2 * kPositionsPerTick; at += 120) tap.take(at, 120, packet);
    ASSERT_EQ(tap.pieces().size(), 8U);
    for (const record::PacketPiece& piece : tap.pieces()) {
        EXPECT_EQ(piece.packet.size(), packet.size());
        EXPECT_EQ(piece.packet.back(), 1);
    }
    tap.forget();
    EXPECT_TRUE(tap.pieces().empty());
    EXPECT_FALSE(tap.has_packet());
}

TEST(Recorder, KnowsWhoseItIs) {
    Recorder recorder;
    EXPECT_NE(recorder.add(RecordLeg{LegId{"x"}, kId, new_tape()}), nullptr);
    EXPECT_EQ(recorder.add(RecordLeg{LegId{"y"}, kId, new_tape()}), nullptr);
    EXPECT_NE(recorder.add(RecordRoom{RoomId{"x"}, record::RecordingId{2}, new_tape()}), nullptr);
    EXPECT_EQ(recorder.of(LegId{"x"}), std::vector{kId});
    EXPECT_EQ(recorder.of(RoomId{"x"}), std::vector{record::RecordingId{2}});
    EXPECT_TRUE(recorder.of(LegId{"y"}).empty());
    EXPECT_EQ(recorder.add(RecordTrack{record::RecordingId{3}, LegId{"x"}, new_tape()}), nullptr);
    recorder.remove(LeaveTrack{record::RecordingId{3}, LegId{"x"}});
    recorder.pause({record::RecordingId{3}, true});
}

}  // namespace
}  // namespace legroom::engine
