#include "io/stream_output.hpp"

#include <array>
#include <gtest/gtest.h>
#include <numeric>
#include <sys/socket.h>

#include "io/descriptor.hpp"

namespace legroom::io {
namespace {

using namespace std::chrono_literals;

constexpr Instant kOutputStart{1h};

/// A stream whose other end reads only when it is told to.
class Streams {
public:
    Streams() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
        here_ = Descriptor{ends[0]};
        there_ = Descriptor{ends[1]};
        const int small = 1;  // As small as the kernel allows: a few kilobytes.
        ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    }

    [[nodiscard]] int here() const { return here_.get(); }
    void hang_up() { there_ = Descriptor{}; }
    ByteVector read() {
        ByteVector all;
        std::array<std::uint8_t, 4096> some{};
        for (;;) {
            const auto count = ::recv(there_.get(), some.data(), some.size(), 0);
            if (count <= 0) return all;
            all.insert(all.end(), some.begin(), some.begin() + count);
        }
    }

private:
    Descriptor here_;
    Descriptor there_;
};

TEST(StreamOutput, SendsAtOnceWhatTheKernelTakes) {
    Streams streams;
    StreamOutputCounters counters;
    StreamOutput output{{}, counters};
    output.push(kOutputStart, {1, 2});
    output.push(kOutputStart, {3});
    ASSERT_TRUE(output.flush(kOutputStart, streams.here()));
    EXPECT_FALSE(output.blocked());
    EXPECT_EQ(streams.read(), (ByteVector{1, 2, 3}));
    EXPECT_EQ(counters.sent, 2U);
}

TEST(StreamOutput, FinishesWhatItBeganAndDropsWhatGotOld) {
    Streams streams;
    StreamOutputCounters counters;
    StreamOutput output{{}, counters};
    ByteVector big(60'000);
    std::iota(big.begin(), big.end(), std::uint8_t{0});
    output.push(kOutputStart, big);
    ASSERT_TRUE(output.flush(kOutputStart, streams.here()));
    ASSERT_TRUE(output.blocked());
    output.push(kOutputStart, {1, 1, 1});
    output.push(kOutputStart, {2, 2, 2}, StreamOutput::Keep::always);
    output.push(kOutputStart + 400ms, {3, 3, 3});

    ByteVector expected = big;
    expected.insert(expected.end(), {2, 2, 2, 3, 3, 3});
    ByteVector received;
    for (int i = 0; i < 100 && received.size() < expected.size(); ++i) {
        const ByteVector some = streams.read();
        received.insert(received.end(), some.begin(), some.end());
        ASSERT_TRUE(output.flush(kOutputStart + 501ms, streams.here()));
    }
    EXPECT_EQ(received, expected);
    EXPECT_EQ(counters.sent, 3U);
    EXPECT_EQ(counters.unsent, 1U);
}

TEST(StreamOutput, HoldsNoMoreThanItsLimitAndMakesRoomByDroppingTheOld) {
    Streams streams;
    StreamOutputCounters counters;
    StreamOutput output{{.waiting_bytes = 1000, .patience = 500ms}, counters};
    for (int i = 0; i < 15; ++i) output.push(kOutputStart, ByteVector(100));
    EXPECT_EQ(output.waiting_bytes(), 1000U);
    EXPECT_EQ(counters.unsent, 5U);

    output.push(kOutputStart + 501ms, ByteVector(100, 7));
    EXPECT_EQ(output.waiting_bytes(), 100U);
    EXPECT_EQ(counters.unsent, 15U);
    ASSERT_TRUE(output.flush(kOutputStart + 501ms, streams.here()));
    EXPECT_EQ(streams.read(), ByteVector(100, 7));
}

TEST(StreamOutput, SealsAMessageWhenItGoesAndPutsRawBytesBefore) {
    Streams streams;
    StreamOutputCounters counters;
    StreamOutput output{{}, counters};
    output.push(kOutputStart, {1});
    output.push_raw({9, 9});
    ASSERT_TRUE(output.flush_raw(streams.here()));
    EXPECT_EQ(streams.read(), (ByteVector{9, 9}));
    ASSERT_TRUE(output.flush(kOutputStart, streams.here(), [](ByteVector message) {
        message.insert(message.begin(), 8);
        return message;
    }));
    EXPECT_EQ(streams.read(), (ByteVector{8, 1}));
}

TEST(StreamOutput, SaysThatTheConnectionIsLost) {
    Streams streams;
    StreamOutputCounters counters;
    StreamOutput output{{}, counters};
    streams.hang_up();
    output.push(kOutputStart, {1});
    EXPECT_FALSE(output.flush(kOutputStart, streams.here()));
}

}  // namespace
}  // namespace legroom::io
