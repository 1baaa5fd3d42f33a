#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace legroom {

/// An IPv4 or IPv6 address without a port. IPv4-mapped IPv6 (::ffff:a.b.c.d) is kept as IPv4, so that
/// one peer has one spelling.
class IpAddress {
public:
    IpAddress() = default;  ///< 0.0.0.0
    static IpAddress v4(const std::array<std::uint8_t, 4>& bytes);
    static IpAddress v6(const std::array<std::uint8_t, 16>& bytes, std::uint32_t scope = 0);
    /// Numeric text only ("192.0.2.1", "2001:db8::1", "fe80::1%3"); a host name gives nullopt.
    static std::optional<IpAddress> parse(std::string_view text);

    [[nodiscard]] bool is_v4() const { return v4_; }
    [[nodiscard]] bool is_v6() const { return !v4_; }
    [[nodiscard]] bool is_unspecified() const;
    [[nodiscard]] bool is_loopback() const;
    [[nodiscard]] bool is_link_local() const;  ///< 169.254/16, fe80::/10
    [[nodiscard]] bool is_private() const;     ///< RFC 1918, RFC 4193, 100.64/10
    [[nodiscard]] bool is_multicast() const;

    /// 4 or 16 bytes in network order, valid while this address lives.
    [[nodiscard]] Bytes bytes() const { return {bytes_.data(), v4_ ? 4U : 16U}; }
    /// Interface index of a link-local IPv6 address, else 0. Not part of the text.
    [[nodiscard]] std::uint32_t scope() const { return scope_; }
    [[nodiscard]] std::string to_string() const;

    /// The scope does not count: the wire never carries it.
    friend bool operator==(const IpAddress& a, const IpAddress& b) {
        return a.v4_ == b.v4_ && a.bytes_ == b.bytes_;
    }
    friend std::strong_ordering operator<=>(const IpAddress& a, const IpAddress& b) {
        if (const auto order = a.v4_ <=> b.v4_; order != 0) return order;
        return a.bytes_ <=> b.bytes_;
    }

private:
    std::array<std::uint8_t, 16> bytes_{};
    std::uint32_t scope_ = 0;
    bool v4_ = true;
};

/// A transport address: where a UDP datagram goes to or comes from.
struct Endpoint {
    IpAddress ip;
    std::uint16_t port = 0;

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
    friend std::strong_ordering operator<=>(const Endpoint&, const Endpoint&) = default;
    /// "192.0.2.1:5000", "[2001:db8::1]:5000"
    [[nodiscard]] std::string to_string() const;
    static std::optional<Endpoint> parse(std::string_view text);  ///< What to_string() writes.
};

/// How datagrams travel between two ends: as they are, framed on a TCP connection (RFC 4571), or, to a TURN
/// server only, inside TLS on one.
enum class Transport : std::uint8_t { udp, tcp, tls };
std::string_view to_string(Transport transport);  ///< "udp", "tcp", "tls"

/// The two ends of a datagram as seen from here: our address it arrived at, the peer's it came from. Between
/// the same ends UDP and TCP are two paths.
struct Path {
    Endpoint local;
    Endpoint remote;
    Transport transport = Transport::udp;

    friend bool operator==(const Path&, const Path&) = default;
    friend std::strong_ordering operator<=>(const Path&, const Path&) = default;
};

/// A datagram to be sent: from `path.local` to `path.remote`.
struct Transmit {
    Path path;
    ByteVector bytes;
};

}  // namespace legroom

template <>
struct std::hash<legroom::IpAddress> {
    std::size_t operator()(const legroom::IpAddress& ip) const noexcept;
};
template <>
struct std::hash<legroom::Endpoint> {
    std::size_t operator()(const legroom::Endpoint& endpoint) const noexcept;
};
template <>
struct std::hash<legroom::Path> {
    std::size_t operator()(const legroom::Path& path) const noexcept;
};
