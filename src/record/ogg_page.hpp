#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

/// Pages of Ogg (RFC 3533), each with packets that begin and end in it: what Opus needs whose pages are
/// short.
namespace legroom::record {

inline constexpr std::size_t kMaxOggSegments = 255;  ///< A page's, of at most 255 bytes each.
inline constexpr std::size_t kMaxOggPageBytes = 27 + kMaxOggSegments + kMaxOggSegments * 255;

/// Where in its stream a page is.
struct OggPlace {
    std::uint32_t serial = 0;    ///< Of the stream.
    std::uint32_t sequence = 0;  ///< 0 for the first page.
    std::uint64_t granule = 0;   ///< For Opus: 1/48000 s from the beginning, at the end of the page.
    bool first = false;          ///< Of the stream.
    bool last = false;

    friend bool operator==(const OggPlace&, const OggPlace&) = default;
};

/// Packets on their way to one page.
class OggPage {
public:
    /// False: it does not fit beside the others. Whoever has a packet above 64 kB has none for Ogg.
    bool add(Bytes packet);
    [[nodiscard]] bool empty() const { return lacing_.empty(); }

    /// Appends the page to `out`, and is empty then.
    void write(const OggPlace& place, ByteVector& out);

private:
    ByteVector lacing_;
    ByteVector body_;
};

/// A page that somebody has written.
struct OggPageView {
    OggPlace place;
    std::size_t size = 0;  ///< Of all of it, in bytes.
    Bytes body;            ///< Its packets, one after the other; a view into what was read.
};

/// The page that `bytes` begin with. nullopt: they begin with none, with a part of one, or its checksum says
/// that not all of it is what was written.
std::optional<OggPageView> read_ogg_page(Bytes bytes);

/// The same page as the last one of its stream. `page` is one that read_ogg_page() took.
ByteVector as_last_ogg_page(Bytes page);

}  // namespace legroom::record
