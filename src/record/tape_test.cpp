#include "record/tape.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace legroom::record {
namespace {

std::vector<std::int16_t> tick_of(std::int16_t value, SampleRate rate = SampleRate::k8000) {
    return std::vector<std::int16_t>(samples_per_tick(rate), value);
}

TEST(Tape, GivesWhatWasPutInOrder) {
    Tape tape{1, SampleRate::k8000};
    EXPECT_FALSE(tape.begun());
    EXPECT_FALSE(tape.front());
    for (std::int16_t i = 1; i <= 3; ++i) {
        EXPECT_TRUE(tape.put({Position(i) * kPositionsPerTick, SampleRate::k8000, tick_of(i)}));
        tape.reach(kPositionsPerTick, Position(i + 1) * kPositionsPerTick);
    }
    tape.close();
    EXPECT_TRUE(tape.closed());
    EXPECT_EQ(tape.begin(), kPositionsPerTick);
    EXPECT_EQ(time_of(tape.reached()).count(), 80);
    for (std::int16_t i = 1; i <= 3; ++i) {
        const auto piece = tape.front();
        ASSERT_TRUE(piece);
        EXPECT_EQ(piece->at, Position(i) * kPositionsPerTick);
        EXPECT_EQ(piece->samples.size(), 160U);
        EXPECT_EQ(piece->samples.front(), i);
        tape.pop();
    }
    EXPECT_FALSE(tape.front());
}

TEST(Tape, IsBoundedAndCountsWhatItLoses) {
    Tape tape{1, SampleRate::k8000};
    const auto sound = tick_of(1);
    for (Position i = 0; i < Tape::kPieces; ++i)
        EXPECT_TRUE(tape.put({i * kPositionsPerTick, SampleRate::k8000, sound}));
    for (Position i = Tape::kPieces; i < Tape::kPieces + 7; ++i)
        EXPECT_FALSE(tape.put({i * kPositionsPerTick, SampleRate::k8000, sound}));
    EXPECT_EQ(tape.dropped(), 7U);
    tape.pop();
    EXPECT_TRUE(tape.put({200 * kPositionsPerTick, SampleRate::k8000, sound}));
    for (std::size_t i = 1; i < Tape::kPieces; ++i) tape.pop();
    EXPECT_EQ(tape.front()->at, 200 * kPositionsPerTick) << "at its own place";
}

TEST(Tape, CutsWhatIsLargerThanItsPieces) {
    Tape tape{1, SampleRate::k8000};
    EXPECT_TRUE(tape.put({0, SampleRate::k48000, tick_of(1, SampleRate::k48000)}));
    EXPECT_EQ(tape.front()->samples.size(), 160U);
}

TEST(Tape, HasATakerOnAnotherThread) {
    Tape tape{1, SampleRate::k8000};
    constexpr Position kEnd = 20'000;
    std::thread producer([&tape] {
        for (Position i = 0; i < kEnd; ++i) {
            const auto sound = tick_of(static_cast<std::int16_t>(i % 30'000));
            while (!tape.put({i * kPositionsPerTick, SampleRate::k8000, sound})) std::this_thread::yield();
            tape.reach(0, (i + 1) * kPositionsPerTick);
        }
        tape.close();
    });
    Position next = 0;
    while (true) {
        const bool closed = tape.closed();
        while (const auto piece = tape.front()) {
            EXPECT_EQ(piece->at, next * kPositionsPerTick);
            EXPECT_EQ(piece->samples.back(), static_cast<std::int16_t>(next % 30'000));
            tape.pop();
            ++next;
        }
        if (closed) break;
        std::this_thread::yield();
    }
    producer.join();
    EXPECT_EQ(next, kEnd);
    EXPECT_EQ(tape.reached(), kEnd * kPositionsPerTick);
}

}  // namespace
}  // namespace legroom::record
