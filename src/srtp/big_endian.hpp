#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace legroom::srtp {

/// Writes `value` over all of `out`, most significant byte first.
inline void store_big_endian(MutableBytes out, std::uint64_t value) {
    for (std::size_t i = out.size(); i-- > 0; value >>= 8) out[i] = static_cast<std::uint8_t>(value);
}

/// Xors `value`, most significant byte first, onto all of `out`.
inline void xor_big_endian(MutableBytes out, std::uint64_t value) {
    for (std::size_t i = out.size(); i-- > 0; value >>= 8) out[i] ^= static_cast<std::uint8_t>(value);
}

}  // namespace legroom::srtp
