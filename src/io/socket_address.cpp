#include "io/socket_address.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace legroom::io {

std::optional<Endpoint> from_sockaddr(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, &address, sizeof in);
        std::array<std::uint8_t, 4> bytes{};
        std::memcpy(bytes.data(), &in.sin_addr, bytes.size());
        return Endpoint{IpAddress::v4(bytes), ntohs(in.sin_port)};
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 in{};
        std::memcpy(&in, &address, sizeof in);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
        return Endpoint{IpAddress::v6(bytes, in.sin6_scope_id), ntohs(in.sin6_port)};
    }
    return std::nullopt;
}

socklen_t to_sockaddr(const Endpoint& endpoint, sockaddr_storage& out) {
    const Bytes bytes = endpoint.ip.bytes();
    if (endpoint.ip.is_v4()) {
        sockaddr_in in{};
        in.sin_family = AF_INET;
        in.sin_port = htons(endpoint.port);
        std::memcpy(&in.sin_addr, bytes.data(), bytes.size());
        std::memcpy(&out, &in, sizeof in);
        return sizeof in;
    }
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(endpoint.port);
    in.sin6_scope_id = endpoint.ip.scope();
    std::memcpy(&in.sin6_addr, bytes.data(), bytes.size());
    std::memcpy(&out, &in, sizeof in);
    return sizeof in;
}

}  // namespace legroom::io
