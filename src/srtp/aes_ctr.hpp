#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <openssl/evp.h>

#include "base/bytes.hpp"

namespace legroom::srtp {

struct FreeCipher {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

/// AES in counter mode under one key, which is what RFC 3711 §4.1.1 calls AES-CM: both the cipher of
/// AES128_CM_SHA1_80 and the pseudo-random function all session keys come from (§4.3.3).
class AesCtr {
public:
    using Counter = std::array<std::uint8_t, 16>;

    /// `key` has 16 or 32 bytes; it is not kept outside OpenSSL's context.
    explicit AesCtr(Bytes key);

    /// Xors the key stream that begins at `counter` onto `data`. False only when OpenSSL fails.
    [[nodiscard]] bool apply(const Counter& counter, MutableBytes data);

private:
    CipherContext context_;
};

}  // namespace legroom::srtp
