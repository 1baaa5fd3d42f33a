#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace legroom::rtp {

/// How loud a packet's audio is, told in the clear beside the encoded sound (RFC 6464 §3).
struct AudioLevel {
    bool voice = false;             ///< The sender's voice activity detection says speech.
    std::uint8_t minus_dbov = 127;  ///< Level in -dBov: 0 loudest, 127 digital silence.

    friend bool operator==(const AudioLevel&, const AudioLevel&) = default;
};

/// `data` is what find_extension() gave; anything but one byte is nullopt.
inline std::optional<AudioLevel> parse_audio_level(Bytes data) {
    if (data.size() != 1) return std::nullopt;
    return AudioLevel{(data[0] & 0x80) != 0, static_cast<std::uint8_t>(data[0] & 0x7f)};
}

/// The element's data. A level below -127 dBov is sent as -127.
inline std::array<std::uint8_t, 1> write_audio_level(AudioLevel level) {
    const std::uint8_t loudness = level.minus_dbov > 127 ? 127 : level.minus_dbov;
    return {static_cast<std::uint8_t>((level.voice ? 0x80 : 0) | loudness)};
}

}  // namespace legroom::rtp
