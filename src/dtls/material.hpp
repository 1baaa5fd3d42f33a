#pragma once

#include "dtls/certificate.hpp"
#include "dtls/openssl_ptr.hpp"

namespace legroom::dtls {

/// The OpenSSL side of a Certificate. Never changed once made: any number of threads make their handshakes
/// from it (SSL_new counts its references atomically).
struct Certificate::Material {
    KeyPtr key;
    X509Ptr x509;
    ContextPtr context;  ///< Made once, because it costs as much as a handshake.
};

/// The context of both roles: DTLS 1.2 only, a certificate from both sides, SRTP profiles. Null when OpenSSL
/// fails. The SSL objects made from it have a Handshake::Impl as app data, which verifies the peer.
ContextPtr make_context(X509& certificate, EVP_PKEY& key);

}  // namespace legroom::dtls
