#include "dtls/srtp_keys.hpp"

#include <openssl/crypto.h>
#include <utility>

namespace legroom::dtls {
namespace {

constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";

struct Lengths {
    std::size_t key;
    std::size_t salt;
};

std::optional<Lengths> lengths_of(SrtpProfile profile) {
    switch (profile) {
        case SrtpProfile::aes128_cm_sha1_80:
            return Lengths{16, 14};
        case SrtpProfile::aead_aes_128_gcm:
            return Lengths{16, 12};
        case SrtpProfile::aead_aes_256_gcm:
            return Lengths{32, 12};
    }
    return std::nullopt;
}

ByteVector owned(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

std::optional<SrtpKeys> export_srtp_keys(SSL& ssl, Role role) {
    const SRTP_PROTECTION_PROFILE* const selected = SSL_get_selected_srtp_profile(&ssl);
    if (selected == nullptr) return std::nullopt;
    const auto profile = static_cast<SrtpProfile>(selected->id);
    const auto lengths = lengths_of(profile);
    if (!lengths) return std::nullopt;

    ByteVector block(2 * (lengths->key + lengths->salt));
    if (SSL_export_keying_material(&ssl, block.data(), block.size(), kLabel.data(), kLabel.size(), nullptr, 0,
                                   0) != 1) {
        return std::nullopt;
    }
    // client_write key | server_write key | client_write salt | server_write salt
    ByteReader in{block};
    SrtpMasterKey client;
    SrtpMasterKey server;
    client.key = owned(in.bytes(lengths->key));
    server.key = owned(in.bytes(lengths->key));
    client.salt = owned(in.bytes(lengths->salt));
    server.salt = owned(in.bytes(lengths->salt));
    OPENSSL_cleanse(block.data(), block.size());

    if (role == Role::client) return SrtpKeys{profile, std::move(client), std::move(server)};
    return SrtpKeys{profile, std::move(server), std::move(client)};
}

}  // namespace legroom::dtls
