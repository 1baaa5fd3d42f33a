#include "record/ogg_opus.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>

#include "record/opus_toc.hpp"

namespace legroom::record {
namespace {

constexpr std::uint8_t kSilk20 = 9 << 3;   ///< Wideband, 20 ms.
constexpr std::uint8_t kCelt20 = 31 << 3;  ///< Fullband, 20 ms.
constexpr std::uint8_t kSilk60 = 11 << 3;

ByteVector voice(std::uint8_t toc = kSilk20, std::size_t size = 40) {
    ByteVector packet(size, 0x55);
    packet.front() = toc;
    return packet;
}

/// A file as others read it: pages that follow each other, packets by their lacing.
struct ReadFile {
    explicit ReadFile(Bytes file) {
        while (!file.empty()) {
            const auto page = read_ogg_page(file);
            if (!page) throw std::runtime_error("no page");
            EXPECT_EQ(page->place.sequence, places.size());
            EXPECT_EQ(page->place.first, places.empty());
            places.push_back(page->place);
            split(file, *page);
            file = file.subspan(page->size);
        }
    }
    void split(Bytes file, const OggPageView& page) {
        Bytes body = page.body;
        ByteVector packet;
        for (std::size_t i = 0; i < file[26]; ++i) {
            const std::uint8_t size = file[27 + i];
            packet.insert(packet.end(), body.begin(), body.begin() + size);
            body = body.subspan(size);
            if (size == 255) continue;
            if (places.size() > 2) {
                packets.push_back(packet);
                samples += opus_frame_duration(packet.at(0));  // all of ours have one frame
            } else {
                headers.push_back(packet);
            }
            packet.clear();
        }
        if (places.size() > 2 && !page.place.last) {
            EXPECT_EQ(page.place.granule, samples);
        }
    }
    std::vector<OggPlace> places;
    std::vector<ByteVector> headers;
    std::vector<ByteVector> packets;
    Position samples = 0;
};

TEST(OggOpusWriter, KeepsPacketsUnaltered) {
    OggOpusWriter writer{77};
    EXPECT_FALSE(writer.begun());
    EXPECT_TRUE(writer.take().empty());
    std::vector<ByteVector> sent;
    for (std::size_t i = 0; i < 100; ++i) {
        sent.push_back(voice(i % 2 == 0 ? kSilk20 : kCelt20, 1 + i * 11 % 1'300));
        writer.put({i * 960, 960, sent.back()});
    }
    writer.finish(100 * 960);
    const ReadFile file{writer.take()};
    EXPECT_EQ(file.packets, sent);
    EXPECT_EQ(file.places.back().granule, 100U * 960);
    EXPECT_TRUE(file.places.back().last);
    EXPECT_EQ(file.places.back().serial, 77U);
    ASSERT_EQ(file.headers.size(), 2U);
    const ByteVector head{'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 1, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0};
    EXPECT_EQ(file.headers[0], head) << "mono, no pre-skip, 48 kHz";
    const std::string tags{as_text(file.headers[1])};
    EXPECT_TRUE(tags.starts_with(std::string("OpusTags\7\0\0\0Legroom\1\0\0\0", 23)));
    EXPECT_NE(tags.find("DESCRIPTION=The sender's packets"), std::string::npos);
}

TEST(OggOpusWriter, HasTheChannelsOfTheFirstPacket) {
    OggOpusWriter writer{1};
    writer.put({0, 960, voice(kSilk20 | 4)});
    writer.put({960, 960, voice(kSilk20)});
    writer.finish(1'920);
    EXPECT_EQ(ReadFile{writer.take()}.headers.at(0).at(9), 2);
}

TEST(OggOpusWriter, FillsWhatIsMissing) {
    OggOpusWriter writer{1};
    writer.put({0, 960, {}});  // nobody has spoken yet
    EXPECT_FALSE(writer.begun());
    writer.put({480, 960, voice()});
    writer.put({1'440, 960, {}});
    writer.put({2'400, 480, {}});
    writer.reach(5'760);
    writer.put({5'760, 2'880, voice(kSilk60)});
    writer.finish(6'720);
    const ReadFile file{writer.take()};
    const std::vector<ByteVector> expected{
        {0xf0, 0xff, 0xfe}, voice(),       {kSilk20}, {8 << 3}, {0xf8, 0xff, 0xfe}, {0xf8, 0xff, 0xfe},
        {0xf8, 0xff, 0xfe}, voice(kSilk60)};
    EXPECT_EQ(file.packets, expected);
    EXPECT_EQ(file.samples, 8'640U);
    EXPECT_EQ(file.places.back().granule, 6'720U) << "the last packet is cut";
}

TEST(OggOpusWriter, MakesUpForWhatCameTooEarly) {
    OggOpusWriter writer{1};
    writer.put({0, 2'880, voice(kSilk60)});
    writer.put({960, 960, voice(kSilk20, 2)});    // it ends before the one before
    writer.put({2'400, 960, voice(kSilk20, 3)});  // 10 ms too early
    writer.put({3'360, 960, {}});
    writer.put({4'320, 960, voice(kSilk20, 4)});
    writer.finish(5'280);
    const ReadFile file{writer.take()};
    const std::vector<ByteVector> expected{voice(kSilk60), voice(kSilk20, 3), {8 << 3}, voice(kSilk20, 4)};
    EXPECT_EQ(file.packets, expected);
    EXPECT_EQ(file.samples, 5'280U) << "in time again";
}

/// The granule of the last of these pages.
Position end_of(Bytes pages, Position otherwise) {
    while (const auto page = read_ogg_page(pages)) {
        otherwise = page->place.granule;
        pages = pages.subspan(page->size);
    }
    return otherwise;
}

TEST(OggOpusWriter, PagesAreShortAndNeverWait) {
    for (const std::size_t size : {1U, 1'500U}) {
        OggOpusWriter writer{1};
        writer.put({0, 120, voice(16 << 3)});
        Position in_file = 0;
        for (Position at = 120; at < 3 * 48'000; at += 120) {
            writer.put({at, 120, voice(16 << 3, size)});
            in_file = end_of(writer.take(), in_file);
            ASSERT_LE(at - in_file, 24'000U) << "half a second";
        }
        for (Position at = 3 * 48'000; at < 6 * 48'000; at += 4'800) {
            writer.reach(at);
            in_file = end_of(writer.take(), in_file);
            ASSERT_LE(at - in_file, 24'960U) << "nothing comes";
        }
    }
}

TEST(OggOpusWriter, AnHourIsAnHour) {
    OggOpusWriter writer{1};
    constexpr Position kTicks = 3'600 * 50;
    const ByteVector packet = voice();
    Position end = 0;
    for (Position tick = 0; tick < kTicks; ++tick) {
        const Position at = tick * 960;
        const Position phase = tick % 1'000;
        if (phase < 500) writer.put({at, 960, packet});
        if (phase >= 500 && phase < 505) writer.put({at, 960, {}});
        if (phase == 700) writer.put({at + 480, 2'880, voice(kSilk60)});
        writer.reach(at + 960);
        end = end_of(writer.take(), end);
        ASSERT_LE(at - end, 24'960U + 2'880) << "at no time is it behind";
    }
    writer.finish(kTicks * 960);
    EXPECT_EQ(end_of(writer.take(), 0), kTicks * 960) << "to the sample";
}

/// Three seconds, as a program that ends leaves them.
ByteVector three_seconds() {
    OggOpusWriter writer{5};
    for (Position tick = 0; tick < 150; ++tick) writer.put({tick * 960, 960, voice()});
    return writer.take();
}

OggOpusScan scan_of(Bytes file) {
    OggOpusScan scan;
    while (scan.take(file.subspan(static_cast<std::size_t>(scan.end()))) > 0) {
    }
    return scan;
}

TEST(OggOpusScan, FindsTheLastWholePageWhereverAFileIsCut) {
    const ByteVector file = three_seconds();
    std::vector<std::size_t> ends;
    for (std::size_t at = 0; at < file.size(); at += read_ogg_page(Bytes{file}.subspan(at))->size)
        ends.push_back(at);
    ends.push_back(file.size());
    ASSERT_EQ(ends.size(), 8U) << "five pages of sound, the rest was not written";
    std::vector<std::size_t> sizes;
    for (const std::size_t end : ends) sizes.insert(sizes.end(), {end, end + 1, end == 0 ? 0 : end - 1});
    for (std::size_t size = 0; size <= file.size(); size += 29) sizes.push_back(size);
    for (const std::size_t cut : sizes) {
        const std::size_t size = std::min(cut, file.size());
        const OggOpusScan scan = scan_of(Bytes{file}.first(size));
        const auto after = std::upper_bound(ends.begin(), ends.end(), size);
        ASSERT_EQ(scan.end(), *(after - 1));
        ASSERT_EQ(scan.ours(), size >= ends[1]);
        ASSERT_EQ(scan.playable(), size >= ends[3]);
        if (scan.ours()) {
            ASSERT_EQ(scan.last_page(), *(after - 2));
        }
    }
}

TEST(OggOpusScan, StopsWhereAPageIsNotWhatWasWritten) {
    const ByteVector file = three_seconds();
    const std::size_t head = read_ogg_page(file)->size;
    const std::size_t tags = read_ogg_page(Bytes{file}.subspan(head))->size;
    for (std::size_t at = 0; at < file.size(); at += 7) {
        ByteVector damaged = file;
        damaged[at] ^= 1;
        const OggOpusScan scan = scan_of(damaged);
        EXPECT_LE(scan.end(), at);
        EXPECT_EQ(scan.ours(), at >= head);
    }
    ByteVector zeros = file;
    zeros.insert(zeros.end(), 4'096, 0);  // what some file systems leave after a loss of power
    EXPECT_EQ(scan_of(zeros).end(), file.size());
    ByteVector twice = file;
    twice.insert(twice.end(), file.begin(), file.end());
    EXPECT_EQ(scan_of(twice).end(), file.size()) << "another stream";
    const Bytes no_tags = Bytes{file}.subspan(head + tags);
    ByteVector without{file.begin(), file.begin() + static_cast<std::ptrdiff_t>(head)};
    without.insert(without.end(), no_tags.begin(), no_tags.end());
    EXPECT_FALSE(scan_of(without).playable());
}

TEST(OggOpusScan, EndsAtTheEndOfTheStream) {
    OggOpusWriter writer{5};
    writer.put({0, 960, voice()});
    writer.finish(960);
    writer.finish(960);
    const ByteVector file = writer.take();
    const OggOpusScan scan = scan_of(file);
    EXPECT_TRUE(scan.playable());
    EXPECT_EQ(scan.end(), file.size());
}

}  // namespace
}  // namespace legroom::record
