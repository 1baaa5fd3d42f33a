#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "record/ogg_page.hpp"
#include "record/packet_tape.hpp"

namespace legroom::record {

/// A sender's Opus packets as a file: Ogg (RFC 3533, RFC 7845). Packets come in with their time and go
/// unaltered to pages; pages come out in order, to be appended to each other.
///
/// The file takes as long as the tape, and so plays in any player: what is missing is filled by packets of
/// ours. A stretch to be concealed becomes packets without frames (RFC 7845 §4.1); one that nothing is known
/// of, a pause of the recording, say, becomes packets of silence. OpusTags says so in the file itself. A
/// page is half a second, so that little is lost with a program that ends; a gap never waits for its end.
///
/// The sender's own encoder delay is not known and nothing is skipped for it: pre-skip is 0. The header's
/// channels are those of the first packet; a decoder brings others to that number.
class OggOpusWriter {
public:
    /// `serial` tells this stream from others that may be appended to its file.
    explicit OggOpusWriter(std::uint32_t serial) : serial_(serial) {}

    /// What comes next. The first packet begins the file; stretches before that are silence. What begins
    /// before the end of what was put before (a jitter buffer began anew) follows that end at once, until a
    /// gap makes up for it; what ends before it is left out.
    void put(const PacketPiece& piece);
    /// Nothing else will begin before `end`.
    void reach(Position end);
    /// And nothing after it: plays exactly until there. Harmless twice; no call of put() or reach() after it.
    void finish(Position end);

    [[nodiscard]] bool begun() const { return begun_; }
    /// The whole pages since the last call.
    ByteVector take();

private:
    void begin(std::uint8_t toc);
    void conceal(Position duration);
    void fill_to(Position end);
    void append(Bytes packet, Position duration);
    void write_page(Position granule, bool last);

    std::uint32_t serial_;
    OggPage page_;
    Position page_begin_ = 0;
    Position written_ = 0;  ///< All before this is in the file.
    Position granule_ = 0;  ///< Of the last page that was written.
    std::uint32_t pages_ = 0;
    std::uint8_t toc_ = 0;  ///< Of the latest packet with a frame.
    bool begun_ = false;
    bool finished_ = false;
    ByteVector out_;
};

/// Looks through a file of OggOpusWriter's that was left unfinished, from its beginning, for the end of what
/// is whole. Keeps nothing of the bytes it is shown.
class OggOpusScan {
public:
    /// Takes the whole pages that the bytes from end() on begin with: how many bytes they are. 0: there are
    /// no more, if it was shown kMaxOggPageBytes or all there is.
    std::size_t take(Bytes bytes);

    [[nodiscard]] bool ours() const { return pages_ > 0; }  ///< It begins as a file of ours does.
    /// There is sound in it: more than the two pages of headers.
    [[nodiscard]] bool playable() const { return pages_ > 2; }
    [[nodiscard]] std::uint64_t end() const { return end_; }  ///< In bytes.
    /// Where the last whole page is, which as_last_ogg_page() makes the end.
    [[nodiscard]] std::uint64_t last_page() const { return last_page_; }

private:
    [[nodiscard]] bool follows(const OggPageView& page) const;

    OggPlace place_;  ///< Of the last page.
    std::uint64_t pages_ = 0;
    std::uint64_t end_ = 0;
    std::uint64_t last_page_ = 0;
};

}  // namespace legroom::record
