#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "sdp/answer.hpp"
#include "sdp/document.hpp"

namespace legroom::sdp {

/// What we can use of one audio section's formats.
struct Codecs {
    std::optional<OpusParameters> opus;
    std::optional<std::uint8_t> telephone_event_48k;
    std::optional<std::uint8_t> telephone_event_8k;
};

/// The protocol carries RTP in one of the spellings an offer may use for DTLS-SRTP (RFC 8829 §5.1.2).
bool is_rtp(std::string_view protocol);

/// Reads the formats of a section for which is_rtp(). Payload types 64..95 are passed over: with
/// rtcp-mux they look like RTCP (RFC 5761 §4). Error::invalid_offer: a format that is no payload type or
/// stands twice, or two a=rtpmap that differ about one.
Result<Codecs> read_codecs(const Section& section);

/// The a=fmtp parameters of Opus (RFC 7587 §6.1). What is unknown or outside its range is passed over.
OpusParameters parse_opus_parameters(std::string_view format_parameters);

}  // namespace legroom::sdp
