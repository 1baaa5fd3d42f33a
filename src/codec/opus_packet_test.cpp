#include "codec/opus_packet.hpp"

#include <gtest/gtest.h>
#include <optional>

#include "base/random.hpp"

namespace legroom::codec {
namespace {

using std::chrono::microseconds;

struct PacketCase {
    const char* name;
    ByteVector packet;
    std::optional<microseconds> duration;  ///< nullopt: bad_packet
};

ByteVector with_bytes(ByteVector head, std::size_t count) {
    head.insert(head.end(), count, 0);
    return head;
}

const PacketCase kPacketCases[] = {
    // RFC 6716 §3.1, table 2; §3.2 codes; §3.4 rules R1 to R7
    {"silence frame", {0xf8, 0xff, 0xfe}, microseconds{20'000}},
    {"TOC alone, an empty frame (DTX)", {0xf8}, microseconds{20'000}},
    {"CELT 2.5 ms", with_bytes({0x80}, 20), microseconds{2'500}},
    {"CELT 5 ms", with_bytes({0x88}, 20), microseconds{5'000}},
    {"SILK 10 ms", with_bytes({0x00}, 20), microseconds{10'000}},
    {"SILK 60 ms", with_bytes({0x18}, 20), microseconds{60'000}},
    {"hybrid 20 ms, stereo", with_bytes({0x7c}, 20), microseconds{20'000}},
    {"code 1, two equal frames", with_bytes({0xf9}, 20), microseconds{40'000}},
    {"code 2, two frames of 1 and 2 bytes", {0xfa, 1, 0, 0, 0}, microseconds{40'000}},
    {"code 3, three CBR frames", with_bytes({0xfb, 0x03}, 30), microseconds{60'000}},
    {"code 3, 48 frames of 2.5 ms", with_bytes({0x83, 48}, 48), microseconds{120'000}},
    {"code 3, VBR", {0xfb, 0x82, 1, 0, 0, 0}, microseconds{40'000}},
    {"code 3, padded by 2", {0xfb, 0x41, 2, 0, 0, 0}, microseconds{20'000}},

    {"empty (R1)", {}, {}},
    {"frame of 1276 bytes (R2)", with_bytes({0xf8}, 1276), {}},
    {"code 1 of odd length (R3)", with_bytes({0xf9}, 19), {}},
    {"code 2 without a length (R4)", {0xfa}, {}},
    {"code 2, first frame too long (R4)", {0xfa, 9, 0, 0}, {}},
    {"code 3 without a count (R6)", {0xfb}, {}},
    {"code 3, no frame (R5)", {0xfb, 0x00}, {}},
    {"code 3, 140 ms (R5)", with_bytes({0xfb, 7}, 70), {}},
    {"code 3, 120 ms and a half (R5)", with_bytes({0x83, 49}, 49), {}},
    {"code 3 CBR, not divisible (R6)", with_bytes({0xfb, 3}, 31), {}},
    {"code 3, more padding than packet (R6)", {0xfb, 0x41, 200, 0}, {}},
    {"code 3, endless padding length (R6)", {0xfb, 0x41, 255, 255, 255}, {}},
    {"code 3 VBR, lengths leave the packet (R7)", {0xfb, 0x83, 100, 100, 0}, {}},
};

TEST(PacketDuration, FollowsTheFraming) {
    for (const PacketCase& test : kPacketCases) {
        const auto duration = packet_duration(test.packet);
        if (test.duration) {
            ASSERT_TRUE(duration) << test.name;
            EXPECT_EQ(*duration, *test.duration) << test.name;
        } else {
            ASSERT_FALSE(duration) << test.name;
            EXPECT_EQ(duration.error(), Error::bad_packet) << test.name;
        }
    }
}

TEST(PacketDuration, OfAnyBytesIsAWholeNumberOfShortFramesOrAnError) {
    SeededRandom random{6716};
    for (int run = 0; run < 20'000; ++run) {
        ByteVector packet(random.below(64));
        random.fill(packet);
        const auto duration = packet_duration(packet);
        if (!duration) continue;
        EXPECT_EQ(duration->count() % 2'500, 0);
        EXPECT_GE(*duration, microseconds{2'500});
        EXPECT_LE(*duration, kMaxPacketDuration);
    }
}

TEST(CarriesFec, ReadsTheFlagBehindTheVadBits) {                    // RFC 6716 §4.2.3
    EXPECT_TRUE(carries_fec(ByteVector{0x48, 0x40, 0, 0}));         // SILK 20 ms: VAD 0, LBRR 1
    EXPECT_FALSE(carries_fec(ByteVector{0x48, 0x80, 0, 0}));        // VAD 1, LBRR 0
    EXPECT_TRUE(carries_fec(ByteVector{0x58, 0x10, 0, 0}));         // 60 ms: three VAD bits
    EXPECT_FALSE(carries_fec(ByteVector{0x58, 0xe0, 0, 0}));        // all VAD, no LBRR
    EXPECT_TRUE(carries_fec(ByteVector{0x4c, 0x10, 0, 0}));         // stereo: the side's LBRR
    EXPECT_FALSE(carries_fec(ByteVector{0x48, 0x10, 0, 0}));        // the same bits in mono are sound
    EXPECT_FALSE(carries_fec(ByteVector{0xf8, 0xff, 0xff, 0xff}));  // CELT has none
    EXPECT_FALSE(carries_fec(ByteVector{0x48}));                    // DTX
    EXPECT_FALSE(carries_fec({}));
}

}  // namespace
}  // namespace legroom::codec
