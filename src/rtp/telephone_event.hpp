#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "rtp/error.hpp"

namespace legroom::rtp {

/// What one packet says of a key that is held down (RFC 4733 §2.3). The packet's RTP timestamp is the moment
/// it was pressed, and the same in all packets of one press.
struct TelephoneEvent {
    std::uint8_t event = 0;      ///< 0 to 15 are DTMF (§3.2); others are tones and hooks.
    bool end = false;            ///< The key was let go, `duration` is final.
    std::uint8_t volume = 0;     ///< Of the tone it stands for, -dBm0, 0 to 63.
    std::uint16_t duration = 0;  ///< Since the timestamp, in ticks of the payload type's clock.

    friend bool operator==(const TelephoneEvent&, const TelephoneEvent&) = default;
};

inline constexpr std::uint16_t kMaxEventDuration = 0xFFFF;  ///< Longer ones go in segments (§2.5.1.3).

/// Reads the first event of a payload; Error::truncated if there is none. What follows it (§2.5.1.5) would
/// have to begin in the instant the first one ends, which no second digit can.
Result<TelephoneEvent> parse_telephone_event(Bytes payload);

/// Appends a payload to `out`.
void write_telephone_event(ByteVector& out, const TelephoneEvent& event);

std::optional<char> digit_of(std::uint8_t event);  ///< "0123456789*#ABCD"; nullopt: not DTMF.
std::optional<std::uint8_t> event_of(char digit);  ///< a to d are A to D; nullopt: no key of a telephone.

}  // namespace legroom::rtp
