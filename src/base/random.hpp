#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace legroom {

/// Where chance comes from. An argument everywhere, so that one seed replays one run; the program
/// passes io's CryptoRandom.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(MutableBytes out) = 0;

    std::uint32_t u32();
    std::uint64_t u64();
    /// Uniform in [0, bound); bound > 0.
    std::uint32_t below(std::uint32_t bound);
    /// Uniform in [0, 1).
    double unit();
    /// `length` characters of the ice-char alphabet [A-Za-z0-9+/]: 6 bits each (RFC 8839 §5.4).
    std::string ice_chars(std::size_t length);
    /// A version 4 UUID in lower case (RFC 9562 §5.4).
    std::string uuid();
    /// `digits` lower-case hexadecimal digits.
    std::string hex(std::size_t digits);
};

/// Reproducible numbers for tests and simulations (splitmix64). Never for keys or credentials.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    void fill(MutableBytes out) override;

private:
    std::uint64_t next();
    std::uint64_t state_;
};

}  // namespace legroom
