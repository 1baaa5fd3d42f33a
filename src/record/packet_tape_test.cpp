#include "record/packet_tape.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace legroom::record {
namespace {

ByteVector packet_of(std::size_t size, std::uint8_t value) { return ByteVector(size, value); }

TEST(PacketTape, GivesWhatWasPutInOrder) {
    PacketTape tape;
    EXPECT_FALSE(tape.front());
    EXPECT_TRUE(tape.put({0, 960, packet_of(80, 1)}));
    EXPECT_TRUE(tape.put({960, 480, {}}));
    EXPECT_TRUE(tape.put({1'440, 2'880, packet_of(1'500, 3)}));
    const auto first = tape.front();
    EXPECT_EQ(first->packet.size(), 80U);
    EXPECT_EQ(tape.front()->at, 0U) << "until it is popped";
    tape.pop();
    EXPECT_EQ(tape.front()->duration, 480U);
    EXPECT_TRUE(tape.front()->packet.empty()) << "to be concealed";
    tape.pop();
    EXPECT_EQ(tape.front()->at, 1'440U);
    EXPECT_EQ(tape.front()->duration, 2'880U);
    EXPECT_EQ(tape.front()->packet.back(), 3U);
    tape.pop();
    EXPECT_FALSE(tape.front());
}

TEST(PacketTape, IsBoundedAndCountsWhatItLoses) {
    PacketTape tape;
    std::size_t taken = 0;
    while (tape.put({taken * 960, 960, packet_of(1'000, 1)})) ++taken;
    EXPECT_LE(taken * 1'000, PacketTape::kBytes);
    EXPECT_GT(taken * 1'100, PacketTape::kBytes);
    EXPECT_EQ(tape.dropped(), 960U);
    EXPECT_FALSE(tape.put({taken * 960, 960, packet_of(1'500, 1)}));
    EXPECT_EQ(tape.dropped(), 2 * 960U);
    tape.pop();  // nothing was asked for
    static_cast<void>(tape.front());
    tape.pop();
    EXPECT_TRUE(tape.put({500 * 960, 960, packet_of(900, 2)}));
    for (std::size_t i = 1; i < taken; ++i) {
        EXPECT_EQ(tape.front()->at, i * 960);
        tape.pop();
    }
    EXPECT_EQ(tape.front()->at, 500U * 960) << "at its own place";
    EXPECT_EQ(tape.front()->packet.back(), 2U);
}

TEST(PacketTape, HasATakerOnAnotherThread) {
    PacketTape tape;
    constexpr Position kEnd = 5'000;
    const auto size_of = [](Position i) { return static_cast<std::size_t>(i * 37 % 400); };
    std::thread producer([&] {
        for (Position i = 0; i < kEnd; ++i) {
            const ByteVector packet = packet_of(size_of(i), static_cast<std::uint8_t>(i));
            while (!tape.put({i * 960, 960, packet})) std::this_thread::yield();
            tape.reach(0, (i + 1) * 960);
        }
        tape.close();
    });
    Position next = 0;
    std::size_t wrong = 0;
    while (true) {
        const bool closed = tape.closed();
        while (const auto piece = tape.front()) {
            const bool same =
                piece->at == next * 960 && piece->packet.size() == size_of(next) &&
                (piece->packet.empty() || piece->packet.back() == static_cast<std::uint8_t>(next));
            wrong += same ? 0 : 1;
            tape.pop();
            ++next;
        }
        if (closed) break;
        std::this_thread::yield();
    }
    producer.join();
    EXPECT_EQ(next, kEnd);
    EXPECT_EQ(wrong, 0U);
}

}  // namespace
}  // namespace legroom::record
