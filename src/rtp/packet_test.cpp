#include "rtp/packet.hpp"

#include <array>
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "rtp/audio_level.hpp"

#include "rtp/hex_test_support.hpp"

namespace legroom::rtp {
namespace {

struct PacketCase {
    const char* name;
    const char* hex;
    error_code error;
    const char* payload = "";
};

const PacketCase kPacketCases[] = {
    {"nothing", "", Error::truncated},
    {"header without payload", "806f 0001 00000002 00000003", {}},
    {"one byte short of a header", "806f 0001 00000002 000000", Error::truncated},
    {"payload", "806f 0001 00000002 00000003 cafe", {}, "cafe"},
    {"version 1", "406f 0001 00000002 00000003", Error::bad_version},
    {"version 3", "c06f 0001 00000002 00000003", Error::bad_version},
    {"two contributing sources", "826f 0001 00000002 00000003 00000004 00000005 cafe", {}, "cafe"},
    {"contributing source missing", "826f 0001 00000002 00000003 00000004", Error::truncated},
    {"padding", "a06f 0001 00000002 00000003 cafe 0002", {}, "cafe"},
    {"only padding", "a06f 0001 00000002 00000003 00000004", {}},
    {"padding of zero", "a06f 0001 00000002 00000003 cafe00", Error::bad_padding},
    {"padding beyond the payload", "a06f 0001 00000002 00000003 cafe04", Error::bad_padding},
    {"padding bit without payload", "a06f 0001 00000002 00000003", Error::bad_padding},
    {"extension", "906f 0001 00000002 00000003 bede 0001 10ff 0000 cafe", {}, "cafe"},
    {"empty extension", "906f 0001 00000002 00000003 bede 0000 cafe", {}, "cafe"},
    {"extension longer than the packet", "906f 0001 00000002 00000003 bede 0002 10ff0000", Error::truncated},
    {"extension head cut", "906f 0001 00000002 00000003 bede", Error::truncated},
    {"padding does not eat the extension", "b06f 0001 00000002 00000003 bede 0001 10ff0008",
     Error::bad_padding},
};

TEST(Packet, ParsesOrRefuses) {
    for (const PacketCase& test : kPacketCases) {
        const ByteVector bytes = from_hex(test.hex);
        const auto packet = parse_packet(bytes);
        const error_code error = packet ? error_code{} : packet.error();
        EXPECT_EQ(error, test.error) << test.name;
        if (!packet) continue;
        const ByteVector payload{packet->payload.begin(), packet->payload.end()};
        EXPECT_EQ(payload, from_hex(test.payload)) << test.name;
    }
}

TEST(Packet, ReadsEveryHeaderField) {
    const ByteVector bytes = from_hex("80ef fffe 89abcdef fedcba98");
    const auto packet = parse_packet(bytes);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->header, (Header{0x6f, true, SequenceNumber{0xfffe}, 0x89abcdef, Ssrc{0xfedcba98}}));
}

struct ExtensionCase {
    const char* name;
    const char* profile_and_body;  ///< Body of whole words.
    std::uint8_t id;
    const char* found;  ///< nullptr: not found.
};

const ExtensionCase kExtensionCases[] = {
    {"one byte of data", "bede 10ff0000", 1, "ff"},
    {"second element", "bede 10ff2101 02000000", 2, "0102"},
    {"padding between", "bede 10ff0000 00200500", 2, "05"},
    {"sixteen bytes", "bede 3f000102030405060708090a0b0c0d0e 0f000000", 3,
     "000102030405060708090a0b0c0d0e0f"},
    {"not there", "bede 10ff0000", 2, nullptr},
    {"first of two counts", "bede 10011002", 1, "01"},
    {"id 15 ends the block", "bede f0001001", 1, nullptr},
    {"before id 15 counts", "bede 1001f000", 1, "01"},
    {"padding with a length ends the block", "bede 03000000 10010000", 1, nullptr},
    {"data beyond the body", "bede 000000 1f", 1, nullptr},
    {"two-byte form", "1000 01020304", 1, "0304"},
    {"two-byte form, application bits", "100f 01020304", 1, "0304"},
    {"two-byte form, empty data", "1000 01000000", 1, ""},
    {"two-byte form, id over 14", "1000 c8010700", 200, "07"},
    {"two-byte form, id 15 is an id", "1000 0f010700", 15, "07"},
    {"two-byte form, padding between", "1000 01000000 00020109", 2, "09"},
    {"two-byte form, data beyond the body", "1000 01040000", 1, nullptr},
    {"two-byte form, length beyond the body", "1000 00000001", 1, nullptr},
    {"some other profile", "abcd 10ff0000", 1, nullptr},
};

TEST(Packet, FindsExtensions) {
    for (const ExtensionCase& test : kExtensionCases) {
        const ByteVector bytes = from_hex(test.profile_and_body);
        ByteReader in{bytes};
        Packet packet;
        packet.extension_profile = in.u16();
        packet.extension = in.rest();
        const auto found = find_extension(packet, test.id);
        ASSERT_EQ(found.has_value(), test.found != nullptr) << test.name;
        if (!found) continue;
        EXPECT_EQ((ByteVector{found->begin(), found->end()}), from_hex(test.found)) << test.name;
    }
}

TEST(Packet, WritesTheOneByteFormWhenAllFits) {
    const ByteVector level = from_hex("ff");
    const ByteVector mid = from_hex("30");
    const std::array elements{ExtensionElement{1, level}, ExtensionElement{4, mid}};
    ByteVector out;
    write_packet(out, {111, true, SequenceNumber{1}, 2, Ssrc{3}}, elements, from_hex("cafe"));
    EXPECT_EQ(out, from_hex("90ef 0001 00000002 00000003 bede 0001 10ff4030 cafe"));
}

TEST(Packet, WritesTheTwoByteFormWhenOneElementNeedsIt) {
    const ByteVector level = from_hex("ff");
    const std::array elements{ExtensionElement{1, level}, ExtensionElement{16, Bytes{}}};
    ByteVector out;
    write_packet(out, {111, false, SequenceNumber{1}, 2, Ssrc{3}}, elements, from_hex("cafe"));
    EXPECT_EQ(out, from_hex("906f 0001 00000002 00000003 1000 0002 0101ff10 00000000 cafe"));
}

TEST(Packet, WritesNoExtensionWithoutElements) {
    ByteVector out = from_hex("aa");
    write_packet(out, {0, false, SequenceNumber{1}, 2, Ssrc{3}}, {}, from_hex("cafe"));
    EXPECT_EQ(out, from_hex("aa 8000 0001 00000002 00000003 cafe"));
}

TEST(Packet, ReadsBackWhateverItWrites) {
    SeededRandom random{1};
    for (int round = 0; round < 1000; ++round) {
        const Header header{static_cast<std::uint8_t>(random.below(128)), random.below(2) == 1,
                            SequenceNumber{static_cast<std::uint16_t>(random.u32())}, random.u32(),
                            Ssrc{random.u32()}};
        ByteVector data(1 + random.below(40));
        ByteVector payload(random.below(100));
        random.fill(data);
        random.fill(payload);
        const ExtensionElement element{static_cast<std::uint8_t>(1 + random.below(255)), data};
        ByteVector out;
        write_packet(out, header, {&element, 1}, payload);

        const auto packet = parse_packet(out);
        ASSERT_TRUE(packet);
        EXPECT_EQ(packet->header, header);
        EXPECT_EQ((ByteVector{packet->payload.begin(), packet->payload.end()}), payload);
        const auto found = find_extension(*packet, element.id);
        ASSERT_TRUE(found);
        EXPECT_EQ((ByteVector{found->begin(), found->end()}), data);
    }
}

TEST(Packet, TellsRtcpByItsSecondByte) {  // RFC 5761 §4
    EXPECT_FALSE(is_rtcp(from_hex("")));
    EXPECT_FALSE(is_rtcp(from_hex("80")));
    EXPECT_FALSE(is_rtcp(from_hex("80bf")));
    EXPECT_TRUE(is_rtcp(from_hex("80c0")));
    EXPECT_TRUE(is_rtcp(from_hex("81c8")));
    EXPECT_TRUE(is_rtcp(from_hex("80df")));
    EXPECT_FALSE(is_rtcp(from_hex("80e0")));
    EXPECT_FALSE(is_rtcp(from_hex("80ef")));  // Opus at 111 with the marker
    EXPECT_FALSE(is_rtcp(from_hex("40c8")));
}

TEST(AudioLevel, GoesBothWays) {  // RFC 6464 §3
    EXPECT_EQ(parse_audio_level(from_hex("8a")), (AudioLevel{true, 10}));
    EXPECT_EQ(parse_audio_level(from_hex("7f")), (AudioLevel{false, 127}));
    EXPECT_EQ(parse_audio_level(from_hex("")), std::nullopt);
    EXPECT_EQ(parse_audio_level(from_hex("0000")), std::nullopt);
    EXPECT_EQ(write_audio_level({true, 10})[0], 0x8a);
    EXPECT_EQ(write_audio_level({false, 200})[0], 0x7f);
}

}  // namespace
}  // namespace legroom::rtp
