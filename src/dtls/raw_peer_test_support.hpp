#pragma once

#include <openssl/ssl.h>
#include <string>
#include <vector>

#include "dtls/datagram_bio.hpp"
#include "dtls/handshake.hpp"
#include "dtls/material.hpp"
#include "dtls/openssl_ptr.hpp"

namespace legroom::dtls::test {

/// What a RawPeer does otherwise than we would.
struct RawConfig {
    Role role = Role::client;
    std::string srtp_profiles = "SRTP_AES128_CM_SHA1_80";  ///< Empty: no use_srtp extension.
    long mtu = 1200;
    std::size_t padding = 0;  ///< Bytes of ALPN names, as a post-quantum key share would fill a ClientHello.
    std::string cipher = {};  ///< Empty: OpenSSL's default list.
    bool shows_certificate = true;
    int version = DTLS1_2_VERSION;
};

/// A peer made of OpenSSL alone, set up unlike our Handshake. It has no timer: tests with it lose nothing.
class RawPeer {
public:
    RawPeer(const Certificate& certificate, const RawConfig& config)
        : context_(SSL_CTX_new(DTLS_method())),
          queue_([this](Bytes bytes) { sent.emplace_back(bytes.begin(), bytes.end()); }) {
        SSL_CTX* const context = context_.get();
        SSL_CTX_set_security_level(context, 0);  // for DTLS 1.0
        SSL_CTX_set_min_proto_version(context, config.version);
        SSL_CTX_set_max_proto_version(context, config.version);
        SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
        if (!config.cipher.empty()) SSL_CTX_set_cipher_list(context, config.cipher.c_str());
        if (!config.srtp_profiles.empty()) SSL_CTX_set_tlsext_use_srtp(context, config.srtp_profiles.c_str());
        if (config.shows_certificate) {
            SSL_CTX_use_certificate(context, certificate.material().x509.get());
            SSL_CTX_use_PrivateKey(context, certificate.material().key.get());
        }
        ssl_.reset(SSL_new(context));
        BIO* const bio = make_datagram_bio(queue_);
        SSL_set_bio(ssl_.get(), bio, bio);
        SSL_set_mtu(ssl_.get(), config.mtu);
        pad(config.padding);
        if (config.role == Role::client) {
            SSL_set_connect_state(ssl_.get());
        } else {
            SSL_set_accept_state(ssl_.get());
        }
    }

    void start() { step(); }
    void handle_datagram(Bytes datagram) {
        queue_.arrive(datagram);
        step();
    }
    void write(std::string_view text) { SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())); }
    void renegotiate() {
        SSL_renegotiate(ssl_.get());
        SSL_do_handshake(ssl_.get());
    }
    [[nodiscard]] bool finished() const { return SSL_is_init_finished(ssl_.get()) == 1; }
    [[nodiscard]] SSL& ssl() { return *ssl_; }
    [[nodiscard]] std::vector<ByteVector> take_sent() { return std::exchange(sent, {}); }

    std::vector<ByteVector> sent;

private:
    void step() {
        if (!finished()) SSL_do_handshake(ssl_.get());
        char dropped[100];
        if (finished()) SSL_read(ssl_.get(), dropped, sizeof dropped);
    }

    void pad(std::size_t bytes) {
        ByteVector names;
        for (; bytes > 0; bytes -= std::min<std::size_t>(bytes, 200)) {
            names.push_back(199);
            names.insert(names.end(), 199, 'x');
        }
        if (!names.empty())
            SSL_set_alpn_protos(ssl_.get(), names.data(), static_cast<unsigned>(names.size()));
    }

    ContextPtr context_;
    DatagramQueue queue_;
    SslPtr ssl_;
};

}  // namespace legroom::dtls::test
