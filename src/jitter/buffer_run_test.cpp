#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <vector>

#include "base/random.hpp"
#include "jitter/buffer.hpp"

/// Long runs in virtual time: a sender, a network and a reader with clocks of their own.
namespace legroom::jitter {
namespace {

using namespace std::chrono_literals;

struct Journey {
    std::uint64_t seed = 1;
    Duration length = 2min;
    double loss = 0;
    double duplicated = 0;
    Duration jitter{0};       ///< Each packet is late by up to this.
    double sender_speed = 1;  ///< 1.0002: the sender's clock is 200 ppm fast.
    std::chrono::milliseconds packet{20};
    int pause_every = 0;  ///< DTX: after so many packets
    Duration pause{0};    ///< nothing for this long.
    Playing playing = Playing::silence;
};

struct Outcome {
    std::uint64_t sent = 0;
    std::uint64_t played = 0;
    std::uint64_t missing = 0;
    std::uint64_t paused = 0;
    std::uint64_t empty = 0;
    std::uint64_t cuts = 0;  ///< Moments at which the buffer dropped packets.
    std::uint64_t out_of_order = 0;
    Duration longest_waiting{0};
    Counters counters;
};

class Simulation {
public:
    explicit Simulation(const Journey& journey)
        : journey_(journey), random_(journey.seed), sequence_(0xff00 + random_.below(0xff)) {
        // Wraps within the run.
        timestamp_ = 0xffff'ffff - random_.below(2'000'000);
    }

    Outcome play() {
        const Instant end = Instant{} + journey_.length;
        // The reader asks when what it got before has been played.
        for (Instant now{}; now < end; now += read(now)) send_until(now);
        outcome_.counters = buffer_.counters();
        return outcome_;
    }

private:
    void send_until(Instant now) {
        while (next_send_ <= now) send();
        while (!network_.empty() && network_.begin()->first <= now) {
            const auto& [arrival, header] = *network_.begin();
            buffer_.insert(arrival, header, ByteVector(60), to_ticks(journey_.packet));
            network_.erase(network_.begin());
        }
    }

    void send() {
        const rtp::Header header{.sequence = {static_cast<std::uint16_t>(sequence_)},
                                 .timestamp = timestamp_};
        ++outcome_.sent;
        const int copies = random_.unit() < journey_.loss ? 0 : random_.unit() < journey_.duplicated ? 2 : 1;
        for (int copy = 0; copy < copies; ++copy) network_.emplace(next_send_ + delay(), header);
        advance(journey_.packet);
        ++sequence_;
        if (journey_.pause_every > 0 && sequence_ % static_cast<unsigned>(journey_.pause_every) == 0)
            advance(journey_.pause);
    }

    void advance(Duration media) {
        timestamp_ += static_cast<std::uint32_t>(media.count() * kTicksPerMillisecond / 1000);
        sent_media_ += media;
        next_send_ = Instant{} + Duration{static_cast<std::int64_t>(static_cast<double>(sent_media_.count()) /
                                                                    journey_.sender_speed)};
    }

    Duration delay() {
        return 30ms + Duration{static_cast<std::int64_t>(random_.unit() *
                                                         static_cast<double>(journey_.jitter.count()))};
    }

    Duration read(Instant now) {
        outcome_.longest_waiting = std::max(outcome_.longest_waiting, buffer_.waiting());
        const std::uint64_t dropped = buffer_.counters().overflowed;
        const Taken taken = buffer_.take(now, journey_.playing);
        if (buffer_.counters().overflowed > dropped) ++outcome_.cuts;
        return std::visit([this](const auto& what) { return note(what); }, taken);
    }

    Duration note(const Packet& packet) {
        ++outcome_.played;
        const auto ahead = static_cast<std::int16_t>(packet.header.sequence.value - last_played_);
        if (outcome_.played > 1 && ahead <= 0) ++outcome_.out_of_order;
        last_played_ = packet.header.sequence.value;
        return length(packet.duration);
    }
    Duration note(const Missing& gap) { return ++outcome_.missing, length(gap.duration); }
    Duration note(const Pause& pause) { return ++outcome_.paused, length(pause.duration); }
    Duration note(const Empty&) { return ++outcome_.empty, kTick; }
    static Duration length(Ticks ticks) {
        return Duration{std::int64_t{ticks} * 1000 / kTicksPerMillisecond};
    }

    Journey journey_;
    SeededRandom random_;
    Buffer buffer_;
    std::multimap<Instant, rtp::Header> network_;
    Instant next_send_{};
    Duration sent_media_{0};
    std::uint32_t sequence_;
    std::uint32_t timestamp_ = 0;
    std::uint16_t last_played_ = 0;
    Outcome outcome_;
};

Outcome play(const Journey& journey) { return Simulation{journey}.play(); }

double share(std::uint64_t part, std::uint64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
}

TEST(BufferRun, PlaysEveryPacketOfAQuietNetwork) {
    for (const auto packet : {10ms, 20ms, 40ms, 60ms, 120ms}) {
        const Outcome outcome = play({.packet = packet});
        EXPECT_GE(outcome.played + 8, outcome.sent) << packet.count();
        EXPECT_EQ(outcome.out_of_order, 0U);
        EXPECT_EQ(outcome.missing + outcome.paused, 0U) << packet.count();
        EXPECT_EQ(outcome.counters.overflowed + outcome.counters.late + outcome.counters.resets, 0U);
    }
}

TEST(BufferRun, SmoothsJitterBelowItsDelay) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const Outcome outcome = play({.seed = seed, .jitter = 35ms});
        EXPECT_EQ(outcome.out_of_order, 0U) << seed;
        EXPECT_GT(share(outcome.played, outcome.sent), 0.999) << seed;
        EXPECT_LT(share(outcome.missing, outcome.sent), 0.001) << seed;
    }
}

