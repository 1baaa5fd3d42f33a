#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"
#include "srtp/replay_window.hpp"

namespace legroom::srtp {

/// SSRCs one direction of a session knows at most. A voice leg needs one or two.
inline constexpr std::size_t kMaxSsrcs = 16;

/// SRTCP packets one master key protects (RFC 3711 §9.2), and so the first index that does not exist.
inline constexpr std::uint32_t kMaxRtcpIndex = 0x8000'0000;

/// The cryptographic context of one SSRC in one direction (RFC 3711 §3.2.3), without the keys.
struct Stream {
    Ssrc ssrc{};
    ReplayWindow rtp;
    ReplayWindow rtcp;
};

/// The streams of one direction, at most kMaxSsrcs. Known ones are never forgotten: that would let their
/// packets be replayed. Asking for the place of a packet changes nothing.
class StreamTable {
public:
    /// The 48-bit index of an SRTP packet: not used before. Else replayed, key_exhausted, too_many_ssrcs.
    [[nodiscard]] Result<std::uint64_t> place_rtp(Ssrc ssrc, std::uint16_t sequence) const;
    /// Whether a received SRTCP index is fresh; the same errors.
    [[nodiscard]] Result<std::uint64_t> place_rtcp(Ssrc ssrc, std::uint32_t index) const;
    /// The index the next SRTCP packet is sent with: 0 first (RFC 3711 §3.4); the same errors.
    [[nodiscard]] Result<std::uint64_t> next_rtcp(Ssrc ssrc) const;

    /// Commits a place one of the above gave.
    void mark_rtp(Ssrc ssrc, std::uint64_t index) { at(ssrc).rtp.mark(index); }
    void mark_rtcp(Ssrc ssrc, std::uint64_t index) { at(ssrc).rtcp.mark(index); }

private:
    [[nodiscard]] Result<const Stream*> find(Ssrc ssrc) const;
    Stream& at(Ssrc ssrc);

    std::vector<Stream> streams_;
};

}  // namespace legroom::srtp
