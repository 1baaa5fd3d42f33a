#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "io/descriptor.hpp"

namespace legroom::io {

/// What the last system call on this thread complained of.
error_code last_error();

/// For options without which a socket is slower or less exact, never wrong: what the kernel lacks is ignored.
void set_option(int socket, int level, int name, int value);

/// A socket that never blocks and is not inherited; an AF_INET6 one is for IPv6 alone. `type` is SOCK_DGRAM
/// or SOCK_STREAM.
Result<Descriptor> make_socket(int family, int type);

/// Makes a TCP socket, or all that a listening one will accept, fit for voice. Nothing waits to be sent
/// together with more; the kernel takes `unsent` bytes beyond what is on its way, so that what has to wait
/// waits with us, where it can be dropped; after a blackout the next attempt comes within a second
/// (Linux 6.15; by itself it may be a minute), and the connection is given up only when `patience` has
/// brought no answer.
void set_voice_options(int socket, int unsent, Duration patience);

/// Binds to `local`: the unspecified address means all of its family, port 0 any free one.
Result<void> bind_to(int socket, const Endpoint& local);

/// The end a bound or connected socket has on this machine.
Result<Endpoint> local_endpoint(int socket);

}  // namespace legroom::io