TEST(BufferRun, MostOfAHeavilyJitteredStreamIsHeard) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const Outcome outcome = play({.seed = seed, .jitter = 80ms});
        EXPECT_EQ(outcome.out_of_order, 0U) << seed;
        EXPECT_GT(share(outcome.played, outcome.sent), 0.98) << seed;
        EXPECT_LE(outcome.longest_waiting, kMaxWaiting + 40ms) << seed;
    }
}

TEST(BufferRun, LossIsReportedAsLossAndNothingElseIsLost) {
    for (const double loss : {0.05, 0.2, 0.5}) {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            const Outcome outcome = play({.seed = seed, .loss = loss, .duplicated = 0.1, .jitter = 15ms});
            EXPECT_EQ(outcome.out_of_order, 0U);
            EXPECT_NEAR(share(outcome.counters.lost, outcome.sent), loss, 0.03) << loss << " seed " << seed;
            EXPECT_NEAR(share(outcome.played, outcome.sent), 1 - loss, 0.03) << loss << " seed " << seed;
            EXPECT_GT(outcome.counters.duplicate + outcome.counters.late, 0U);
        }
    }
}

TEST(BufferRun, PausesAreNoLoss) {  // Opus DTX: a packet every 400 ms, or short breaks
    for (const Duration pause : {Duration{40ms}, Duration{60ms}, Duration{380ms}}) {
        const Outcome outcome = play({.jitter = 10ms, .pause_every = 5, .pause = pause});
        EXPECT_EQ(outcome.counters.lost, 0U) << pause.count();
        EXPECT_EQ(outcome.missing, 0U) << pause.count();
        EXPECT_GT(share(outcome.played, outcome.sent), 0.99) << pause.count();
        EXPECT_GT(outcome.paused, 0U);
    }
}

TEST(BufferRun, AnHourOfClockSkewDoesNotGrowTheDelay) {
    for (const double speed : {1.0002, 0.9998}) {
        const Outcome outcome = play({.length = 60min, .jitter = 10ms, .sender_speed = speed});
        EXPECT_LE(outcome.longest_waiting, 120ms) << speed;
        EXPECT_GT(share(outcome.played, outcome.sent), 0.999) << speed;
        // 200 ppm of an hour are 720 ms: 36 packets too many, or too few.
        EXPECT_LE(outcome.counters.overflowed, 45U) << speed;
        EXPECT_LE(outcome.paused, 45U) << speed;
        EXPECT_EQ(outcome.empty < 10, true) << speed;
    }
}

TEST(BufferRun, AFastClockIsCutSeldomWhileItSounds) {
    const Outcome outcome =
        play({.length = 10min, .jitter = 10ms, .sender_speed = 1.001, .playing = Playing::sound});
    EXPECT_GT(outcome.counters.overflowed, 20U) << "10 min at 1000 ppm are 600 ms too much";
    EXPECT_LE(outcome.cuts, 6U) << "each gives back some 120 ms at once";
    EXPECT_LE(outcome.longest_waiting, kTargetDelay + kMaxExcess + 60ms);
}

TEST(BufferRun, OneSeedIsOneRun) {
    const Journey journey{.seed = 42, .length = 20s, .loss = 0.1, .jitter = 60ms};
    const Outcome once = play(journey);
    const Outcome again = play(journey);
    EXPECT_EQ(once.played, again.played);
    EXPECT_EQ(once.counters.lost, again.counters.lost);
    EXPECT_EQ(once.counters.late, again.counters.late);
}

/// What an enemy with the keys can do: any header at any time.
TEST(BufferRun, AnyHeadersLeaveItBoundedAndAlive) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SeededRandom random{seed};
        Buffer buffer;
        Instant now{};
        const std::uint32_t spread = 1U << (4 + random.below(13));
        for (int step = 0; step < 20'000; ++step) {
            const rtp::Header header{.sequence = {static_cast<std::uint16_t>(random.below(spread))},
                                     .timestamp = random.below(8) == 0 ? random.u32() : random.below(96'000),
                                     .ssrc = Ssrc{random.below(1000) == 0 ? 1U : 2U}};
            buffer.insert(now, header, ByteVector(random.below(40)), random.below(10'000));
            ASSERT_LE(buffer.packets(), kMaxPackets);
            if (random.below(3) != 0) continue;
            now += Duration{random.below(40'000)};
            const Taken taken = buffer.take(now, Playing::silence);
            const Ticks length = std::visit(
                [](const auto& what) -> Ticks {
                    if constexpr (requires { what.duration; }) return what.duration;
                    return kMinDuration;
                },
                taken);
            ASSERT_GE(length, kMinDuration);
            ASSERT_LE(length, kMaxDuration);
            ASSERT_EQ(length % kMinDuration, 0U);
            ASSERT_LE(buffer.waiting(), kMaxWaiting + 120ms);
        }
        const Counters& counters = buffer.counters();
        EXPECT_EQ(counters.received, 20'000U);

        // Whatever it went through, an honest stream is heard again.
        int played = 0;
        for (int i = 0; i < 100; ++i) {
            now += kTick;
            buffer.insert(now,
                          {.sequence = {static_cast<std::uint16_t>(30'000 + i)},
                           .timestamp = static_cast<std::uint32_t>(i) * 960,
                           .ssrc = Ssrc{3}},
                          ByteVector(60), 960);
            played += std::holds_alternative<Packet>(buffer.take(now, Playing::silence)) ? 1 : 0;
        }
        EXPECT_GE(played, 95) << seed;
    }
}

}  // namespace
}  // namespace legroom::jitter
