#include "app/client_credentials.hpp"

#include <array>
#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/bytes.hpp"

namespace legroom::app {

TurnLogin client_login(const ClientIceConfig& config, std::string_view name, std::chrono::seconds unix_time) {
    constexpr std::size_t kDigestBytes = 20;
    constexpr std::size_t kBase64Bytes = 28;
    const std::string username = fmt::format("{}:{}", (unix_time + config.turn_credential_ttl).count(), name);
    const Bytes text = as_bytes(username);
    std::array<std::uint8_t, kDigestBytes> digest{};
    std::size_t size = 0;
    EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA1", nullptr, config.turn_secret.data(), config.turn_secret.size(),
              text.data(), text.size(), digest.data(), digest.size(), &size);
    std::array<std::uint8_t, kBase64Bytes + 1> encoded{};
    EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
    return {username, std::string{as_text(Bytes{encoded}.first(kBase64Bytes))}};
}

}  // namespace legroom::app
