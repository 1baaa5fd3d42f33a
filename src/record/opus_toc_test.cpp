#include "record/opus_toc.hpp"

#include <gtest/gtest.h>

namespace legroom::record {
namespace {

struct FrameCase {
    unsigned configuration;
    Position duration;
};
/// RFC 6716 §3.1, table 2: the first and the last of each mode and bandwidth.
const FrameCase kFrames[] = {{0, 480},  {3, 2'880},  {4, 480},    {7, 2'880}, {8, 480},
                             {9, 960},  {10, 1'920}, {11, 2'880}, {12, 480},  {13, 960},
                             {14, 480}, {15, 960},   {16, 120},   {19, 960},  {20, 120},
                             {21, 240}, {22, 480},   {27, 960},   {28, 120},  {31, 960}};

TEST(OpusToc, SaysHowLongAFrameIs) {
    for (const FrameCase& c : kFrames) {
        for (const unsigned rest : {0U, 4U, 7U}) {
            const auto toc = static_cast<std::uint8_t>(c.configuration << 3 | rest);
            EXPECT_EQ(opus_frame_duration(toc), c.duration) << c.configuration;
            EXPECT_EQ(opus_is_stereo(toc), rest >= 4);
        }
    }
}

struct GapCase {
    const char* name;
    std::uint8_t before;
    Position gap;
    std::vector<std::uint8_t> packets;  ///< TOC bytes.
};
const GapCase kGaps[] = {
    // RFC 7845 §4.1's own example, but for packing frames into one packet
    {"95 ms after SILK of 20 ms", 9 << 3, 4'560, {9 << 3, 9 << 3, 9 << 3, 9 << 3, 8 << 3, 21 << 3}},
    {"60 ms after SILK of 60 ms, stereo", 3 << 3 | 4, 2'880, {3 << 3 | 4}},
    {"20 ms after SILK of 60 ms", 11 << 3, 960, {9 << 3}},
    {"2.5 ms after SILK, medium band", 5 << 3, 120, {20 << 3}},
    {"7.5 ms after SILK, narrow band", 1 << 3, 360, {17 << 3, 16 << 3}},
    {"15 ms after Hybrid, super wide band", 13 << 3, 720, {12 << 3, 25 << 3}},
    {"5 ms after Hybrid, full band", 15 << 3, 240, {29 << 3}},
    {"22.5 ms after CELT of 20 ms, three frames", 31 << 3 | 3, 1'080, {31 << 3, 28 << 3}},
    {"10 ms after CELT of 2.5 ms", 24 << 3, 480, {24 << 3, 24 << 3, 24 << 3, 24 << 3}},
};

TEST(OpusToc, ConcealsLikeWhatWasBefore) {
    for (const GapCase& c : kGaps) {
        std::vector<std::uint8_t> packets;
        Position left = c.gap;
        while (left >= kShortestOpusFrame) {
            packets.push_back(concealing_toc(c.before, left));
            ASSERT_LE(opus_frame_duration(packets.back()), left) << c.name;
            left -= opus_frame_duration(packets.back());
        }
        EXPECT_EQ(packets, c.packets) << c.name;
        EXPECT_EQ(left, 0U) << c.name;
    }
}

TEST(OpusToc, FillsAnyGapAfterAnything) {
    for (unsigned toc = 0; toc < 256; ++toc) {
        for (Position gap = kShortestOpusFrame; gap <= 5'760; gap += kShortestOpusFrame) {
            const auto next = concealing_toc(static_cast<std::uint8_t>(toc), gap);
            ASSERT_LE(opus_frame_duration(next), gap) << toc;
            ASSERT_EQ(next & 3, 0) << "one frame";
            ASSERT_EQ(opus_is_stereo(next), opus_is_stereo(static_cast<std::uint8_t>(toc)));
        }
    }
}

TEST(OpusToc, HasSilenceOfEachLength) {
    EXPECT_EQ(silence_packet(100'000).duration, 960U);
    EXPECT_EQ(silence_packet(959).duration, 480U);
    EXPECT_EQ(silence_packet(479).duration, 240U);
    EXPECT_EQ(silence_packet(120).duration, 120U);
    EXPECT_EQ(silence_packet(960).bytes, (std::array<std::uint8_t, 3>{0xf8, 0xff, 0xfe}));
}

}  // namespace
}  // namespace legroom::record
