#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

namespace legroom::srtp {

/// What protection needs to know of a packet. All of it is clear on the wire.
struct RtpHeader {
    std::uint16_t sequence = 0;
    Ssrc ssrc{};
    std::size_t length = 0;  ///< Fixed header, CSRCs and extension: what stays clear.
};

/// Error::truncated when `packet` ends within its header, Error::not_rtp when it is of another version.
Result<RtpHeader> read_rtp_header(Bytes packet);

/// The part of a compound SRTCP packet that stays clear: the first header and the sender's SSRC.
inline constexpr std::size_t kRtcpHeaderLength = 8;

/// The SSRC of the first packet in a compound; errors as above.
Result<Ssrc> read_rtcp_ssrc(Bytes packet);

}  // namespace legroom::srtp
