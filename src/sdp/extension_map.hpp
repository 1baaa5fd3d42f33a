#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sdp/answer.hpp"
#include "sdp/document.hpp"

namespace legroom::sdp {

inline constexpr std::string_view kAudioLevelUri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";  // RFC 6464
inline constexpr std::string_view kMidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";                 // RFC 8843

/// One a=extmap that both sides use (RFC 8285 §5).
struct Extension {
    std::uint8_t id = 0;                        ///< 1..14 or 16..255, as offered.
    Direction direction = Direction::sendrecv;  ///< Ours.
    bool directed = false;                      ///< The offer spelled a direction out.
};

/// Finds the extension in the section or at session level. One whose id is out of range or given to
/// something else as well, or which is offered inactive, is not used: nullopt.
std::optional<Extension> find_extension(const Attributes& session, const Attributes& section,
                                        std::string_view uri);

}  // namespace legroom::sdp
