#include "io/tls_client.hpp"

#include <algorithm>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/address.hpp"

namespace legroom::io {
namespace {

constexpr std::size_t kRecord = 16 * 1024;  // RFC 8446 §5.1
constexpr long kMaxServerChain = 32 * 1024;

/// The latest of OpenSSL's complaints. Its queue is the thread's: cleared before every call.
std::string openssl_error() {
    const unsigned long code = ERR_peek_last_error();
    const char* reason = ERR_reason_error_string(code);
    return reason == nullptr ? "TLS failed" : reason;
}

bool name_host(SSL* ssl, const std::string& host) {
    if (IpAddress::parse(host)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // SSL_set_tlsext_host_name, which is a macro with a cast.
    const long named = SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                                const_cast<char*>(host.c_str()));
    return named == 1 && SSL_set1_host(ssl, host.c_str()) == 1;
}

}  // namespace

std::shared_ptr<SSL_CTX> TlsTrust::make_context() {
    std::shared_ptr<SSL_CTX> context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) return nullptr;
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(context.get(), kMaxServerChain);
    return context;
}

Result<TlsTrust, std::string> TlsTrust::system() {
    ERR_clear_error();
    auto context = make_context();
    if (!context || SSL_CTX_set_default_verify_paths(context.get()) != 1) return openssl_error();
    return TlsTrust{std::move(context)};
}

Result<TlsTrust, std::string> TlsTrust::system_and_file(const std::string& path) {
    auto trust = system();
    if (!trust) return trust;
    ERR_clear_error();
    if (SSL_CTX_load_verify_file(trust->context(), path.c_str()) != 1)
        return "cannot read certificates from " + path + ": " + openssl_error();
    return trust;
}

void TlsClient::FreeSsl::operator()(SSL* ssl) const { SSL_free(ssl); }

std::optional<TlsClient> TlsClient::open(const TlsTrust& trust, const std::string& host) {
    ERR_clear_error();
    if (host.find('\0') != std::string::npos) return std::nullopt;
    std::unique_ptr<SSL, FreeSsl> ssl{SSL_new(trust.context())};
    if (!ssl || !name_host(ssl.get(), host)) return std::nullopt;
    BIO* const from_network = BIO_new(BIO_s_mem());
    BIO* const to_network = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl.get(), from_network, to_network);
    if (from_network == nullptr || to_network == nullptr) return std::nullopt;
    SSL_set_connect_state(ssl.get());
    TlsClient client{std::move(ssl)};
    client.go_on();
    return client;
}

TlsClient::TlsClient(std::unique_ptr<SSL, FreeSsl> ssl) : ssl_(std::move(ssl)) {}
TlsClient::~TlsClient() = default;
TlsClient::TlsClient(TlsClient&&) noexcept = default;
TlsClient& TlsClient::operator=(TlsClient&&) noexcept = default;

void TlsClient::feed(Bytes from_network) {
    if (ended_) return;
    BIO_write(SSL_get_rbio(ssl_.get()), from_network.data(), static_cast<int>(from_network.size()));
    if (!established_) go_on();
}

void TlsClient::go_on() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    established_ = result == 1;
    if (!established_) note(result);
}

void TlsClient::read(ByteVector& out) {
    while (established_ && !ended_) {
        ERR_clear_error();
        const std::size_t before = out.size();
        out.resize(before + kRecord);
        const int count = SSL_read(ssl_.get(), out.data() + before, static_cast<int>(kRecord));
        out.resize(before + static_cast<std::size_t>(std::max(count, 0)));
        if (count <= 0) return note(count);
    }
}

void TlsClient::write(Bytes plain) {
    if (!established_ || ended_ || plain.empty()) return;
    ERR_clear_error();
    const int count = SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size()));
    if (count <= 0) note(count);
}

ByteVector TlsClient::take_output() {
    BIO* const to_network = SSL_get_wbio(ssl_.get());
    ByteVector bytes(BIO_ctrl_pending(to_network));
    if (!bytes.empty()) BIO_read(to_network, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
}

/// What an operation that got nothing done means.
void TlsClient::note(int result) {
    const int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
    ended_ = true;
    if (error != SSL_ERROR_ZERO_RETURN) fail();
}

void TlsClient::fail() {
    const long verdict = SSL_get_verify_result(ssl_.get());
    error_ = verdict == X509_V_OK
                 ? openssl_error()
                 : std::string{"certificate refused: "} + X509_verify_cert_error_string(verdict);
}

}  // namespace legroom::io
