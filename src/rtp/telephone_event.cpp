#include "rtp/telephone_event.hpp"

#include <string_view>

namespace legroom::rtp {
namespace {

constexpr std::string_view kDigits = "0123456789*#ABCD";  // in the order of their event codes (RFC 4733 §3.2)
constexpr std::uint8_t kEnd = 0x80;
constexpr std::uint8_t kVolume = 0x3F;

}  // namespace

Result<TelephoneEvent> parse_telephone_event(Bytes payload) {
    //  0             7|8|9|10       15|16                    31     RFC 4733 §2.3
    // |     event     |E|R|  volume  |        duration        |
    ByteReader in{payload};
    TelephoneEvent event;
    event.event = in.u8();
    const std::uint8_t flags = in.u8();
    event.duration = in.u16();
    if (!in.ok()) return Error::truncated;
    event.end = (flags & kEnd) != 0;
    event.volume = flags & kVolume;
    return event;
}

void write_telephone_event(ByteVector& out, const TelephoneEvent& event) {
    ByteWriter writer{out};
    writer.u8(event.event);
    writer.u8(static_cast<std::uint8_t>((event.end ? kEnd : 0) | (event.volume & kVolume)));
    writer.u16(event.duration);
}

std::optional<char> digit_of(std::uint8_t event) {
    if (event >= kDigits.size()) return std::nullopt;
    return kDigits[event];
}

std::optional<std::uint8_t> event_of(char digit) {
    if (digit >= 'a' && digit <= 'd') digit = static_cast<char>(digit - 'a' + 'A');
    const auto at = kDigits.find(digit);
    if (at == std::string_view::npos) return std::nullopt;
    return static_cast<std::uint8_t>(at);
}

}  // namespace legroom::rtp
