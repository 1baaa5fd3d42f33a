#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"

/// The test vectors of RFC 5769 §2, as hexadecimal digits; spaces are for the eye.
namespace legroom::stun::vectors {

inline ByteVector unhex(std::string_view text) {
    ByteVector bytes;
    bool high = true;
    for (const char c : text) {
        if (c == ' ' || c == '\n') continue;
        const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        if (high) bytes.push_back(static_cast<std::uint8_t>(digit << 4));
        if (!high) bytes.back() = static_cast<std::uint8_t>(bytes.back() | digit);
        high = !high;
    }
    return bytes;
}

inline constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";

inline constexpr std::string_view kRequest =  // §2.1
    "0001 0058 2112a442 b7e7a701bc34d686fa87dfae"
    "8022 0010 5354554e207465737420636c69656e74"
    "0024 0004 6e0001ff"
    "8029 0008 932ff9b151263b36"
    "0006 0009 6576746a3a68367659 202020"
    "0008 0014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "8028 0004 e57a3bcf";

inline constexpr std::string_view kResponseV4 =  // §2.2
    "0101 003c 2112a442 b7e7a701bc34d686fa87dfae"
    "8022 000b 7465737420766563746f72 20"
    "0020 0008 0001a147e112a643"
    "0008 0014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "8028 0004 c07d4c96";

inline constexpr std::string_view kResponseV6 =  // §2.3
    "0101 0048 2112a442 b7e7a701bc34d686fa87dfae"
    "8022 000b 7465737420766563746f72 20"
    "0020 0014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "0008 0014 a382954e4be67bf11784c97c8292c275bfe3ed41"
    "8028 0004 c8fb0b4c";

inline constexpr std::string_view kLongTermRequest =  // §2.4; has no FINGERPRINT
    "0001 0060 2112a442 78ad3433c6ad72c029da412e"
    "0006 0012 e3839ee38388e383aae38383e382afe382b9 0000"
    "0015 001c 662f2f3439396b39353464364f4c33346f4c39465354767936347341"
    "0014 000b 6578616d706c652e6f7267 00"
    "0008 0014 f67024656dd64a3e02b8e0712e85c9a28ca89666";

inline constexpr std::string_view kKatakanaUser =  // "Matrix"
    "\xe3\x83\x9e\xe3\x83\x88\xe3\x83\xaa\xe3\x83\x83\xe3\x82\xaf\xe3\x82\xb9";
inline constexpr std::string_view kRealm = "example.org";
inline constexpr std::string_view kNonce = "f//499k954d6OL34oL9FSTvy64sA";
inline constexpr std::string_view kLongTermPassword = "TheMatrIX";  // after SASLprep

}  // namespace legroom::stun::vectors
