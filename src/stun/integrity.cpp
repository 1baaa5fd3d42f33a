#include "stun/integrity.hpp"

#include <cassert>
#include <new>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string>

namespace legroom::stun {
namespace {

EVP_MAC_CTX* context(void* mac) { return static_cast<EVP_MAC_CTX*>(mac); }

/// OpenSSL refuses these calls for want of memory or for a wrong build of itself, never for input.
void must(bool done) {
    if (!done) throw std::bad_alloc{};
}

EVP_MAC_CTX* keyed_hmac(Bytes key) {
    EVP_MAC* hmac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
    must(hmac != nullptr);
    EVP_MAC_CTX* mac = EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac);
    must(mac != nullptr);
    std::array<char, 5> digest{'S', 'H', 'A', '1', '\0'};
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    // An empty key would mean "keep the key you have": give it one byte of the padding it stands for.
    static constexpr std::uint8_t kZero = 0;
    const Bytes effective = key.empty() ? Bytes{&kZero, 1} : key;
    must(EVP_MAC_init(mac, effective.data(), effective.size(), parameters.data()) == 1);
    return mac;
}

/// Slicing-by-four tables of the reflected polynomial 0xedb88320: four bytes a step.
using CrcTables = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr CrcTables make_crc_tables() {
    CrcTables tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
        tables[0][byte] = crc;
    }
    for (std::size_t slice = 1; slice < tables.size(); ++slice) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t before = tables[slice - 1][byte];
            tables[slice][byte] = before >> 8 ^ tables[0][before & 0xff];
        }
    }
    return tables;
}
constexpr CrcTables kCrc = make_crc_tables();

}  // namespace

void IntegrityKey::Free::operator()(void* mac) const { EVP_MAC_CTX_free(context(mac)); }

IntegrityKey::IntegrityKey(Bytes key) : mac_(keyed_hmac(key)) {}

IntegrityKey IntegrityKey::short_term(std::string_view password) { return IntegrityKey{as_bytes(password)}; }

IntegrityKey IntegrityKey::long_term(std::string_view username, std::string_view realm,
                                     std::string_view password) {
    std::string text;
    for (const std::string_view part :
         {username, std::string_view{":"}, realm, std::string_view{":"}, password}) {
        text += part;
    }
    std::array<std::uint8_t, 16> key{};
    must(EVP_Digest(text.data(), text.size(), key.data(), nullptr, EVP_md5(), nullptr) == 1);
    return IntegrityKey{key};
}

IntegrityKey::Digest IntegrityKey::digest(Bytes message, std::size_t integrity_at) {
    assert(integrity_at >= kHeaderSize && integrity_at <= message.size());
    const auto length =
        static_cast<std::uint16_t>(integrity_at - kHeaderSize + kAttributeHeaderSize + kIntegritySize);
    const std::array<std::uint8_t, 4> start{message[0], message[1], static_cast<std::uint8_t>(length >> 8),
                                            static_cast<std::uint8_t>(length)};
    const Bytes rest = message.subspan(start.size(), integrity_at - start.size());

    Digest digest{};
    std::size_t size = 0;
    EVP_MAC_CTX* mac = context(mac_.get());
    must(EVP_MAC_init(mac, nullptr, 0, nullptr) == 1);  // back to the hashed inner pad
    must(EVP_MAC_update(mac, start.data(), start.size()) == 1);
    must(EVP_MAC_update(mac, rest.data(), rest.size()) == 1);
    must(EVP_MAC_final(mac, digest.data(), &size, digest.size()) == 1);
    return digest;
}

std::uint32_t fingerprint(Bytes bytes) {
    std::uint32_t crc = 0xffffffff;
    for (; bytes.size() >= 4; bytes = bytes.subspan(4)) {
        crc ^= static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
               static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
        crc = kCrc[3][crc & 0xff] ^ kCrc[2][crc >> 8 & 0xff] ^ kCrc[1][crc >> 16 & 0xff] ^ kCrc[0][crc >> 24];
    }
    for (const std::uint8_t byte : bytes) crc = crc >> 8 ^ kCrc[0][(crc ^ byte) & 0xff];
    return ~crc ^ kFingerprintMask;
}

}  // namespace legroom::stun
