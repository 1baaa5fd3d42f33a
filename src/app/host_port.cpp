#include "app/host_port.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "app/values.hpp"
#include "base/address.hpp"

namespace legroom::app {
namespace {

constexpr std::size_t kMaxHostBytes = 253;  // RFC 1035 §2.3.4, without the root's dot

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

bool ends_in_a_number(std::string_view host) {
    const auto label = host.substr(host.rfind('.') + 1);  // npos + 1 is 0
    return !label.empty() && std::ranges::all_of(label, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

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

bool is_host_name(std::string_view text) {
    if (text.empty() || text.size() > kMaxHostBytes || !std::ranges::all_of(text, is_host_character))
        return false;
    return !ends_in_a_number(text) || IpAddress::parse(text).has_value();
}

bool is_host(const HostPort& at) {
    if (!at.bracketed) return is_host_name(at.host);
    return IpAddress::parse(at.host) && at.host.find(':') != std::string_view::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto number = parse_number(text, 0, 65'535);
    if (!number) return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

std::string join_host_port(std::string_view host, std::uint16_t port) {
    return host.find(':') == std::string_view::npos ? fmt::format("{}:{}", host, port)
                                                    : fmt::format("[{}]:{}", host, port);
}

}  // namespace legroom::app
