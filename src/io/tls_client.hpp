#pragma once

#include <memory>
#include <openssl/types.h>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace legroom::io {

/// Whose certificates are believed: TLS 1.2 and 1.3, always with verification. Made once, then shared by all
/// connections; immutable.
class TlsTrust {
public:
    /// The system's certificate authorities, or these and those of one PEM file. Otherwise: why not, for the
    /// operator to read.
    static Result<TlsTrust, std::string> system();
    static Result<TlsTrust, std::string> system_and_file(const std::string& path);

    [[nodiscard]] SSL_CTX* context() const { return context_.get(); }

private:
    explicit TlsTrust(std::shared_ptr<SSL_CTX> context) : context_(std::move(context)) {}
    static std::shared_ptr<SSL_CTX> make_context();

    std::shared_ptr<SSL_CTX> context_;
};

/// The client's end of one TLS connection as a machine without sockets: bytes of the network in and out on
/// one side, what they mean on the other. The server must show a certificate that the trust covers, for the
/// host it was asked for (RFC 9525), or the handshake fails.
class TlsClient {
public:
    /// `host` is a name, or an address as text. nullopt when OpenSSL refuses (no memory, a name with a zero).
    static std::optional<TlsClient> open(const TlsTrust& trust, const std::string& host);
    ~TlsClient();
    TlsClient(TlsClient&&) noexcept;
    TlsClient& operator=(TlsClient&&) noexcept;

    /// What came from the network. Goes on with the handshake.
    void feed(Bytes from_network);
    /// Appends what has been decrypted to `out`, at most 16 KB a record fed.
    void read(ByteVector& out);
    /// What is to be encrypted; only when established().
    void write(Bytes plain);
    /// What is to go to the network. Call after open(), feed(), read() and write().
    ByteVector take_output();

    [[nodiscard]] bool established() const { return established_; }
    [[nodiscard]] bool ended() const { return ended_; }  ///< Failed, or the server said goodbye.
    /// Why it failed, for the operator to read.
    [[nodiscard]] const std::string& error() const { return error_; }

private:
    struct FreeSsl {
        void operator()(SSL* ssl) const;
    };
    explicit TlsClient(std::unique_ptr<SSL, FreeSsl> ssl);
    void go_on();
    void note(int result);
    void fail();

    std::unique_ptr<SSL, FreeSsl> ssl_;
    bool established_ = false;
    bool ended_ = false;
    std::string error_;
};

}  // namespace legroom::io
