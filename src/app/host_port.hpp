#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace legroom::app {

/// A host and perhaps a port, as they stand in an address or a URI (RFC 3986 §3.2). Views into the text.
struct HostPort {
    std::string_view host;                 ///< Without the brackets of an IPv6 address.
    std::optional<std::string_view> port;  ///< nullopt: no colon.
    bool bracketed = false;
};

/// Splits "HOST", "HOST:PORT", "[V6]" and "[V6]:PORT". Says nothing of what the parts hold.
std::optional<HostPort> split_host_port(std::string_view text);

/// A name a resolver could know or an IPv4 address as text: letters, digits, `-`, `_` and dots, at most 253.
/// Digits alone after the last dot make it an address, which must then be a whole one.
bool is_host_name(std::string_view text);

/// A host name, an IPv4 address, or an IPv6 address in brackets.
bool is_host(const HostPort& at);

std::optional<std::uint16_t> parse_port(std::string_view text);  ///< 0 to 65535, decimal digits only.

/// "HOST:PORT" or "[V6]:PORT".
std::string join_host_port(std::string_view host, std::uint16_t port);

}  // namespace legroom::app
