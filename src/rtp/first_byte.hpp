#pragma once

#include <cstdint>

namespace legroom::rtp {

/// The first byte of RTP (RFC 3550 §5.1) and RTCP (§6.4.1) packets: version in the two high bits, then
/// padding.
inline constexpr std::uint8_t kVersion = 2;
inline constexpr std::uint8_t kPaddingBit = 0x20;

}  // namespace legroom::rtp
