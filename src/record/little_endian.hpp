#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"

namespace legroom::record {

/// Appends numbers to a vector the caller owns, from the least byte on: RIFF and Ogg count like that, unlike
/// the network.
class LittleEndian {
public:
    explicit LittleEndian(ByteVector& out) : out_(out) {}
    void text(std::string_view text) {
        for (const char c : text) out_.push_back(static_cast<std::uint8_t>(c));
    }
    void u8(std::uint8_t value) { number(value, 1); }
    void u16(std::uint16_t value) { number(value, 2); }
    void u32(std::uint32_t value) { number(value, 4); }
    void u64(std::uint64_t value) { number(value, 8); }

private:
    void number(std::uint64_t value, int width) {
        for (int i = 0; i < width; ++i) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    ByteVector& out_;
};

}  // namespace legroom::record
