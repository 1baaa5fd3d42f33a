#include "stun/channel_data.hpp"

#include <gtest/gtest.h>

#include "stun/vectors_test_data.hpp"

namespace legroom::stun {
namespace {

using vectors::unhex;

struct ChannelDataCase {
    const char* name;
    const char* datagram;
    std::optional<std::uint16_t> number;
    const char* payload;
};

const ChannelDataCase kChannelDataCases[] = {
    {"first channel", "4000 0003 010203", 0x4000, "010203"},
    {"last channel", "4fff 0001 aa", 0x4fff, "aa"},
    {"no payload", "4001 0000", 0x4001, ""},
    {"padded", "4001 0003 010203 00", 0x4001, "010203"},
    {"padded by one word", "4001 0004 01020304 00000000", std::nullopt, ""},
    {"padded too far", "4001 0003 010203 0000", std::nullopt, ""},
    {"shorter than it says", "4001 0004 010203", std::nullopt, ""},
    {"half a header", "4001 00", std::nullopt, ""},
    {"empty", "", std::nullopt, ""},
    {"number of STUN", "3fff 0000", std::nullopt, ""},
    {"reserved number", "5000 0000", std::nullopt, ""},
    {"RTP", "8001 0000", std::nullopt, ""},
};

TEST(ChannelData, ReadsWhatIsWholeAndRefusesTheRest) {
    for (const ChannelDataCase& one : kChannelDataCases) {
        const ByteVector datagram = unhex(one.datagram);
        const auto read = ChannelData::read(datagram);
        ASSERT_EQ(read.has_value(), one.number.has_value()) << one.name;
        if (!read) continue;
        EXPECT_EQ(read->number, one.number) << one.name;
        EXPECT_EQ(ByteVector(read->payload.begin(), read->payload.end()), unhex(one.payload)) << one.name;
    }
}

TEST(ChannelData, IsWrittenWithoutPadding) {
    const ByteVector payload = unhex("0102030405");
    EXPECT_EQ((ChannelData{0x4abc, payload}.write()), unhex("4abc 0005 0102030405"));
}

}  // namespace
}  // namespace legroom::stun
