#include "dtls/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <optional>

#include "dtls/error.hpp"

namespace legroom::dtls {
namespace {

struct Hash {
    HashFunction function;
    const char* name;  ///< As in SDP, from the registry of RFC 8122 §5.
    std::size_t length;
    const EVP_MD* (*algorithm)();
};

constexpr std::array<Hash, 4> kHashes = {{{HashFunction::sha1, "sha-1", 20, EVP_sha1},
                                          {HashFunction::sha256, "sha-256", 32, EVP_sha256},
                                          {HashFunction::sha384, "sha-384", 48, EVP_sha384},
                                          {HashFunction::sha512, "sha-512", 64, EVP_sha512}}};

const Hash& hash_of(HashFunction function) { return kHashes.at(static_cast<std::size_t>(function)); }

bool same_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [lower](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    return std::nullopt;
}

/// "AB:CD:EF", whole.
std::optional<ByteVector> parse_hex_pairs(std::string_view text) {
    if (text.size() % 3 != 2) return std::nullopt;
    ByteVector bytes;
    for (std::size_t at = 0; at < text.size(); at += 3) {
        const auto high = hex_digit(text[at]);
        const auto low = hex_digit(text[at + 1]);
        const bool colon = at + 2 == text.size() || text[at + 2] == ':';
        if (!high || !low || !colon) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
    }
    return bytes;
}

}  // namespace

Result<Fingerprint> Fingerprint::parse(std::string_view algorithm, std::string_view value) {
    const auto hash = std::find_if(kHashes.begin(), kHashes.end(), [algorithm](const Hash& known) {
        return same_ignoring_case(known.name, algorithm);
    });
    if (hash == kHashes.end()) return Error::unknown_hash;
    auto digest = parse_hex_pairs(value);
    if (!digest || digest->size() != hash->length) return Error::bad_fingerprint;
    return Fingerprint{hash->function, std::move(*digest)};
}

std::string Fingerprint::to_string() const {
    constexpr const char* kDigits = "0123456789ABCDEF";
    std::string text = hash_of(hash).name;
    char separator = ' ';
    for (const std::uint8_t byte : digest) {
        text += {separator, kDigits[byte >> 4], kDigits[byte & 0x0f]};
        separator = ':';
    }
    return text;
}

Fingerprint fingerprint_of(const X509& certificate, HashFunction hash) {
    Fingerprint fingerprint{hash, ByteVector(EVP_MAX_MD_SIZE)};
    unsigned int length = 0;
    if (X509_digest(&certificate, hash_of(hash).algorithm(), fingerprint.digest.data(), &length) != 1)
        length = 0;
    fingerprint.digest.resize(length);
    return fingerprint;
}

bool trustworthy(const std::vector<Fingerprint>& fingerprints) {
    return std::any_of(fingerprints.begin(), fingerprints.end(),
                       [](const Fingerprint& print) { return print.hash != HashFunction::sha1; });
}

bool matches(const X509& certificate, const Fingerprint& expected) {
    const ByteVector digest = fingerprint_of(certificate, expected.hash).digest;
    return digest.size() == hash_of(expected.hash).length && digest.size() == expected.digest.size() &&
           CRYPTO_memcmp(digest.data(), expected.digest.data(), digest.size()) == 0;
}

bool matches_every_hash(const X509& certificate, const std::vector<Fingerprint>& fingerprints) {
    return std::all_of(fingerprints.begin(), fingerprints.end(), [&](const Fingerprint& named) {
        return std::any_of(fingerprints.begin(), fingerprints.end(), [&](const Fingerprint& other) {
            return other.hash == named.hash && matches(certificate, other);
        });
    });
}

}  // namespace legroom::dtls
