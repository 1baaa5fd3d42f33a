#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace legroom {

using Bytes = std::span<const std::uint8_t>;   ///< Read-only bytes owned by somebody else.
using MutableBytes = std::span<std::uint8_t>;  ///< Writable bytes owned by somebody else.
using ByteVector = std::vector<std::uint8_t>;  ///< Bytes of our own.

inline Bytes as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Reads big-endian numbers from front to back and cannot leave its bytes: a read that does not fit
/// gives zero (or an empty span) and turns ok() false for good. So a parser follows the picture in
/// the RFC line by line and asks once.
class ByteReader {
public:
    explicit ByteReader(Bytes bytes) : rest_(bytes) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u24() { return static_cast<std::uint32_t>(number(3)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }

    /// The next `count` bytes, still owned by whoever owns the whole.
    Bytes bytes(std::size_t count) {
        if (count > rest_.size()) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const Bytes taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    void skip(std::size_t count) { bytes(count); }

    [[nodiscard]] Bytes rest() const { return rest_; }
    [[nodiscard]] bool ok() const { return ok_; }

private:
    std::uint64_t number(std::size_t width) {
        std::uint64_t value = 0;
        for (const std::uint8_t byte : bytes(width)) value = value << 8 | byte;
        return value;
    }

    Bytes rest_;
    bool ok_ = true;
};

/// Appends big-endian numbers to a vector the caller owns.
class ByteWriter {
public:
    explicit ByteWriter(ByteVector& out) : out_(out) {}

    void u8(std::uint8_t value) { number(value, 1); }
    void u16(std::uint16_t value) { number(value, 2); }
    void u24(std::uint32_t value) { number(value, 3); }
    void u32(std::uint32_t value) { number(value, 4); }
    void u64(std::uint64_t value) { number(value, 8); }
    void bytes(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
    void zeros(std::size_t count) { out_.insert(out_.end(), count, 0); }

    [[nodiscard]] std::size_t size() const { return out_.size(); }
    /// Overwrites two bytes written before, for a length known only afterwards.
    void patch_u16(std::size_t at, std::uint16_t value) {
        out_.at(at) = static_cast<std::uint8_t>(value >> 8);
        out_.at(at + 1) = static_cast<std::uint8_t>(value);
    }

private:
    void number(std::uint64_t value, int width) {
        for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
            out_.push_back(static_cast<std::uint8_t>(value >> shift));
        }
    }

    ByteVector& out_;
};

}  // namespace legroom
