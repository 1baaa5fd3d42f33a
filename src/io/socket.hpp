#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "base/result.hpp"
#include "io/descriptor.hpp"

namespace legroom::io {

/// What the last system call on this thread complained of.
error_code last_error();

/// For options without which a socket is slower or less exact, never wrong: what the kernel lacks is ignored.
void set_option(int socket, int level, int name, int value);

/// A socket that never blocks and is not inherited; an AF_INET6 one is for IPv6 alone. `type` is SOCK_DGRAM
/// or SOCK_STREAM.
Result<Descriptor> make_socket(int family, int type);

/// Binds to `local`: the unspecified address means all of its family, port 0 any free one.
Result<void> bind_to(int socket, const Endpoint& local);

/// The end a bound or connected socket has on this machine.
Result<Endpoint> local_endpoint(int socket);

}  // namespace legroom::io
