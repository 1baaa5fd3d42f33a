#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace legroom::stun {

/// The channel numbers that may be bound (RFC 8656 §12).
inline constexpr std::uint16_t kFirstChannel = 0x4000;
inline constexpr std::uint16_t kLastChannel = 0x4fff;

/// TURN's four-byte envelope for what goes to or comes from one peer (RFC 8656 §12.4).
struct ChannelData {
    std::uint16_t number = kFirstChannel;
    Bytes payload;  ///< Lies in the datagram it was read from.

    /// Whether the first byte says so: the range RFC 7983 §7 keeps for TURN channels.
    static bool is(Bytes datagram) {
        return !datagram.empty() && datagram[0] >= (kFirstChannel >> 8) && datagram[0] <= (kLastChannel >> 8);
    }

    /// nullopt: another protocol's datagram, or one shorter than it says. Up to three bytes of padding may
    /// follow (§12.5), and are ignored.
    static std::optional<ChannelData> read(Bytes datagram);

    /// Without padding, as a datagram wants it. A payload of more than 65535 bytes is the caller's mistake.
    [[nodiscard]] ByteVector write() const;
};

}  // namespace legroom::stun
