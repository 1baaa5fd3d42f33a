#pragma once

#include <openssl/ssl.h>
#include <optional>

#include "base/srtp_profile.hpp"
#include "dtls/handshake.hpp"

namespace legroom::dtls {

/// The keys of a finished handshake, as its `role` sees them (RFC 5764 §4.2). nullopt: the peers agreed on no
/// SRTP profile.
std::optional<SrtpKeys> export_srtp_keys(SSL& ssl, Role role);

}  // namespace legroom::dtls
