#include "srtp/stream.hpp"

#include <algorithm>
#include <cassert>

#include "srtp/error.hpp"

namespace legroom::srtp {
namespace {

template <class Streams>
auto locate(Streams& streams, Ssrc ssrc) {
    return std::find_if(streams.begin(), streams.end(),
                        [ssrc](const Stream& stream) { return stream.ssrc == ssrc; });
}

}  // namespace

/// nullptr: a newcomer, and there is room for it.
Result<const Stream*> StreamTable::find(Ssrc ssrc) const {
    const auto it = locate(streams_, ssrc);
    if (it != streams_.end()) return &*it;
    if (streams_.size() >= kMaxSsrcs) return Error::too_many_ssrcs;
    return nullptr;
}

Stream& StreamTable::at(Ssrc ssrc) {
    const auto it = locate(streams_, ssrc);
    if (it != streams_.end()) return *it;
    assert(streams_.size() < kMaxSsrcs);
    return streams_.emplace_back(Stream{ssrc, {}, {}});
}

Result<std::uint64_t> StreamTable::place_rtp(Ssrc ssrc, std::uint16_t sequence) const {
    const auto stream = find(ssrc);
    if (!stream) return stream.error();
    if (*stream == nullptr) return std::uint64_t{sequence};
    const auto index = guess_index((*stream)->rtp.highest(), sequence);
    if (index && !(*stream)->rtp.is_fresh(*index)) return Error::replayed;
    return index;
}

Result<std::uint64_t> StreamTable::place_rtcp(Ssrc ssrc, std::uint32_t index) const {
    const auto stream = find(ssrc);
    if (!stream) return stream.error();
    if (*stream != nullptr && !(*stream)->rtcp.is_fresh(index)) return Error::replayed;
    return std::uint64_t{index};
}

Result<std::uint64_t> StreamTable::next_rtcp(Ssrc ssrc) const {
    const auto stream = find(ssrc);
    if (!stream) return stream.error();
    if (*stream == nullptr || !(*stream)->rtcp.highest()) return std::uint64_t{0};
    const std::uint64_t next = *(*stream)->rtcp.highest() + 1;
    if (next >= kMaxRtcpIndex) return Error::key_exhausted;
    return next;
}

}  // namespace legroom::srtp
