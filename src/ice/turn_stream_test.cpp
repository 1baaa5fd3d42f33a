#include "ice/turn_stream.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "stun/builder.hpp"
#include "stun/channel_data.hpp"

namespace legroom::ice {
namespace {

ByteVector binding() { return stun::Builder{stun::Header{}}.text(stun::Attribute::software, "abc").take(); }

ByteVector channel_data(std::size_t size) {
    return stun::ChannelData{0x4001, ByteVector(size, 0x55)}.write();
}

void append(ByteVector& stream, const ByteVector& bytes) {
    stream.insert(stream.end(), bytes.begin(), bytes.end());
}

/// Feeds `bytes` in chunks, and takes whatever is whole.
std::vector<ByteVector> cut_up(TurnStream& stream, Bytes bytes, std::size_t chunk) {
    std::vector<ByteVector> datagrams;
    while (!bytes.empty() && !stream.broken()) {
        const MutableBytes space = stream.space();
        const std::size_t count = std::min({chunk, space.size(), bytes.size()});
        std::copy_n(bytes.begin(), count, space.begin());
        stream.filled(count);
        bytes = bytes.subspan(count);
        while (const auto datagram = stream.next()) {
            datagrams.emplace_back(datagram->begin(), datagram->end());
        }
    }
    return datagrams;
}

TEST(TurnStream, CutsBothKindsWhateverTheChunks) {
    const std::vector<ByteVector> sent{binding(), channel_data(5), channel_data(0), channel_data(4),
                                       binding()};
    ByteVector bytes;
    for (const ByteVector& datagram : sent) append(bytes, TurnStream::frame(datagram));
    EXPECT_EQ(bytes.size() % 4, 0U);
    for (std::size_t chunk = 1; chunk <= bytes.size(); ++chunk) {
        TurnStream stream;
        EXPECT_EQ(cut_up(stream, bytes, chunk), sent) << chunk;
        EXPECT_FALSE(stream.broken());
        EXPECT_EQ(stream.passed_over(), 0U);
    }
}

TEST(TurnStream, SaysWhetherOneIsWaiting) {
    TurnStream stream;
    const ByteVector bytes = TurnStream::frame(channel_data(3));
    const MutableBytes space = stream.space();
    std::copy(bytes.begin(), bytes.end(), space.begin());
    stream.filled(bytes.size() - 1);
    EXPECT_FALSE(stream.has_next()) << "one byte of padding is still to come";
    stream.space()[0] = bytes.back();
    stream.filled(1);
    EXPECT_TRUE(stream.has_next());
    EXPECT_EQ(stream.next()->size(), 7U);
    EXPECT_FALSE(stream.has_next());
}

TEST(TurnStream, TakesTheLongestAndPassesOverWhatIsLonger) {
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{1000}, TurnStream::kMaxDatagram}) {
        ByteVector bytes = channel_data(TurnStream::kMaxDatagram - 4);
        append(bytes, channel_data(TurnStream::kMaxDatagram));
        append(bytes, channel_data(65532));
        append(bytes, channel_data(8));
        TurnStream stream;
        const auto datagrams = cut_up(stream, bytes, chunk);
        ASSERT_EQ(datagrams.size(), 2U);
        EXPECT_EQ(datagrams[0].size(), TurnStream::kMaxDatagram);
        EXPECT_EQ(datagrams[1], channel_data(8));
        EXPECT_EQ(stream.passed_over(), 2U);
        EXPECT_FALSE(stream.broken());
    }
}

TEST(TurnStream, IsBrokenByWhatIsNeither) {
    ByteVector wrong_cookie = binding();
    wrong_cookie[4] ^= 1;
    ByteVector odd_length = binding();
    odd_length[3] = 9;
    const ByteVector reserved{0x50, 0, 0, 0};
    const ByteVector media{0x80, 0x60, 0, 0};
    for (const ByteVector& bad : {wrong_cookie, odd_length, reserved, media}) {
        ByteVector bytes = binding();
        append(bytes, bad);
        append(bytes, binding());
        TurnStream stream;
        EXPECT_EQ(cut_up(stream, bytes, 6).size(), 1U);
        EXPECT_TRUE(stream.broken());
        EXPECT_TRUE(stream.space().empty());
        EXPECT_EQ(stream.next(), std::nullopt);
    }
}

}  // namespace
}  // namespace legroom::ice
