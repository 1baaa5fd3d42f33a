#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <vector>

#include "base/address.hpp"
#include "io/descriptor.hpp"
#include "io/socket.hpp"
#include "io/socket_address.hpp"

namespace legroom::io {

/// A key and its certificate, of an authority or signed by one.
struct TestIdentity {
    std::shared_ptr<EVP_PKEY> key;
    std::shared_ptr<X509> certificate;

    /// Signed by `issuer`, or by itself without one. `names` as OpenSSL writes them: "DNS:a,IP:192.0.2.1".
    static TestIdentity make(const std::string& common_name, const TestIdentity* issuer,
                             const std::string& names = {}, long seconds_left = 3600) {
        TestIdentity made{{EVP_EC_gen("P-256"), EVP_PKEY_free}, {X509_new(), X509_free}};
        X509* const x509 = made.certificate.get();
        X509_set_version(x509, X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(x509),
                         static_cast<long>(std::hash<std::string>{}(common_name) >> 8));
        X509_gmtime_adj(X509_getm_notBefore(x509), -7200);
        X509_gmtime_adj(X509_getm_notAfter(x509), seconds_left);
        const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC, text, -1, -1, 0);
        X509_set_pubkey(x509, made.key.get());
        const TestIdentity& signer = issuer != nullptr ? *issuer : made;
        X509_set_issuer_name(x509, X509_get_subject_name(signer.certificate.get()));
        if (issuer == nullptr) made.extend(NID_basic_constraints, "critical,CA:TRUE");
        if (!names.empty()) made.extend(NID_subject_alt_name, names);
        if (X509_sign(x509, signer.key.get(), EVP_sha256()) == 0) throw std::runtime_error("X509_sign");
        return made;
    }

    /// The certificate as a PEM file of this name; the name again.
    [[nodiscard]] std::string write(const std::string& path) const {
        const std::unique_ptr<FILE, int (*)(FILE*)> file{std::fopen(path.c_str(), "w"), std::fclose};
        if (!file || PEM_write_X509(file.get(), certificate.get()) != 1) throw std::runtime_error(path);
        return path;
    }

private:
    void extend(int nid, const std::string& value) const {
        const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> extension{
            X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()), X509_EXTENSION_free};
        if (!extension || X509_add_ext(certificate.get(), extension.get(), -1) != 1)
            throw std::runtime_error(value);
    }
};

/// A server for one connection on a loopback port, over TLS when it has an identity. step() does what can be
/// done without waiting.
class StreamTestServer {
public:
    explicit StreamTestServer(const TestIdentity* identity = nullptr)
        : listener_(*make_socket(AF_INET, SOCK_STREAM)) {
        if (!bind_to(listener_.get(), *Endpoint::parse("127.0.0.1:0")) || ::listen(listener_.get(), 4) != 0)
            throw std::runtime_error("listen");
        if (identity == nullptr) return;
        context_.reset(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
        SSL_CTX_use_certificate(context_.get(), identity->certificate.get());
        SSL_CTX_use_PrivateKey(context_.get(), identity->key.get());
    }

    [[nodiscard]] Endpoint endpoint() const { return *local_endpoint(listener_.get()); }
    [[nodiscard]] std::vector<int> descriptors() const {
        std::vector<int> all{listener_.get()};
        if (socket_) all.push_back(socket_.get());
        return all;
    }

    void step() {
        if (!socket_ && accepts) accept();
        std::array<std::uint8_t, 4096> some{};
        while (socket_) {
            const auto count = read(some);
            if (count <= 0) return;
            received.insert(received.end(), some.begin(), some.begin() + count);
        }
    }
    void send(Bytes bytes) {
        const auto size = static_cast<ssize_t>(bytes.size());
        const ssize_t sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                                  : ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent != size) throw std::runtime_error("send");
    }
    void hang_up() {
        if (ssl_) SSL_shutdown(ssl_.get());
        ssl_.reset();
        socket_ = Descriptor{};
        accepts = false;
    }
    /// Of the other end of the connection.
    [[nodiscard]] Endpoint peer() const {
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        ::getpeername(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length);
        return *from_sockaddr(reinterpret_cast<const sockaddr&>(address));
    }
    [[nodiscard]] bool connected() const { return static_cast<bool>(socket_); }
    [[nodiscard]] std::string asked_for() const {
        const char* name = ssl_ ? SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name) : nullptr;
        return name == nullptr ? "" : name;
    }

    ByteVector received;
    bool accepts = true;

private:
    void accept() {
        socket_ = Descriptor{::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (!socket_ || !context_) return;
        ssl_.reset(SSL_new(context_.get()), SSL_free);
        SSL_set_fd(ssl_.get(), socket_.get());
        SSL_set_accept_state(ssl_.get());
    }
    ssize_t read(MutableBytes space) {
        if (ssl_) return SSL_read(ssl_.get(), space.data(), static_cast<int>(space.size()));
        return ::recv(socket_.get(), space.data(), space.size(), 0);
    }

    Descriptor listener_;
    Descriptor socket_;
    std::shared_ptr<SSL_CTX> context_;
    std::shared_ptr<SSL> ssl_;
};

}  // namespace legroom::io
