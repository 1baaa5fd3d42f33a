#include "record/ogg_page.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

#include "record/little_endian.hpp"

namespace legroom::record {
namespace {

constexpr std::string_view kCapturePattern = "OggS";
constexpr std::size_t kFlagsAt = 5;
constexpr std::size_t kGranuleAt = 6;
constexpr std::size_t kSerialAt = 14;
constexpr std::size_t kSequenceAt = 18;
constexpr std::size_t kChecksumAt = 22;
constexpr std::size_t kSegmentsAt = 26;
constexpr std::size_t kLacingAt = 27;
constexpr std::uint8_t kFirstPage = 0x02;
constexpr std::uint8_t kLastPage = 0x04;
constexpr std::uint8_t kFullSegment = 255;

/// Of each byte what it comes to: polynomial 0x04c11db7, from the highest bit on (RFC 3533 §6).
constexpr auto kChecksums = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t sum = byte << 24;
        for (int bit = 0; bit < 8; ++bit) sum = sum << 1 ^ ((sum >> 31) != 0 ? 0x04c1'1db7U : 0U);
        table.at(byte) = sum;
    }
    return table;
}();

/// With four zeros where the sum itself stands.
std::uint32_t checksum(Bytes page) {
    std::uint32_t sum = 0;
    const auto add = [&sum](std::uint8_t byte) { sum = sum << 8 ^ kChecksums[(sum >> 24 ^ byte) & 0xff]; };
    std::ranges::for_each(page.first(kChecksumAt), add);
    for (int i = 0; i < 4; ++i) add(0);
    std::ranges::for_each(page.subspan(kChecksumAt + 4), add);
    return sum;
}

std::uint64_t number_at(Bytes bytes, std::size_t at, std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t i = width; i-- > 0;) value = value << 8 | bytes[at + i];
    return value;
}

void put_checksum(MutableBytes page) {
    const std::uint32_t sum = checksum(page);
    for (std::size_t i = 0; i < 4; ++i) page[kChecksumAt + i] = static_cast<std::uint8_t>(sum >> (8 * i));
}

}  // namespace

/// A packet is as many full segments as there are in it and then one that is not full, were it empty.
bool OggPage::add(Bytes packet) {
    const std::size_t full = packet.size() / kFullSegment;
    if (lacing_.size() + full + 1 > kMaxOggSegments) return false;
    lacing_.insert(lacing_.end(), full, kFullSegment);
    lacing_.push_back(static_cast<std::uint8_t>(packet.size() % kFullSegment));
    body_.insert(body_.end(), packet.begin(), packet.end());
    return true;
}

void OggPage::write(const OggPlace& place, ByteVector& out) {
    //  0 "OggS"  version  flags   6 granule (8)  14 serial (4)  18 sequence (4)  22 checksum (4)
    // 26 number of segments  27 their lengths ...  their bytes ...                     RFC 3533 §6
    const std::size_t begin = out.size();
    LittleEndian page{out};
    page.text(kCapturePattern);
    page.u8(0);
    page.u8(static_cast<std::uint8_t>((place.first ? kFirstPage : 0) | (place.last ? kLastPage : 0)));
    page.u64(place.granule);
    page.u32(place.serial);
    page.u32(place.sequence);
    page.u32(0);
    page.u8(static_cast<std::uint8_t>(lacing_.size()));
    out.insert(out.end(), lacing_.begin(), lacing_.end());
    out.insert(out.end(), body_.begin(), body_.end());
    put_checksum(MutableBytes{out}.subspan(begin));
    lacing_.clear();
    body_.clear();
}

std::optional<OggPageView> read_ogg_page(Bytes bytes) {
    if (bytes.size() < kLacingAt || as_text(bytes.first(4)) != kCapturePattern || bytes[4] != 0)
        return std::nullopt;
    const std::size_t segments = bytes[kSegmentsAt];
    if (bytes.size() < kLacingAt + segments) return std::nullopt;
    const Bytes lacing = bytes.subspan(kLacingAt, segments);
    const std::size_t body = std::accumulate(lacing.begin(), lacing.end(), std::size_t{0});
    const std::size_t size = kLacingAt + segments + body;
    if (bytes.size() < size) return std::nullopt;
    if (number_at(bytes, kChecksumAt, 4) != checksum(bytes.first(size))) return std::nullopt;

    OggPageView page;
    page.place.serial = static_cast<std::uint32_t>(number_at(bytes, kSerialAt, 4));
    page.place.sequence = static_cast<std::uint32_t>(number_at(bytes, kSequenceAt, 4));
    page.place.granule = number_at(bytes, kGranuleAt, 8);
    page.place.first = (bytes[kFlagsAt] & kFirstPage) != 0;
    page.place.last = (bytes[kFlagsAt] & kLastPage) != 0;
    page.size = size;
    page.body = bytes.subspan(kLacingAt + segments, body);
    return page;
}

ByteVector as_last_ogg_page(Bytes page) {
    ByteVector last{page.begin(), page.end()};
    last.at(kFlagsAt) |= kLastPage;
    put_checksum(last);
    return last;
}

}  // namespace legroom::record
