#include "jitter/buffer.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/random.hpp"

namespace legroom::jitter {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr Ticks kFrame = to_ticks(20ms);
constexpr Ssrc kSsrc{0x1234};

/// A payload that says which packet of the test it is.
ByteVector payload(int index) {
    ByteVector bytes;
    ByteWriter{bytes}.u32(static_cast<std::uint32_t>(index));
    return bytes;
}
int index_of(Bytes bytes) { return static_cast<int>(ByteReader{bytes}.u32()); }

/// Says in one letter what take() gave, so that a test reads like a score.
struct Letter {
    std::string operator()(const Packet& packet) const { return std::to_string(index_of(packet.payload)); }
    std::string operator()(const Missing& gap) const { return gap.next_payload.empty() ? "m" : "M"; }
    std::string operator()(const Pause&) const { return "p"; }
    std::string operator()(const Empty&) const { return "."; }
};

/// One stream into one buffer, read every 20 ms.
class Score {
public:
    std::uint16_t first_sequence = 1000;
    std::uint32_t first_timestamp = 5000;

    void insert(int index, std::uint32_t timestamp_offset, Ssrc ssrc = kSsrc) {
        const rtp::Header header{.payload_type = 111,
                                 .marker = false,
                                 .sequence = {static_cast<std::uint16_t>(first_sequence + index)},
                                 .timestamp = first_timestamp + timestamp_offset,
                                 .ssrc = ssrc};
        buffer.insert(now, header, payload(index), kFrame);
    }
    /// Frame `index` of a stream without pauses.
    void insert(int index) { insert(index, static_cast<std::uint32_t>(index) * kFrame); }

    std::string take() { return std::visit(Letter{}, buffer.take(now, playing)); }
    /// Time passes, then one take().
    std::string tick() {
        now += 20ms;
        return take();
    }
    std::string ticks(int count) {
        std::string letters;
        for (int i = 0; i < count; ++i) letters += (i > 0 ? " " : "") + tick();
        return letters;
    }

