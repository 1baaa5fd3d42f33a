#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace legroom::dtls {

enum class HashFunction { sha1, sha256, sha384, sha512 };

/// The hash of a certificate, as SDP carries it (RFC 8122 §5).
struct Fingerprint {
    HashFunction hash = HashFunction::sha256;
    ByteVector digest;

    /// `algorithm` in any case, `value` = hex pairs with colons. An unknown algorithm, bad hex or a
    /// length that is not the algorithm's is an error.
    static Result<Fingerprint> parse(std::string_view algorithm, std::string_view value);
    [[nodiscard]] std::string to_string() const;  ///< "sha-256 AB:CD:…"
    friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// A self-signed P-256 certificate with its key, made once per process start and shared by all legs
/// (read-only, so from any thread).
class Certificate {
public:
    static Result<Certificate> generate();
    [[nodiscard]] Fingerprint fingerprint(HashFunction hash = HashFunction::sha256) const;

    struct Material;  ///< The OpenSSL objects, dtls's own business.
    [[nodiscard]] const Material& material() const { return *material_; }

private:
    std::shared_ptr<const Material> material_;  ///< Shared: every leg's handshake keeps it alive.
};

}  // namespace legroom::dtls
