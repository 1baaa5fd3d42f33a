#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/bytes.hpp"
#include "stun/attribute.hpp"

namespace legroom::stun {

/// What MESSAGE-INTEGRITY is keyed with: an HMAC-SHA1 key whose two pads are hashed once, here, and not
/// again for every message (RFC 8489 §14.5, RFC 2104 §4). Keep one per password. Not thread-safe: a
/// computation uses the object's own scratch state.
class IntegrityKey {
public:
    using Digest = std::array<std::uint8_t, kIntegritySize>;

    /// Short-term credentials, as in ICE: the key is the password (§9.1.1).
    static IntegrityKey short_term(std::string_view password);
    /// Long-term credentials: MD5(username ":" realm ":" password), all three after SASLprep (§9.2.2).
    static IntegrityKey long_term(std::string_view username, std::string_view realm,
                                  std::string_view password);

    /// The HMAC of a message up to the MESSAGE-INTEGRITY attribute that begins at `integrity_at`, with
    /// the header's length field counted up to the end of that attribute. `message` has at least
    /// `integrity_at` bytes and `integrity_at` is at least kHeaderSize.
    Digest digest(Bytes message, std::size_t integrity_at);

private:
    explicit IntegrityKey(Bytes key);

    struct Free {
        void operator()(void* mac) const;
    };
    std::unique_ptr<void, Free> mac_;  ///< an EVP_MAC_CTX; the type stays out of this header
};

/// CRC-32 of ISO 3309 over `bytes`, XORed with kFingerprintMask: the value of FINGERPRINT (§14.7).
std::uint32_t fingerprint(Bytes bytes);

}  // namespace legroom::stun
