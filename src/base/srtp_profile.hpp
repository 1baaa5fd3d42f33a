#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"

namespace legroom {

/// DTLS-SRTP protection profiles, with their IANA numbers (RFC 5764 §4.1.2, RFC 7714 §14.2).
enum class SrtpProfile : std::uint16_t {
    aes128_cm_sha1_80 = 0x0001,
    aead_aes_128_gcm = 0x0007,
    aead_aes_256_gcm = 0x0008,
};

/// One direction's master key and salt, as the DTLS handshake exports them (RFC 5764 §4.2).
struct SrtpMasterKey {
    ByteVector key;   ///< 16 bytes, or 32 with aead_aes_256_gcm
    ByteVector salt;  ///< 14 bytes, or 12 with the AEAD profiles
};

/// What a finished DTLS handshake gives to SRTP.
struct SrtpKeys {
    SrtpProfile profile{};
    SrtpMasterKey local;   ///< Protects what we send.
    SrtpMasterKey remote;  ///< Protects what the peer sends.
};

}  // namespace legroom
