#pragma once

#include <cstddef>
#include <cstdint>

namespace legroom::stun {

/// Attribute types (RFC 8489 §18.3, RFC 8445 §16.1). Those below 0x8000 must be understood by whoever
/// gets them: a request with an unknown one is answered 420 (RFC 8489 §6.3.1).
enum class Attribute : std::uint16_t {
    mapped_address = 0x0001,
    username = 0x0006,
    message_integrity = 0x0008,
    error_code = 0x0009,
    unknown_attributes = 0x000a,
    realm = 0x0014,
    nonce = 0x0015,
    xor_mapped_address = 0x0020,
    priority = 0x0024,
    use_candidate = 0x0025,
    software = 0x8022,
    fingerprint = 0x8028,
    ice_controlled = 0x8029,
    ice_controlling = 0x802a,
};

inline constexpr std::uint32_t kMagicCookie = 0x2112a442;
inline constexpr std::uint32_t kFingerprintMask = 0x5354554e;  ///< XORed to the CRC-32 (§14.7).
inline constexpr std::size_t kHeaderSize = 20;
inline constexpr std::size_t kAttributeHeaderSize = 4;
inline constexpr std::size_t kIntegritySize = 20;  ///< HMAC-SHA1
inline constexpr std::size_t kFingerprintSize = 4;

/// Error codes (RFC 8489 §14.8, RFC 8445 §16.1).
inline constexpr std::uint16_t kUnauthenticated = 401;
inline constexpr std::uint16_t kUnknownAttribute = 420;
inline constexpr std::uint16_t kRoleConflict = 487;

/// Values fill up whole 32-bit words (§14).
constexpr std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

}  // namespace legroom::stun
