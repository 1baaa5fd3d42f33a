#pragma once

#include "base/random.hpp"

namespace legroom::io {

/// Chance fit for credentials: the system's generator, through OpenSSL. Usable from any thread.
class CryptoRandom final : public Random {
public:
    /// Ends the program if the system has no randomness: nothing secure can be done without.
    void fill(MutableBytes out) override;
};

}  // namespace legroom::io
