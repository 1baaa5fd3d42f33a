#include "base/address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>

namespace legroom {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

IpAddress IpAddress::v4(const std::array<std::uint8_t, 4>& bytes) {
    IpAddress ip;
    std::copy(bytes.begin(), bytes.end(), ip.bytes_.begin());
    return ip;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& bytes, std::uint32_t scope) {
    if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin())) {
        return v4({bytes[12], bytes[13], bytes[14], bytes[15]});
    }
    IpAddress ip;
    ip.bytes_ = bytes;
    ip.v4_ = false;
    ip.scope_ = ip.is_link_local() ? scope : 0;
    return ip;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    std::uint32_t scope = 0;
    if (const auto percent = text.find('%'); percent != std::string_view::npos) {
        scope = parse_number<std::uint32_t>(text.substr(percent + 1)).value_or(0);
        text = text.substr(0, percent);
    }
    const std::string terminated{text};
    if (terminated.find('\0') != std::string::npos) return std::nullopt;
    std::array<std::uint8_t, 4> four{};
    if (inet_pton(AF_INET, terminated.c_str(), four.data()) == 1) return v4(four);
    std::array<std::uint8_t, 16> sixteen{};
    if (inet_pton(AF_INET6, terminated.c_str(), sixteen.data()) == 1) return v6(sixteen, scope);
    return std::nullopt;
}

bool IpAddress::is_unspecified() const {
    return std::all_of(bytes_.begin(), bytes_.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_loopback() const {
    if (v4_) return bytes_[0] == 127;
    return bytes_[15] == 1 &&
           std::all_of(bytes_.begin(), bytes_.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_link_local() const {
    if (v4_) return bytes_[0] == 169 && bytes_[1] == 254;
    return bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
}

bool IpAddress::is_private() const {
    if (!v4_) return (bytes_[0] & 0xfe) == 0xfc;
    return bytes_[0] == 10 || (bytes_[0] == 172 && (bytes_[1] & 0xf0) == 16) ||
           (bytes_[0] == 192 && bytes_[1] == 168) || (bytes_[0] == 100 && (bytes_[1] & 0xc0) == 64);
}

bool IpAddress::is_multicast() const { return v4_ ? (bytes_[0] & 0xf0) == 0xe0 : bytes_[0] == 0xff; }

std::string IpAddress::to_string() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
    return text.data();
}

std::string Endpoint::to_string() const {
    return ip.is_v4() ? fmt::format("{}:{}", ip.to_string(), port)
                      : fmt::format("[{}]:{}", ip.to_string(), port);
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto ip = IpAddress::parse(host);
    const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
    if (!ip || !port || ip->is_v6() != bracketed) return std::nullopt;
    return Endpoint{*ip, *port};
}

std::string_view to_string(Transport transport) {
    switch (transport) {
        case Transport::udp:
            return "udp";
        case Transport::tcp:
            return "tcp";
        case Transport::tls:
            return "tls";
    }
    return "?";
}

}  // namespace legroom

std::size_t std::hash<legroom::IpAddress>::operator()(const legroom::IpAddress& ip) const noexcept {
    return std::hash<std::string_view>{}(legroom::as_text(ip.bytes()));
}

std::size_t std::hash<legroom::Endpoint>::operator()(const legroom::Endpoint& endpoint) const noexcept {
    return std::hash<legroom::IpAddress>{}(endpoint.ip) * 31 + endpoint.port;
}

std::size_t std::hash<legroom::Path>::operator()(const legroom::Path& path) const noexcept {
    return std::hash<legroom::Endpoint>{}(path.local) * 0x9e3779b97f4a7c15 +
           std::hash<legroom::Endpoint>{}(path.remote) + static_cast<std::size_t>(path.transport);
}
