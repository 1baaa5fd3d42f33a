#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/srtp_profile.hpp"

namespace legroom::srtp {

/// SRTP or SRTCP: the two flows have keys and indices of their own under one master key.
enum class Flow { rtp, rtcp };

/// Labels of the key derivation (RFC 3711 §4.3.1, §4.3.2).
enum class Label : std::uint8_t {
    rtp_cipher = 0,
    rtp_auth = 1,
    rtp_salt = 2,
    rtcp_cipher = 3,
    rtcp_auth = 4,
    rtcp_salt = 5,
};

/// What one flow is protected with. Wiped on destruction.
struct SessionKeys {
    ByteVector cipher;  ///< 16 or 32 bytes
    ByteVector auth;    ///< 20 bytes; empty with the AEAD profiles
    ByteVector salt;    ///< 14 bytes, or 12 with the AEAD profiles

    SessionKeys() = default;
    SessionKeys(SessionKeys&&) = default;
    SessionKeys(const SessionKeys&) = delete;
    SessionKeys& operator=(const SessionKeys&) = delete;
    ~SessionKeys();
};

/// `length` bytes of session key for `label` at key derivation rate 0 (RFC 3711 §4.3.3; RFC 7714 §11 for
/// a 32-byte key and for 12-byte salts, which zeros fill up to 14). Empty when OpenSSL fails.
[[nodiscard]] ByteVector derive(const SrtpMasterKey& master, Label label, std::size_t length);

/// The session keys of `flow`. A key or salt of the wrong length and an unknown profile are Error::bad_key.
Result<SessionKeys> derive_session_keys(SrtpProfile profile, const SrtpMasterKey& master, Flow flow);

}  // namespace legroom::srtp
