#include "io/crypto_random.hpp"

#include <cstdio>
#include <cstdlib>
#include <openssl/rand.h>

namespace legroom::io {

void CryptoRandom::fill(MutableBytes out) {
    if (RAND_bytes(out.data(), static_cast<int>(out.size())) == 1) return;
    std::fputs("legroom: the system's random generator failed\n", stderr);
    std::abort();
}

}  // namespace legroom::io
