#include "record/ogg_page.hpp"

#include <gtest/gtest.h>

namespace legroom::record {
namespace {

/// The first page of a file that libogg 1.3.5 has written.
const ByteVector kOfLibogg{0x4f, 0x67, 0x67, 0x53, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                           0x00, 0x00, 0x9c, 0x36, 0x6e, 0x14, 0x00, 0x00, 0x00, 0x00, 0xf6, 0x4e,
                           0xd2, 0xd5, 0x01, 0x13, 0x4f, 0x70, 0x75, 0x73, 0x48, 0x65, 0x61, 0x64,
                           0x01, 0x01, 0x38, 0x01, 0x80, 0xbb, 0x00, 0x00, 0x00, 0x00, 0x00};

TEST(OggPage, IsByteForByteThatOfLibogg) {
    const auto page = read_ogg_page(kOfLibogg);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->place, (OggPlace{0x146e'369c, 0, 0, true, false}));
    EXPECT_EQ(page->size, kOfLibogg.size());
    EXPECT_EQ(as_text(page->body.first(8)), "OpusHead");
    OggPage again;
    EXPECT_TRUE(again.add(page->body));
    ByteVector written;
    again.write(page->place, written);
    EXPECT_EQ(written, kOfLibogg);
    EXPECT_TRUE(again.empty());
}

TEST(OggPage, NothingElseIsTakenForOne) {
    for (std::size_t size = 0; size < kOfLibogg.size(); ++size)
        EXPECT_FALSE(read_ogg_page(Bytes{kOfLibogg}.first(size))) << size;
    for (std::size_t at = 0; at < kOfLibogg.size(); ++at) {
        ByteVector damaged = kOfLibogg;
        damaged[at] ^= 0x10;
        EXPECT_FALSE(read_ogg_page(damaged)) << at;
    }
}

struct LacingCase {
    std::size_t packet;
    std::vector<std::uint8_t> lacing;
};
const LacingCase kLacings[] = {{0, {0}}, {1, {1}}, {254, {254}}, {255, {255, 0}}, {510, {255, 255, 0}}};

TEST(OggPage, LacesPackets) {
    for (const LacingCase& c : kLacings) {
        OggPage page;
        page.add(ByteVector(c.packet, 7));
        ByteVector written;
        page.write({1, 2, 3, false, true}, written);
        EXPECT_EQ(written[26], c.lacing.size()) << c.packet;
        EXPECT_EQ((ByteVector{written.begin() + 27, written.end() - static_cast<std::ptrdiff_t>(c.packet)}),
                  c.lacing);
        EXPECT_EQ(read_ogg_page(written)->place, (OggPlace{1, 2, 3, false, true}));
    }
}

TEST(OggPage, TakesWhatHasPlace) {
    OggPage page;
    EXPECT_FALSE(page.add(ByteVector(255 * 255, 1))) << "its end needs one segment more";
    for (int i = 0; i < 254; ++i) EXPECT_TRUE(page.add(ByteVector{1}));
    EXPECT_FALSE(page.add(ByteVector(255, 1)));
    EXPECT_TRUE(page.add(ByteVector(254, 1)));
    EXPECT_FALSE(page.add({}));
    ByteVector written;
    page.write({}, written);
    EXPECT_EQ(read_ogg_page(written)->body.size(), 254U + 254U);
    EXPECT_LE(written.size(), kMaxOggPageBytes);
}

TEST(OggPage, CanBeMadeTheLast) {
    const ByteVector last = as_last_ogg_page(kOfLibogg);
    EXPECT_EQ(read_ogg_page(last)->place, (OggPlace{0x146e'369c, 0, 0, true, true}));
    EXPECT_EQ(as_last_ogg_page(last), last);
}

}  // namespace
}  // namespace legroom::record
