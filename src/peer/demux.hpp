#pragma once

#include "base/bytes.hpp"

namespace legroom::peer {

enum class Protocol { stun, dtls, media, unknown };

/// What a datagram on the shared port is, by its first byte (RFC 7983 §7). TURN channels and ZRTP are not
/// ours.
constexpr Protocol protocol_of(Bytes datagram) {
    if (datagram.empty()) return Protocol::unknown;
    const std::uint8_t first = datagram[0];
    if (first <= 3) return Protocol::stun;
    if (first >= 20 && first <= 63) return Protocol::dtls;
    if (first >= 128 && first <= 191) return Protocol::media;
    return Protocol::unknown;
}

}  // namespace legroom::peer
