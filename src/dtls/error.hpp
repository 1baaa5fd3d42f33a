#pragma once

#include "base/result.hpp"

namespace legroom::dtls {

enum class Error {
    unknown_hash = 1,    ///< A hash function we do not check fingerprints with (RFC 8122 §5).
    bad_fingerprint,     ///< Not hex pairs with colons, or not as long as the hash function's digest.
    certificate_failed,  ///< OpenSSL could not make the key, the certificate or its context.
};

boost::system::error_code make_error_code(Error error);

}  // namespace legroom::dtls

template <>
struct boost::system::is_error_code_enum<legroom::dtls::Error> : std::true_type {};
