#include "api/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace legroom::api {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::uint8_t byte_at(std::string_view text, std::size_t at) {
    return at < text.size() ? static_cast<std::uint8_t>(text[at]) : std::uint8_t{0};
}

bool within(std::uint8_t byte, std::uint8_t low, std::uint8_t high) { return low <= byte && byte <= high; }

/// Length of the well-formed sequence the text begins with, 0 if there is none: RFC 3629 §4 line by line.
std::size_t sequence_length(std::string_view text) {
    const auto tail = [&](std::size_t at) { return within(byte_at(text, at), 0x80, 0xBF); };
    const std::uint8_t first = byte_at(text, 0);
    const std::uint8_t second = byte_at(text, 1);

    if (first <= 0x7F) return 1;
    if (within(first, 0xC2, 0xDF)) return tail(1) ? 2 : 0;
    if (within(first, 0xE0, 0xEF)) {
        const bool overlong = first == 0xE0 && second < 0xA0;
        const bool surrogate = first == 0xED && second > 0x9F;
        return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (within(first, 0xF0, 0xF4)) {
        const bool overlong = first == 0xF0 && second < 0x90;
        const bool too_high = first == 0xF4 && second > 0x8F;
        return tail(1) && tail(2) && tail(3) && !overlong && !too_high ? 4 : 0;
    }
    return 0;
}

}  // namespace

std::string to_valid_utf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        valid += length > 0 ? text.substr(0, length) : kReplacement;
        text.remove_prefix(length > 0 ? length : 1);
    }
    return valid;
}

}  // namespace legroom::api
