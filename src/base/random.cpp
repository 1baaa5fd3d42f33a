#include "base/random.hpp"

#include <array>
#include <cassert>

namespace legroom {

std::uint32_t Random::u32() { return static_cast<std::uint32_t>(u64()); }

std::uint64_t Random::u64() {
    std::array<std::uint8_t, 8> bytes{};
    fill(bytes);
    return ByteReader{bytes}.u64();
}

std::uint32_t Random::below(std::uint32_t bound) {
    assert(bound > 0);
    // 64 bits scaled down: the bias is below 2^-32 for every 32-bit bound.
    return static_cast<std::uint32_t>((u64() >> 32) * bound >> 32);
}

double Random::unit() { return static_cast<double>(u64() >> 11) * 0x1.0p-53; }

std::string Random::ice_chars(std::size_t length) {
    static constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    ByteVector bytes(length);
    fill(bytes);
    std::string text;
    for (const std::uint8_t byte : bytes) text += kAlphabet[byte & 63];
    return text;
}

std::string Random::hex(std::size_t digits) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    ByteVector bytes(digits);
    fill(bytes);
    std::string text;
    for (const std::uint8_t byte : bytes) text += kDigits[byte & 15];
    return text;
}

std::string Random::uuid() {
    std::string text = hex(32);
    text[12] = '4';                                                 // version
    text[16] = "89ab"[(text[16] & 1) + ((text[16] >> 1) & 1) * 2];  // variant 10xx
    for (const std::size_t at : {8, 13, 18, 23}) text.insert(at, "-");
    return text;
}

void SeededRandom::fill(MutableBytes out) {
    std::uint64_t word = 0;
    int left = 0;
    for (std::uint8_t& byte : out) {
        if (left == 0) {
            word = next();
            left = 8;
        }
        byte = static_cast<std::uint8_t>(word);
        word >>= 8;
        --left;
    }
}

std::uint64_t SeededRandom::next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

}  // namespace legroom
