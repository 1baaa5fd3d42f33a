#include "record/ogg_opus.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "record/little_endian.hpp"
#include "record/opus_toc.hpp"

namespace legroom::record {
namespace {

constexpr Position kPageDuration = kPositionsPerSecond / 2;
constexpr std::string_view kHeadMagic = "OpusHead";
constexpr std::string_view kTagsMagic = "OpusTags";
constexpr std::string_view kVendor = "Legroom";
constexpr std::string_view kGapsComment =
    "DESCRIPTION=The sender's packets as they came. Packets without a frame stand for what was lost or not "
    "sent (RFC 7845 4.1), silence for pauses.";

ByteVector opus_head(bool stereo) {
    ByteVector packet;
    LittleEndian head{packet};
    head.text(kHeadMagic);
    head.u8(1);  // version
    head.u8(stereo ? 2 : 1);
    head.u16(0);  // pre-skip
    head.u32(kPositionsPerSecond);
    head.u16(0);  // output gain
    head.u8(0);   // channel mapping family: mono or stereo
    return packet;
}

ByteVector opus_tags() {
    ByteVector packet;
    LittleEndian tags{packet};
    tags.text(kTagsMagic);
    tags.u32(kVendor.size());
    tags.text(kVendor);
    tags.u32(1);
    tags.u32(kGapsComment.size());
    tags.text(kGapsComment);
    return packet;
}

}  // namespace

void OggOpusWriter::put(const PacketPiece& piece) {
    const Position end = piece.at + piece.duration;
    if (!begun_) {
        if (piece.packet.empty()) return;
        begin(piece.packet.front());
    }
    fill_to(piece.at);
    if (end <= written_) return;
    if (piece.packet.empty()) {
        conceal(end - written_);
    } else {
        toc_ = piece.packet.front();
        append(piece.packet, piece.duration);
    }
}

void OggOpusWriter::reach(Position end) {
    if (begun_) fill_to(end);
}

void OggOpusWriter::finish(Position end) {
    if (!begun_ || std::exchange(finished_, true)) return;
    fill_to(end);
    // A packet may last longer than the recording: players cut what is beyond (RFC 7845 §4.4).
    write_page(std::clamp(end, granule_, written_), true);
}

ByteVector OggOpusWriter::take() { return std::exchange(out_, {}); }

void OggOpusWriter::begin(std::uint8_t toc) {
    begun_ = true;
    page_.add(opus_head(opus_is_stereo(toc)));
    write_page(0, false);
    page_.add(opus_tags());
    write_page(0, false);
}

void OggOpusWriter::conceal(Position duration) {
    while (duration >= kShortestOpusFrame) {
        const std::uint8_t toc = concealing_toc(toc_, duration);
        append({&toc, 1}, opus_frame_duration(toc));
        duration -= opus_frame_duration(toc);
    }
}

void OggOpusWriter::fill_to(Position end) {
    while (end >= written_ + kShortestOpusFrame) {
        const SilencePacket silence = silence_packet(end - written_);
        toc_ = silence.bytes.front();
        append(silence.bytes, silence.duration);
    }
}

/// A page waits for the packet after it: the last one has to be known as such.
void OggOpusWriter::append(Bytes packet, Position duration) {
    if (written_ - page_begin_ >= kPageDuration) write_page(written_, false);
    if (!page_.add(packet)) {
        write_page(written_, false);
        page_.add(packet);
    }
    written_ += duration;
}

void OggOpusWriter::write_page(Position granule, bool last) {
    page_.write({serial_, pages_, granule, pages_ == 0, last}, out_);
    ++pages_;
    granule_ = granule;
    page_begin_ = written_;
}

std::size_t OggOpusScan::take(Bytes bytes) {
    std::size_t taken = 0;
    while (!place_.last) {
        const auto page = read_ogg_page(bytes.subspan(taken));
        if (!page || !follows(*page)) break;
        place_ = page->place;
        last_page_ = end_;
        end_ += page->size;
        taken += page->size;
        ++pages_;
    }
    return taken;
}

bool OggOpusScan::follows(const OggPageView& page) const {
    const auto begins = [&page](std::string_view magic) { return as_text(page.body).starts_with(magic); };
    if (pages_ == 0) return page.place.first && page.place.sequence == 0 && begins(kHeadMagic);
    if (pages_ == 1 && !begins(kTagsMagic)) return false;
    return !page.place.first && page.place.serial == place_.serial &&
           page.place.sequence == place_.sequence + 1 && page.place.granule >= place_.granule;
}

}  // namespace legroom::record
