// SHA1_Update and its like are deprecated in OpenSSL 3 in favour of EVP. EVP allocates whenever a started
// digest is copied, and starting from a copy is the whole point here: hence the older names.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "srtp/hmac_sha1.hpp"

#include <algorithm>
#include <cassert>
#include <openssl/crypto.h>

namespace legroom::srtp {
namespace {

using Block = std::array<std::uint8_t, SHA_CBLOCK>;

void start(SHA_CTX& hash, Bytes key, std::uint8_t pad) {
    Block block{};
    std::copy(key.begin(), key.end(), block.begin());
    for (std::uint8_t& byte : block) byte ^= pad;
    SHA1_Init(&hash);
    SHA1_Update(&hash, block.data(), block.size());
    OPENSSL_cleanse(block.data(), block.size());
}

}  // namespace

HmacSha1::HmacSha1(Bytes key) {
    assert(key.size() <= SHA_CBLOCK);
    start(inner_, key, 0x36);
    start(outer_, key, 0x5c);
}

HmacSha1::Digest HmacSha1::operator()(Bytes first, Bytes second, Bytes third) const {
    Digest digest{};
    SHA_CTX hash = inner_;
    for (const Bytes part : {first, second, third}) SHA1_Update(&hash, part.data(), part.size());
    SHA1_Final(digest.data(), &hash);

    hash = outer_;
    SHA1_Update(&hash, digest.data(), digest.size());
    SHA1_Final(digest.data(), &hash);
    return digest;
}

}  // namespace legroom::srtp
