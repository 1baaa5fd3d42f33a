#include "app/ice_uri.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "app/host_port.hpp"
#include "app/values.hpp"

namespace legroom::app {
namespace {

constexpr std::uint16_t kTlsPort = 5349;

bool has_scheme(std::string_view text, std::string_view scheme) {
    return lower_case(text.substr(0, scheme.size())) == scheme;
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (text.front() != '%') {
            out += text.front();
            text.remove_prefix(1);
            continue;
        }
        unsigned byte = 0;
        const auto digits = text.substr(1, 2);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (error != std::errc{} || digits.size() != 2 || end != digits.data() + 2) return std::nullopt;
        out += static_cast<char>(byte);
        text.remove_prefix(3);
    }
    return out;
}

/// "USER" or "USER:PASSWORD"; false: neither.
bool read_credentials(std::string_view text, TurnServer& server) {
    const auto colon = text.find(':');
    const auto username = percent_decoded(text.substr(0, colon));
    if (!username || username->empty() || !is_secret(*username, kMaxUsernameBytes)) return false;
    server.username = *username;
    if (colon == std::string_view::npos) return true;
    const auto password = percent_decoded(text.substr(colon + 1));
    if (!password || password->empty() || !is_secret(*password, kMaxPasswordBytes)) return false;
    server.password = *password;
    return true;
}

/// What follows the `?`, if there is one.
bool read_transport(std::string_view query, TurnServer& server) {
    const std::string transport = lower_case(query);
    const bool tls = server.transport == Transport::tls;
    if (transport == "transport=tcp") {
        if (!tls) server.transport = Transport::tcp;
        return true;
    }
    return transport == "transport=udp" && !tls;
}

bool read_host_port(std::string_view text, TurnServer& server) {
    const auto at = split_host_port(text);
    if (!at || !is_host(*at)) return false;
    server.host = at->host;
    if (!at->port) return true;
    const auto port = parse_port(*at->port);
    server.port = port.value_or(0);
    return server.port != 0;
}

/// What the scheme leaves open.
std::optional<TurnServer> turn_defaults(std::string_view text) {
    if (has_scheme(text, "turn:")) return TurnServer{};
    if (has_scheme(text, "turns:")) return TurnServer{"", kTlsPort, Transport::tls, "", ""};
    return std::nullopt;
}

}  // namespace

std::string StunServer::to_uri() const { return "stun:" + join_host_port(host, port); }

std::string TurnServer::to_uri() const {
    return fmt::format("{}:{}?transport={}", transport == Transport::tls ? "turns" : "turn",
                       join_host_port(host, port), transport == Transport::udp ? "udp" : "tcp");
}

std::optional<StunServer> parse_stun_uri(std::string_view text) {
    constexpr std::string_view kScheme = "stun:";
    if (!has_scheme(text, kScheme)) return std::nullopt;
    const auto at = split_host_port(text.substr(kScheme.size()));
    if (!at || !is_host(*at)) return std::nullopt;

    StunServer server{std::string{at->host}};
    if (at->port) {
        const auto port = parse_port(*at->port);
        if (!port || *port == 0) return std::nullopt;
        server.port = *port;
    }
    return server;
}

std::optional<TurnServer> parse_turn_uri(std::string_view text) {
    auto server = turn_defaults(text);
    if (!server) return std::nullopt;
    text.remove_prefix(text.find(':') + 1);
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        if (!read_credentials(text.substr(0, at), *server)) return std::nullopt;
        text.remove_prefix(at + 1);
    }
    if (const auto query = text.find('?'); query != std::string_view::npos) {
        if (!read_transport(text.substr(query + 1), *server)) return std::nullopt;
        text = text.substr(0, query);
    }
    if (!read_host_port(text, *server)) return std::nullopt;
    return server;
}

bool is_client_uri(std::string_view text) {
    if (text.find('@') != std::string_view::npos) return false;
    if (has_scheme(text, "stuns:")) return parse_stun_uri(fmt::format("stun:{}", text.substr(6))).has_value();
    return parse_stun_uri(text) || parse_turn_uri(text);
}

bool is_turn_uri(std::string_view text) { return has_scheme(text, "turn:") || has_scheme(text, "turns:"); }

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += is_unreserved(c)
                   ? std::string(1, c)
                   : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    return out;
}

std::string show_turn_uri(const TurnServer& server) {
    std::string uri = server.to_uri();
    if (server.username.empty()) return uri;
    const auto scheme = uri.find(':') + 1;
    const std::string_view password = server.password.empty() ? "" : ":***";
    return fmt::format("{}{}{}@{}", uri.substr(0, scheme), percent_encoded(server.username), password,
                       uri.substr(scheme));
}

std::string hide_passwords(std::string_view text) {
    const auto at = text.rfind('@');
    if (at == std::string_view::npos) return std::string{text};
    const auto scheme = std::min(text.find(':'), at);
    return fmt::format("{}:{}{}", text.substr(0, scheme), kHidden, text.substr(at));
}

bool is_secret(std::string_view text, std::size_t most) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    return text.size() <= most && text != kHidden && std::ranges::none_of(text, is_control);
}

}  // namespace legroom::app
