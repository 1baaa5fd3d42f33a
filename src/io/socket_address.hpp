#pragma once

#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>

#include "base/address.hpp"

namespace legroom::io {

/// nullopt for families other than AF_INET and AF_INET6.
std::optional<Endpoint> from_sockaddr(const sockaddr& address);

/// Fills `out` for sendto() and bind(); returns its length.
socklen_t to_sockaddr(const Endpoint& endpoint, sockaddr_storage& out);

}  // namespace legroom::io
