#include "rtp/rtcp.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

#include "rtp/hex_test_support.hpp"

namespace legroom::rtp {
namespace {

constexpr const char* kBlock = "00000007 80 ffffff 00010002 00000003 00000004 00000005";

struct CompoundCase {
    const char* name;
    std::string hex;
    error_code error;
    std::size_t packets = 0;
    std::size_t skipped = 0;
};

const CompoundCase kCompoundCases[] = {
    {"nothing", "", Error::truncated},
    {"header cut", "80c9 00", Error::truncated},
    {"empty receiver report", "80c9 0001 00000001", {}, 1},
    {"receiver report with a block", "81c9 0007 00000001" + std::string{kBlock}, {}, 1},
    {"block announced but missing", "81c9 0001 00000001", Error::truncated},
    {"profile extension after the blocks", "80c9 0002 00000001 deadbeef", {}, 1},
    {"length beyond the datagram", "80c9 0002 00000001", Error::truncated},
    {"trailing bytes", "80c9 0001 00000001 00", Error::truncated},
    {"version 1", "40c9 0001 00000001", Error::bad_version},
    {"version 0 in the second packet", "80c9 0001 00000001 00c9 0001 00000001", Error::bad_version},
    {"sender report", "80c8 0006 00000001 0000000200000003 00000004 00000005 00000006", {}, 1},
    {"sender report cut", "80c8 0005 00000001 0000000200000003 00000004 00000005", Error::truncated},
    {"feedback alone (RFC 5506)", "81cd 0003 00000001 00000002 00030000", {}, 0, 1},
    {"unknown types are skipped",
     "80c9 0001 00000001 80cf 0001 00000001 80cc 0002 00000001 61626364",
     {},
     1,
     2},
    {"CNAME", "81ca 0003 00000001 01 03 616263 000000", {}, 1},
    {"CNAME after another item", "81ca 0003 00000001 02 01 78 01 01 61 0000", {}, 1},
    {"CNAME of two sources", "82ca 0004 00000001 01 01 61 00 00000002 01 01 62 00", {}, 2},
    {"CNAME that fills its words", "81ca 0003 00000001 01 04 61626364 0000", {}, 1},
    {"SDES of nobody", "80ca 0000", {}, 0},
    {"SDES null item left out at the very end", "81ca 0002 00000001 01 02 6162", {}, 1},
    {"SDES item beyond the packet", "81ca 0002 00000001 01 ff 6162", Error::truncated},
    {"SDES chunk missing", "82ca 0002 00000001 01 00 0000", Error::truncated},
    {"BYE", "81cb 0001 00000001", {}, 1},
    {"BYE with a reason", "81cb 0002 00000001 03 627965", {}, 1},
    {"BYE reason beyond the packet", "81cb 0002 00000001 04 627965", Error::truncated},
    {"BYE sources missing", "82cb 0001 00000001", Error::truncated},
    {"padding on the last", "80c9 0001 00000001 a0cb 0001 00000004", {}, 2},
    {"padding before the last", "a0c9 0002 00000001 00000004 80cb 0000", Error::bad_padding},
    {"padding of zero", "a0c9 0002 00000001 00000000", Error::bad_padding},
    {"padding not of words", "a0c9 0002 00000001 00000003", Error::bad_padding},
    {"padding over the packet", "a0c9 0002 00000001 0000000c", Error::bad_padding},
    {"padding eats the report", "a0c9 0001 00000004", Error::truncated},
};

TEST(Rtcp, ParsesOrRefuses) {
    for (const CompoundCase& test : kCompoundCases) {
        const auto compound = parse_compound(from_hex(test.hex));
        EXPECT_EQ(compound ? error_code{} : compound.error(), test.error) << test.name;
        if (!compound) continue;
        EXPECT_EQ(compound->packets.size(), test.packets) << test.name;
        EXPECT_EQ(compound->skipped, test.skipped) << test.name;
    }
}

TEST(Rtcp, ReadsAReportBlock) {
    const auto compound = parse_compound(from_hex("81c9 0007 00000001" + std::string{kBlock}));
    ASSERT_TRUE(compound);
    const auto& report = std::get<ReceiverReport>(compound->packets.at(0));
    EXPECT_EQ(report.sender, Ssrc{1});
    ASSERT_EQ(report.blocks.size(), 1U);
    EXPECT_EQ(report.blocks[0], (ReportBlock{Ssrc{7}, 128, -1, 0x10002, 3, 4, 5}));
}

TEST(Rtcp, ReadsTexts) {
    const auto compound =
        parse_compound(from_hex("81ca 0003 00000001 01 03 616263 000000 81cb 0002 00000002 03 627965"));
    ASSERT_TRUE(compound);
    EXPECT_EQ(std::get<SourceDescription>(compound->packets.at(0)), (SourceDescription{Ssrc{1}, "abc"}));
    EXPECT_EQ(std::get<Goodbye>(compound->packets.at(1)), (Goodbye{{Ssrc{2}}, "bye"}));
}

TEST(Rtcp, RefusesMorePacketsThanItsMaximum) {
    ByteVector datagram;
    for (std::size_t i = 0; i < kMaxCompoundPackets; ++i) {
        const ByteVector one = from_hex("80c9 0001 00000001");
        datagram.insert(datagram.end(), one.begin(), one.end());
    }
    ASSERT_TRUE(parse_compound(datagram));
    EXPECT_EQ(parse_compound(datagram)->packets.size(), kMaxCompoundPackets);
    for (const std::uint8_t byte : from_hex("80cb 0000")) datagram.push_back(byte);
    EXPECT_EQ(parse_compound(datagram).error(), Error::too_many);
}

TEST(Rtcp, WritesACompoundByteForByte) {
    SenderReport report{Ssrc{1}, {NtpTime{0x0000000200000003}, 4, 5, 6}, {}};
    ByteVector out;
    write_compound(out, {report, SourceDescription{Ssrc{1}, "ab"}, Goodbye{{Ssrc{1}}, ""}});
    EXPECT_EQ(out, from_hex("80c8 0006 00000001 0000000200000003 00000004 00000005 00000006"
                            "81ca 0003 00000001 01 02 6162 00000000"
                            "81cb 0001 00000001"));
}

TEST(Rtcp, CutsWhatNoFieldCanHold) {
    ReceiverReport report{Ssrc{1}, std::vector<ReportBlock>(40)};
    report.blocks[0].cumulative_lost = 0x7fff'ffff;
    report.blocks[1].cumulative_lost = -0x7fff'ffff;
    ByteVector out;
    write_compound(out, {report, SourceDescription{Ssrc{1}, std::string(300, 'x')},
                         Goodbye{std::vector<Ssrc>(40), std::string(300, 'y')}});
    const auto compound = parse_compound(out);
    ASSERT_TRUE(compound);
    const auto& blocks = std::get<ReceiverReport>(compound->packets.at(0)).blocks;
    EXPECT_EQ(blocks.size(), kMaxReportBlocks);
    EXPECT_EQ(blocks[0].cumulative_lost, 0x7f'ffff);
    EXPECT_EQ(blocks[1].cumulative_lost, -0x80'0000);
    EXPECT_EQ(std::get<SourceDescription>(compound->packets.at(1)).cname.size(), kMaxSdesText);
    EXPECT_EQ(std::get<Goodbye>(compound->packets.at(2)).sources.size(), kMaxGoodbyeSources);
    EXPECT_EQ(std::get<Goodbye>(compound->packets.at(2)).reason.size(), kMaxSdesText);
}

ReportBlock random_block(Random& random) {
    return {Ssrc{random.u32()},
            static_cast<std::uint8_t>(random.below(256)),
            static_cast<std::int32_t>(random.below(0x100'0000)) - 0x80'0000,
            random.u32(),
            random.u32(),
            random.u32(),
            random.u32()};
}

TEST(Rtcp, ReadsBackWhateverItWrites) {
    SeededRandom random{3};
    for (int round = 0; round < 500; ++round) {
        std::vector<ReportBlock> blocks;
        for (std::uint32_t i = random.below(32); i > 0; --i) blocks.push_back(random_block(random));
        const SenderInfo info{NtpTime{random.u64()}, random.u32(), random.u32(), random.u32()};
        const std::vector<RtcpPacket> packets{
            SenderReport{Ssrc{random.u32()}, info, blocks},
            ReceiverReport{Ssrc{random.u32()}, blocks},
            SourceDescription{Ssrc{random.u32()}, random.hex(random.below(60))},
            Goodbye{std::vector<Ssrc>(random.below(32), Ssrc{7}), random.hex(random.below(60))},
        };
        ByteVector out;
        write_compound(out, packets);
        const auto compound = parse_compound(out);
        ASSERT_TRUE(compound);
        EXPECT_EQ(compound->packets, packets);
        EXPECT_EQ(compound->skipped, 0U);
    }
}

}  // namespace
}  // namespace legroom::rtp
