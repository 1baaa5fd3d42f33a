#pragma once

#include "base/time.hpp"

namespace legroom::sim {

/// Makes OpenSSL live in virtual time on this thread: from now on its DTLS timers see `now`.
///
/// OpenSSL 3.0 asks gettimeofday() when it starts a retransmission timer and when it judges whether one
/// has run out. This file's source defines gettimeofday() in the test program, and the dynamic linker
/// prefers a program's symbol to libc's; so production code needs no hook. A thread that never called
/// this keeps the real time.
///
/// A simulation calls it whenever its time moves and before it gives that time to any dtls::Handshake.
/// Calling it is also what links the definition into a program from the static library.
void set_openssl_clock(Instant now);

}  // namespace legroom::sim
