#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "rtp/error.hpp"

namespace legroom::rtp {

/// What every RTP packet says about its payload (RFC 3550 §5.1).
struct Header {
    std::uint8_t payload_type = 0;  ///< 0..127
    bool marker = false;
    SequenceNumber sequence{};
    std::uint32_t timestamp = 0;  ///< In ticks of the payload type's clock rate.
    Ssrc ssrc{};

    friend bool operator==(const Header&, const Header&) = default;
};

/// A packet's parts, as views into the datagram it was parsed from: keep that one alive.
struct Packet {
    Header header;
    std::uint16_t extension_profile = 0;  ///< "defined by profile" of the extension, 0 without one.
    Bytes extension;                      ///< The extension's body, whole 32-bit words.
    Bytes payload;                        ///< Without CSRCs, extension and padding.
};

/// One header extension element (RFC 8285). `data` is owned by somebody else.
struct ExtensionElement {
    std::uint8_t id = 0;
    Bytes data;
};

inline constexpr std::size_t kMaxExtensionData = 255;  ///< The two-byte form's length field.

/// Takes an RTP packet apart. Contributing sources are skipped (a peer of ours is no mixer), padding is
/// checked and cut off. An empty payload is valid.
Result<Packet> parse_packet(Bytes datagram);

/// The first element with this id, in the one-byte (RFC 8285 §4.2) or two-byte (§4.3) form; ids are
/// 1..14 and 1..255. nullopt: not there, some other kind of extension, or a body that breaks before it.
std::optional<Bytes> find_extension(const Packet& packet, std::uint8_t id);

/// Appends a packet to `out`. Elements go in the one-byte form when all fit there (ids 1..14, 1..16
/// bytes), else all in the two-byte form. No id may be 0 and no data longer than kMaxExtensionData.
/// Nothing given may point into `out`.
void write_packet(ByteVector& out, const Header& header, std::span<const ExtensionElement> elements,
                  Bytes payload);

/// Tells RTCP from RTP on one port by the second byte, 192..223 (RFC 5761 §4). Needs 2 bytes; works on
/// SRTP and SRTCP too, which leave these bytes in the clear.
bool is_rtcp(Bytes datagram);

}  // namespace legroom::rtp
