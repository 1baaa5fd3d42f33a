#pragma once

#include <boost/system/error_code.hpp>
#include <type_traits>

namespace legroom::stun {

/// Why a datagram is not taken for what it claims to be.
enum class Error {
    truncated = 1,    ///< Shorter, or longer, than its header or a length field says (RFC 8489 §5, §14).
    too_long,         ///< More than kMaxMessageSize bytes.
    not_stun,         ///< No magic cookie, or the first two bits are not zero: another protocol's datagram.
    bad_attribute,    ///< An attribute we know has a size or a value its definition forbids (§14).
    bad_fingerprint,  ///< FINGERPRINT does not match the bytes before it, or is not last (§14.7).
    no_fingerprint,   ///< ICE demands FINGERPRINT in every message (RFC 8445 §7.1) and there is none.
    no_integrity,     ///< No MESSAGE-INTEGRITY where one is demanded (§9.1.3).
    bad_integrity,    ///< MESSAGE-INTEGRITY does not match the expected password (§14.5).
};
boost::system::error_code make_error_code(Error error);

}  // namespace legroom::stun

template <>
struct boost::system::is_error_code_enum<legroom::stun::Error> : std::true_type {};
