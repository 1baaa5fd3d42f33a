#include "webhook/request.hpp"

#include <array>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace legroom::webhook {
namespace {

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string signature(std::string_view secret, std::string_view body) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), octets(body), body.size(),
         digest.data(), &length);
    std::string text = "sha256=";
    for (unsigned i = 0; i < length; ++i) {
        text += "0123456789abcdef"[digest.at(i) >> 4];
        text += "0123456789abcdef"[digest.at(i) & 15];
    }
    return text;
}

std::vector<std::pair<std::string, std::string>> request_headers(const Target& target,
                                                                 const events::Record& record) {
    std::vector<std::pair<std::string, std::string>> headers{{"Content-Type", "application/json"},
                                                             {"X-Event-Id", record.id}};
    if (!target.secret.empty())
        headers.emplace_back("X-Signature-256", signature(target.secret, record.body));
    return headers;
}

}  // namespace legroom::webhook
