#include "app/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

namespace legroom::app {
namespace {

constexpr std::size_t kMaxHostBytes = 253;  // RFC 1035 §2.3.4, without the root's dot
constexpr std::size_t kMaxQuotedBytes = 100;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t";
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto number = parse_number(text, 0, 65'535);
    if (!number) return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

struct HostPort {
    std::string_view host;                 // without the brackets of an IPv6 address
    std::optional<std::string_view> port;  // nullopt: no colon
    bool bracketed = false;
};

/// Splits "HOST", "HOST:PORT", "[V6]" and "[V6]:PORT" (RFC 3986 §3.2.2).
std::optional<HostPort> split_host_port(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        const auto host = text.substr(1, end - 1);
        const auto rest = text.substr(end + 1);
        if (rest.empty()) return HostPort{host, std::nullopt, true};
        if (!rest.starts_with(':')) return std::nullopt;
        return HostPort{host, rest.substr(1), true};
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return HostPort{text, std::nullopt, false};
    return HostPort{text.substr(0, colon), text.substr(colon + 1), false};
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

bool is_host(const HostPort& at) {
    if (at.bracketed) {
        const auto ip = IpAddress::parse(at.host);
        return ip && at.host.find(':') != std::string_view::npos;
    }
    return !at.host.empty() && at.host.size() <= kMaxHostBytes &&
           std::ranges::all_of(at.host, is_host_character);
}

std::optional<IpAddress> listen_ip(const HostPort& at) {
    if (at.bracketed) {
        const auto ip = IpAddress::parse(at.host);
        return at.host.find(':') != std::string_view::npos ? ip : std::nullopt;
    }
    if (at.host.empty()) return IpAddress::v6({});
    if (at.host == "localhost") return IpAddress::v4({127, 0, 0, 1});
    return IpAddress::parse(at.host);
}

}  // namespace

std::string StunServer::to_uri() const {
    const bool v6 = host.find(':') != std::string::npos;
    return v6 ? fmt::format("stun:[{}]:{}", host, port) : fmt::format("stun:{}:{}", host, port);
}

std::optional<bool> parse_boolean(std::string_view text) {
    constexpr std::array<std::string_view, 4> kTrue{"true", "1", "yes", "on"};
    constexpr std::array<std::string_view, 4> kFalse{"false", "0", "no", "off"};
    const std::string word = lower_case(text);
    if (std::ranges::find(kTrue, word) != kTrue.end()) return true;
    if (std::ranges::find(kFalse, word) != kFalse.end()) return false;
    return std::nullopt;
}

std::optional<std::size_t> parse_number(std::string_view text, std::size_t least, std::size_t most) {
    std::size_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stopped != end || number < least || number > most) return std::nullopt;
    return number;
}

std::optional<Endpoint> parse_listen_address(std::string_view text) {
    const auto at = split_host_port(text);
    if (!at || !at->port) return std::nullopt;
    const auto ip = listen_ip(*at);
    const auto port = parse_port(*at->port);
    if (!ip || !port || ip->is_multicast()) return std::nullopt;
    return Endpoint{*ip, *port};
}

std::optional<StunServer> parse_stun_uri(std::string_view text) {
    constexpr std::string_view kScheme = "stun:";
    if (lower_case(text.substr(0, kScheme.size())) != kScheme) return std::nullopt;
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

bool is_turn_uri(std::string_view text) {
    const std::string scheme = lower_case(text.substr(0, text.find(':') + 1));
    return scheme == "turn:" || scheme == "turns:";
}

std::vector<std::string_view> split_list(std::string_view text) {
    std::vector<std::string_view> entries;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        const auto entry = trimmed(text.substr(0, comma));
        if (!entry.empty()) entries.push_back(entry);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return entries;
}

std::string lower_case(std::string_view text) {
    std::string out{text};
    std::ranges::transform(
        out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

std::string in_quotes(std::string_view text) {
    std::string out{"\""};
    for (const char c : text.substr(0, kMaxQuotedBytes)) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + (text.size() > kMaxQuotedBytes ? "…\"" : "\"");
}

}  // namespace legroom::app
