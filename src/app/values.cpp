#include "app/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

#include "app/host_port.hpp"

namespace legroom::app {
namespace {

constexpr std::size_t kMaxQuotedBytes = 100;
constexpr std::size_t kMaxInterfaceBytes = 15;  // IFNAMSIZ, without its final zero

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t";
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
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

/// Seconds in one unit of a duration; nullopt: no such unit.
std::optional<std::size_t> seconds_in(char unit) {
    switch (unit) {
        case 's':
            return 1;
        case 'm':
            return 60;
        case 'h':
            return 3'600;
        default:
            return std::nullopt;
    }
}

/// An address something can be sent to, or a name.
bool is_external_host(std::string_view text) {
    const auto ip = IpAddress::parse(text);
    return ip ? !ip->is_unspecified() && !ip->is_multicast() : is_host_name(text);
}

}  // namespace

std::string ExternalAddress::to_string() const {
    return fmt::format("{}{}{}", add ? "add:" : "", host, internal ? "/" + internal->to_string() : "");
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

std::optional<std::chrono::seconds> parse_duration(std::string_view text, std::chrono::seconds least,
                                                   std::chrono::seconds most) {
    const auto limit = static_cast<std::size_t>(most.count());
    std::size_t total = 0;
    do {
        const auto unit = std::min(text.find_first_not_of("0123456789"), text.size());
        const auto number = parse_number(text.substr(0, unit), 0, limit);
        const auto factor = unit == text.size() ? std::optional<std::size_t>{1} : seconds_in(text[unit]);
        if (!number || !factor) return std::nullopt;
        total += *number * *factor;
        text.remove_prefix(std::min(unit + 1, text.size()));
    } while (!text.empty() && total <= limit);
    const std::chrono::seconds duration{total};
    return text.empty() && duration >= least && duration <= most ? std::optional{duration} : std::nullopt;
}

std::optional<ExternalAddress> parse_external(std::string_view text) {
    constexpr std::string_view kAdd = "add:";
    constexpr std::string_view kReplace = "replace:";
    ExternalAddress external;
    // The words come first: "add:2001:db8::7" would be an address as well.
    const std::string lower = lower_case(text);
    external.add = lower.starts_with(kAdd);
    if (external.add) text.remove_prefix(kAdd.size());
    if (lower.starts_with(kReplace)) text.remove_prefix(kReplace.size());

    const auto slash = text.find('/');
    external.host = text.substr(0, slash);
    if (!is_external_host(external.host)) return std::nullopt;
    if (slash == std::string_view::npos) return external;

    external.internal = IpAddress::parse(text.substr(slash + 1));
    const auto ip = IpAddress::parse(external.host);
    const bool fits = external.internal && !external.internal->is_unspecified() &&
                      !external.internal->is_multicast() &&
                      (!ip || ip->is_v4() == external.internal->is_v4());
    return fits ? std::optional{external} : std::nullopt;
}

bool is_interface_pattern(std::string_view text) {
    if (text.empty() || text.size() > kMaxInterfaceBytes) return false;
    if (text.find('*') < text.size() - 1) return false;
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '/'; });
}

bool matches(std::string_view pattern, std::string_view name) {
    if (!pattern.ends_with('*')) return pattern == name;
    return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool is_directory_name(std::string_view text) {
    constexpr std::size_t kMaxBytes = 4'096 - 256;  // Linux's PATH_MAX, less the longest name of a file
    const auto is_control = [](char c) { return c >= 0 && c < 0x20; };
    return text.starts_with('/') && text.size() < kMaxBytes && std::ranges::none_of(text, is_control);
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
