#pragma once

#include <cstddef>
#include <cstdint>

namespace legroom::stun {

/// Attribute types (RFC 8489 §18.3, RFC 8445 §16.1, RFC 8656 §18). Those below 0x8000 must be understood by
/// whoever gets them: a request with an unknown one is answered 420 (RFC 8489 §6.3.1).
enum class Attribute : std::uint16_t {
    mapped_address = 0x0001,
    username = 0x0006,
    message_integrity = 0x0008,
    error_code = 0x0009,
    unknown_attributes = 0x000a,
    channel_number = 0x000c,
    lifetime = 0x000d,
    xor_peer_address = 0x0012,
    data = 0x0013,
    realm = 0x0014,
    nonce = 0x0015,
    xor_relayed_address = 0x0016,
    requested_address_family = 0x0017,
    requested_transport = 0x0019,
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

/// Error codes (RFC 8489 §14.8, RFC 8445 §16.1, RFC 8656 §19).
inline constexpr std::uint16_t kTryAlternate = 300;
inline constexpr std::uint16_t kBadRequest = 400;
inline constexpr std::uint16_t kUnauthenticated = 401;
inline constexpr std::uint16_t kForbidden = 403;
inline constexpr std::uint16_t kUnknownAttribute = 420;
inline constexpr std::uint16_t kAllocationMismatch = 437;
inline constexpr std::uint16_t kStaleNonce = 438;
inline constexpr std::uint16_t kUnsupportedFamily = 440;
inline constexpr std::uint16_t kWrongCredentials = 441;
inline constexpr std::uint16_t kUnsupportedTransport = 442;
inline constexpr std::uint16_t kPeerFamilyMismatch = 443;
inline constexpr std::uint16_t kAllocationQuotaReached = 486;
inline constexpr std::uint16_t kRoleConflict = 487;
inline constexpr std::uint16_t kInsufficientCapacity = 508;

/// REQUESTED-TRANSPORT: the protocol number of UDP, the only one to relay (RFC 8656 §18.7).
inline constexpr std::uint8_t kTransportUdp = 17;
/// REQUESTED-ADDRESS-FAMILY (RFC 8656 §18.8); the same numbers stand in every address attribute.
inline constexpr std::uint8_t kFamilyV4 = 1;
inline constexpr std::uint8_t kFamilyV6 = 2;

/// Values fill up whole 32-bit words (§14).
constexpr std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

}  // namespace legroom::stun
