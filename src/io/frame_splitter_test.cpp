#include "io/frame_splitter.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace legroom::io {
namespace {

constexpr std::size_t kLongest = 8;

struct SplitCase {
    const char* name;
    ByteVector stream;
    std::vector<ByteVector> frames;
    bool broken = false;
};

const SplitCase kSplitCases[] = {
    {"nothing", {}, {}},
    {"a frame", {0, 3, 7, 8, 9}, {{7, 8, 9}}},
    {"two frames", {0, 1, 7, 0, 2, 8, 9}, {{7}, {8, 9}}},
    {"a null packet between", {0, 1, 7, 0, 0, 0, 1, 8}, {{7}, {}, {8}}},
    {"half a header", {0, 1, 7, 0}, {{7}}},
    {"half a frame", {0, 1, 7, 0, 3, 8, 9}, {{7}}},
    {"the longest", {0, 8, 1, 2, 3, 4, 5, 6, 7, 8}, {{1, 2, 3, 4, 5, 6, 7, 8}}},
    {"too long by one", {0, 1, 7, 0, 9, 1, 2, 3}, {{7}}, true},
    {"text", {'G', 'E', 'T', ' ', '/'}, {}, true},
};

/// Gives the stream in pieces of `piece` bytes; as every caller must, takes all frames after each.
std::vector<ByteVector> split(FrameSplitter& splitter, Bytes stream, std::size_t piece) {
    std::vector<ByteVector> frames;
    while (!stream.empty() && !splitter.broken()) {
        const MutableBytes space = splitter.space();
        const Bytes part = stream.first(std::min({piece, stream.size(), space.size()}));
        std::copy(part.begin(), part.end(), space.begin());
        splitter.filled(part.size());
        stream = stream.subspan(part.size());
        while (const auto frame = splitter.next()) frames.emplace_back(frame->begin(), frame->end());
    }
    return frames;
}

TEST(FrameSplitter, CutsAStreamIntoItsFramesHoweverItComes) {
    for (const SplitCase& test : kSplitCases) {
        for (std::size_t piece = 1; piece <= 20; ++piece) {
            SCOPED_TRACE(testing::Message() << test.name << ", in pieces of " << piece);
            FrameSplitter splitter{kLongest};
            EXPECT_EQ(split(splitter, test.stream, piece), test.frames);
            EXPECT_EQ(splitter.broken(), test.broken);
            EXPECT_FALSE(splitter.has_next());
        }
    }
}

TEST(FrameSplitter, AlwaysHasSpaceOnceItsFramesAreTaken) {
    FrameSplitter splitter{kLongest};
    ByteVector stream;
    for (std::uint8_t i = 0; i < 100; ++i) {
        const ByteVector frame = FrameSplitter::frame(ByteVector(i % (kLongest + 1), i));
        stream.insert(stream.end(), frame.begin(), frame.end());
    }
    for (std::size_t piece = 1; piece <= 2 * (kLongest + 2); ++piece) {
        EXPECT_EQ(split(splitter, stream, piece).size(), 100U) << piece;
        EXPECT_EQ(splitter.space().size(), 2 * (kLongest + FrameSplitter::kHeaderSize)) << piece;
    }
}

TEST(FrameSplitter, LeavesAFrameToItsReceiverToChange) {
    FrameSplitter splitter{kLongest};
    const ByteVector stream{0, 1, 7, 0, 1, 8};
    std::copy(stream.begin(), stream.end(), splitter.space().begin());
    splitter.filled(stream.size());
    splitter.next()->front() = 99;
    EXPECT_TRUE(splitter.has_next());
    EXPECT_EQ(splitter.next()->front(), 8);
}

TEST(FrameSplitter, WritesWhatItReads) {
    EXPECT_EQ(FrameSplitter::frame(ByteVector{7, 8}), (ByteVector{0, 2, 7, 8}));
    EXPECT_EQ(FrameSplitter::frame({}), (ByteVector{0, 0}));
    const ByteVector long_frame = FrameSplitter::frame(ByteVector(0x0102));
    EXPECT_EQ(long_frame[0], 1);
    EXPECT_EQ(long_frame[1], 2);
}

}  // namespace
}  // namespace legroom::io
