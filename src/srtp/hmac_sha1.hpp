#pragma once

#include <array>
#include <cstdint>
#include <openssl/sha.h>

#include "base/bytes.hpp"

namespace legroom::srtp {

/// HMAC-SHA1 (RFC 2104) under one key, its padded key blocks hashed once in advance: a packet costs no
/// allocation and two compressions fewer than a one-shot HMAC.
class HmacSha1 {
public:
    using Digest = std::array<std::uint8_t, SHA_DIGEST_LENGTH>;

    /// At most 64 bytes of `key` (SRTP's have 20); it is not kept.
    explicit HmacSha1(Bytes key);

    /// The digest of the three parts, one after the other. Any of them may be empty.
    [[nodiscard]] Digest operator()(Bytes first, Bytes second, Bytes third) const;

private:
    SHA_CTX inner_{};
    SHA_CTX outer_{};
};

}  // namespace legroom::srtp
