#include "dtls/handshake_impl.hpp"
#include "dtls/material.hpp"

namespace legroom::dtls {
namespace {

// Forward secrecy and AEAD only. RFC 8827 §6.5 demands the first; the ECDHE-RSA ones are for servers whose
// certificate is RSA, as older gateways have.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";

// GCM first: one pass instead of two, and a 128-bit tag instead of an 80-bit one. 128 bits of key are ample
// for a call and cost less than 256. AES-CM with HMAC-SHA1 last: the one every WebRTC peer has (RFC 8827
// §6.5).
constexpr const char* kSrtpProfiles = "SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80";

constexpr const char* kGroups = "X25519:P-256:P-384";

/// Bounds what OpenSSL collects of one handshake message.
constexpr long kMaxCertificateChain = 16 * 1024;

}  // namespace

ContextPtr make_context(X509& certificate, EVP_PKEY& key) {
    ContextPtr context{SSL_CTX_new(DTLS_method())};
    SSL_CTX* const raw = context.get();
    const bool made = raw != nullptr && SSL_CTX_set_min_proto_version(raw, DTLS1_2_VERSION) == 1 &&
                      SSL_CTX_set_max_proto_version(raw, DTLS1_2_VERSION) == 1 &&
                      SSL_CTX_use_certificate(raw, &certificate) == 1 &&
                      SSL_CTX_use_PrivateKey(raw, &key) == 1 && SSL_CTX_set_cipher_list(raw, kCiphers) == 1 &&
                      SSL_CTX_set1_groups_list(raw, kGroups) == 1 &&
                      SSL_CTX_set_tlsext_use_srtp(raw, kSrtpProfiles) == 0;
    if (!made) return nullptr;

    SSL_CTX_set_options(raw, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(raw, kMaxCertificateChain);
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(raw, Handshake::Impl::verify_peer, nullptr);
    return context;
}

}  // namespace legroom::dtls
