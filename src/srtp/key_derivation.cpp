#include "srtp/key_derivation.hpp"

#include <algorithm>
#include <openssl/crypto.h>
#include <optional>

#include "srtp/aes_ctr.hpp"
#include "srtp/error.hpp"

namespace legroom::srtp {
namespace {

struct Lengths {
    std::size_t key;
    std::size_t salt;
    std::size_t auth;
};

std::optional<Lengths> lengths_of(SrtpProfile profile) {
    switch (profile) {
        case SrtpProfile::aes128_cm_sha1_80:
            return Lengths{16, 14, 20};
        case SrtpProfile::aead_aes_128_gcm:
            return Lengths{16, 12, 0};
        case SrtpProfile::aead_aes_256_gcm:
            return Lengths{32, 12, 0};
    }
    return std::nullopt;
}

}  // namespace

SessionKeys::~SessionKeys() {
    for (ByteVector* secret : {&cipher, &auth, &salt}) OPENSSL_cleanse(secret->data(), secret->size());
}

ByteVector derive(const SrtpMasterKey& master, Label label, std::size_t length) {
    //  0             6   7  8          13 14 15
    // |   master salt, xor  label         | 0 |     the counter block the key stream begins at
    AesCtr::Counter counter{};
    std::copy(master.salt.begin(), master.salt.end(), counter.begin());
    counter[7] ^= static_cast<std::uint8_t>(label);

    ByteVector key(length);
    if (!AesCtr{master.key}.apply(counter, key)) return {};
    return key;
}

Result<SessionKeys> derive_session_keys(SrtpProfile profile, const SrtpMasterKey& master, Flow flow) {
    const auto lengths = lengths_of(profile);
    if (!lengths || master.key.size() != lengths->key || master.salt.size() != lengths->salt) {
        return Error::bad_key;
    }
    const bool rtp = flow == Flow::rtp;
    SessionKeys keys;
    keys.cipher = derive(master, rtp ? Label::rtp_cipher : Label::rtcp_cipher, lengths->key);
    keys.auth = derive(master, rtp ? Label::rtp_auth : Label::rtcp_auth, lengths->auth);
    keys.salt = derive(master, rtp ? Label::rtp_salt : Label::rtcp_salt, lengths->salt);
    if (keys.cipher.empty() || keys.salt.empty()) return Error::bad_key;
    return keys;
}

}  // namespace legroom::srtp