    Instant now{1h};
    Playing playing = Playing::silence;
    Buffer buffer;
};

TEST(Buffer, IsEmptyBeforeTheFirstPacket) {
    Score score;
    EXPECT_EQ(score.ticks(3), ". . .");
}

TEST(Buffer, HoldsTheFirstPacketForTheTargetDelay) {
    Score score;
    score.insert(0);
    EXPECT_EQ(score.take(), ".");
    EXPECT_EQ(score.tick(), ".");
    score.insert(1);
    EXPECT_EQ(score.ticks(2), "0 1");
}

TEST(Buffer, PutsSwappedPacketsInOrder) {
    Score score;
    for (const int index : {1, 0, 3, 2}) score.insert(index);
    score.tick();
    EXPECT_EQ(score.ticks(4), "0 1 2 3");
    EXPECT_EQ(score.buffer.counters().lost, 0U);
}

TEST(Buffer, GivesThePayloadBehindAGapForItsFec) {
    Score score;
    for (const int index : {0, 2, 3}) score.insert(index);
    score.tick();
    EXPECT_EQ(score.ticks(4), "0 M 2 3");
    EXPECT_EQ(score.buffer.counters().lost, 1U);
}

TEST(Buffer, OnlyTheLastOfAGapHasFec) {
    Score score;
    for (const int index : {0, 4}) score.insert(index);
    score.tick();
    EXPECT_EQ(score.ticks(5), "0 m m M 4");
    EXPECT_EQ(score.buffer.counters().lost, 3U);
}

TEST(Buffer, JumpsAGapTooLongToConceal) {
    Score score;
    for (const int index : {0, 7, 8}) score.insert(index);
    score.tick();
    EXPECT_EQ(score.ticks(3), "0 7 8");
    EXPECT_EQ(score.buffer.counters().lost, 6U);
}

TEST(Buffer, DropsWhatComesAfterItsTime) {
    Score score;
    for (const int index : {0, 2}) score.insert(index);
    score.tick();
    EXPECT_EQ(score.ticks(2), "0 M");
    score.insert(1);
    score.insert(0);
    EXPECT_EQ(score.tick(), "2");
    EXPECT_EQ(score.buffer.counters().late, 2U);
}

TEST(Buffer, KeepsTheFirstOfTwoCopies) {
    Score score;
    for (const int index : {0, 0, 1, 1, 1}) score.insert(index);
    score.tick();
    EXPECT_EQ(score.ticks(2), "0 1");
    EXPECT_EQ(score.buffer.counters().duplicate, 3U);
    EXPECT_EQ(score.buffer.counters().received, 5U);
}

TEST(Buffer, WaitsForAPacketThatIsOnlySlow) {
    Score score;
    score.insert(0);
    score.tick();
    EXPECT_EQ(score.ticks(2), "0 p");
    score.insert(1);
    score.insert(2);
    EXPECT_EQ(score.ticks(2), "1 2");
    EXPECT_EQ(score.buffer.counters().lost, 0U);
}

TEST(Buffer, DoesNotConcealTwiceWhatItBridgedWhileWaiting) {
    Score score;
    score.insert(0);
    score.tick();
    EXPECT_EQ(score.ticks(3), "0 p p");
    score.insert(3);  // 1 and 2 never come
    EXPECT_EQ(score.tick(), "3");
    EXPECT_EQ(score.buffer.counters().lost, 2U);
}

TEST(Buffer, BridgesAStreamThatStopsForABoundedTime) {
    Score score;
    score.insert(0);
    score.tick();
    EXPECT_EQ(score.ticks(8), "0 p p p p p . .");
}

TEST(Buffer, BuffersAnewAfterAStop) {
    Score score;
    score.insert(0);
    EXPECT_EQ(score.ticks(8), ". 0 p p p p p .");
    score.insert(50);
    EXPECT_EQ(score.tick(), ".");
    score.insert(51);
    EXPECT_EQ(score.ticks(2), "50 51");
}

TEST(Buffer, TellsAPauseFromALoss) {  // DTX: the sequence goes on, the timestamp leaps
    Score score;
    score.insert(0, 0);
    score.insert(1, 4 * kFrame);
    score.tick();
    EXPECT_EQ(score.ticks(5), "0 p p p 1");
    EXPECT_EQ(score.buffer.counters().lost, 0U);
}

TEST(Buffer, IgnoresALeapOfTheTimestampAlone) {
    Score score;
    score.insert(0, 0);
    score.insert(1, 0x7000'0000);
    score.insert(2, 0x7000'0000 + kFrame);
    score.insert(3, 17);  // and back
    score.tick();
    EXPECT_EQ(score.ticks(4), "0 1 2 3");
}

TEST(Buffer, WrapsSequenceAndTimestamp) {
    Score score;
    score.first_sequence = 65534;
    score.first_timestamp = 0xffff'ffff - kFrame;
    for (const int index : {1, 0, 2, 4}) score.insert(index);
    score.tick();
    EXPECT_EQ(score.ticks(5), "0 1 2 M 4");
    EXPECT_EQ(score.buffer.counters().resets, 0U);
}

TEST(Buffer, BeginsAnewWithAnotherSsrc) {
    Score score;
    score.insert(0);
    score.insert(1);
    score.tick();
    EXPECT_EQ(score.tick(), "0");
    score.insert(40'000, 99, Ssrc{7});
    EXPECT_EQ(score.ticks(2), ". 40000");
    EXPECT_EQ(score.buffer.counters().resets, 1U);
}

TEST(Buffer, BelievesALeapOfTheSequenceOnlyWhenTheNextOneFollows) {  // RFC 3550 A.1
    Score score;
    score.insert(0);
    score.insert(20'000);
    score.insert(1);
    score.tick();
    EXPECT_EQ(score.ticks(2), "0 1");
    EXPECT_EQ(score.buffer.counters().strayed, 1U);
    EXPECT_EQ(score.buffer.counters().resets, 0U);

    score.insert(30'000);
    score.insert(30'001);
    EXPECT_EQ(score.ticks(2), ". 30001");
    EXPECT_EQ(score.buffer.counters().resets, 1U);
}

TEST(Buffer, CutsABurstBackToTheTarget) {
    Score score;
    for (int index = 0; index < 20; ++index) score.insert(index);  // 400 ms at once
    score.tick();
    EXPECT_EQ(score.buffer.waiting(), kTargetDelay);
    EXPECT_EQ(score.buffer.counters().overflowed, 18U);
    EXPECT_EQ(score.ticks(2), "18 19");
}

TEST(Buffer, GivesBackDelayThatIsNeverNeeded) {
    Score score;
    for (int index = 0; index < 10; ++index) score.insert(index);  // a burst of 200 ms, then steady
    score.tick();
    std::string letter;
    for (int index = 10; index < 60; ++index) {
        score.insert(index);
        letter = score.tick();
    }
    EXPECT_GE(letter, "55") << "about 60 ms behind the newest";
    EXPECT_EQ(score.buffer.counters().lost, 0U);
}

TEST(Buffer, CutsNothingOutOfASoundUnlessTheDelayIsLong) {
    Score score;
    score.playing = Playing::sound;
    for (int index = 0; index < 5; ++index) score.insert(index);  // a burst of 100 ms, then steady
    score.tick();
    score.tick();
    for (int index = 5; index < 100; ++index) {
        score.insert(index);
        EXPECT_EQ(score.tick(), std::to_string(index - 4));
    }
    EXPECT_EQ(score.buffer.counters().overflowed, 0U);

    for (int index = 100; index < 110; ++index) score.insert(index);  // and another of 200 ms
    for (int index = 110; index < 210; ++index) {
        score.insert(index);
        score.tick();
    }
    EXPECT_GT(score.buffer.counters().overflowed, 0U);
    EXPECT_LE(score.buffer.waiting(), kTargetDelay + kMaxExcess + 20ms);
}

TEST(Buffer, RefusesAPayloadNoDatagramHolds) {
    Score score;
    score.buffer.insert(score.now, {.ssrc = kSsrc}, ByteVector(kMaxPayload + 1), kFrame);
    EXPECT_EQ(score.buffer.packets(), 0U);
    EXPECT_EQ(score.buffer.counters().oversized, 1U);
}

}  // namespace
}  // namespace legroom::jitter
