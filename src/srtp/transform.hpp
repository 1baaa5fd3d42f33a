#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "base/srtp_profile.hpp"
#include "base/units.hpp"
#include "srtp/key_derivation.hpp"

namespace legroom::srtp {

/// One packet, cut where the transforms cut it. All spans lie in the caller's buffer.
struct PacketParts {
    Ssrc ssrc{};
    std::uint64_t index = 0;  ///< SRTP: ROC * 65536 + sequence number; SRTCP: the 31-bit index.
    Bytes header;             ///< Stays clear, but is authenticated: fixed header, CSRCs, extension.
    MutableBytes payload;     ///< Encrypted or decrypted in place; may be empty.
    MutableBytes tag;         ///< tag_length() bytes: written by seal(), read by open().
};

/// A cryptographic transform (RFC 3711 §4) of one flow in one direction, keyed once. Encrypted SRTCP only
/// (E=1).
class Transform {
public:
    Transform() = default;
    Transform(const Transform&) = delete;
    Transform& operator=(const Transform&) = delete;
    virtual ~Transform() = default;

    [[nodiscard]] virtual std::size_t tag_length() const = 0;
    /// Whether an SRTCP packet ends tag, index (RFC 7714 §9.2) rather than index, tag (RFC 3711 §3.4).
    [[nodiscard]] virtual bool tag_precedes_index() const = 0;

    /// Encrypts and authenticates. False only when OpenSSL fails: the packet is then not to be sent. The
    /// caller never seals two packets with the same SSRC and index.
    [[nodiscard]] virtual bool seal(const PacketParts& packet) = 0;
    /// False: not authentic. What `payload` holds then is garbage.
    [[nodiscard]] virtual bool open(const PacketParts& packet) = 0;
};

/// AES128_CM_SHA1_80: AES counter mode and an 80-bit HMAC-SHA1 tag (RFC 3711 §4.1.1, §4.2.1).
std::unique_ptr<Transform> make_aes_cm_transform(const SessionKeys& keys, Flow flow);
/// AEAD_AES_128_GCM or, with a 32-byte key, AEAD_AES_256_GCM: a 128-bit tag (RFC 7714).
std::unique_ptr<Transform> make_aes_gcm_transform(const SessionKeys& keys, Flow flow);

std::unique_ptr<Transform> make_transform(SrtpProfile profile, const SessionKeys& keys, Flow flow);

/// The word an SRTCP packet carries at its end: E flag and index.
inline constexpr std::size_t kIndexLength = 4;
constexpr std::uint32_t kEncryptedFlag = 0x8000'0000;

}  // namespace legroom::srtp
