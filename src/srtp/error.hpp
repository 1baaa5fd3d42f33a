#pragma once

#include <cstddef>

#include "base/result.hpp"

namespace legroom::srtp {

/// Why a packet or a key was refused.
enum class Error {
    truncated = 1,   ///< Shorter than its header, its index and its tag together.
    not_rtp,         ///< The version is not 2 (RFC 3550 §5.1, §6.4.1).
    unencrypted,     ///< SRTCP with E=0: RFC 8827 §6.5 wants no RTCP in the clear.
    bad_tag,         ///< Forged, damaged, or protected under another key or roll-over counter.
    replayed,        ///< This index was used before, or is too old to tell (RFC 3711 §3.3.2).
    too_many_ssrcs,  ///< A further SSRC where kMaxSsrcs are known.
    key_exhausted,   ///< 2^48 SRTP or 2^31 SRTCP packets under one key (RFC 3711 §9.2).
    bad_key,         ///< Key or salt is not as long as the profile says, or no such profile.
    cipher_failed,   ///< OpenSSL had an error of its own (no memory).
};
inline constexpr std::size_t kErrorCount = 9;

boost::system::error_code make_error_code(Error error);

}  // namespace legroom::srtp

template <>
struct boost::system::is_error_code_enum<legroom::srtp::Error> : std::true_type {};
