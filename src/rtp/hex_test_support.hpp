#pragma once

#include <string_view>

#include "base/bytes.hpp"

namespace legroom::rtp {

/// "80 6f 0001" as bytes; blanks are only for the eye.
inline ByteVector from_hex(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    ByteVector bytes;
    bool high = true;
    for (const char c : text) {
        if (c == ' ') continue;
        const auto digit = static_cast<std::uint8_t>(kDigits.find(c));
        if (high) {
            bytes.push_back(static_cast<std::uint8_t>(digit << 4));
        } else {
            bytes.back() = static_cast<std::uint8_t>(bytes.back() | digit);
        }
        high = !high;
    }
    return bytes;
}

}  // namespace legroom::rtp
