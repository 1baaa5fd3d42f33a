#include "rtp/packet.hpp"

#include <algorithm>
#include <cassert>

#include "rtp/first_byte.hpp"

namespace legroom::rtp {

namespace {

constexpr std::uint8_t kExtensionBit = 0x10;
constexpr std::uint8_t kCsrcCountMask = 0x0f;
constexpr std::uint8_t kMarkerBit = 0x80;

constexpr std::uint16_t kOneByteProfile = 0xbede;
constexpr std::uint16_t kTwoByteProfile = 0x1000;  // The low four bits are the application's.
constexpr std::uint16_t kTwoByteProfileMask = 0xfff0;
constexpr std::uint8_t kOneByteStopId = 15;
constexpr std::uint8_t kOneByteMaxId = 14;
constexpr std::size_t kOneByteMaxData = 16;

/// The next element of either form, its data or nullopt when the body ends or breaks here.
std::optional<ExtensionElement> next_one_byte(ByteReader& in) {
    while (!in.rest().empty()) {
        const std::uint8_t head = in.u8();
        if (head == 0) continue;  // A padding byte between elements.
        const std::uint8_t id = head >> 4;
        // Id 15, or a padding id with a length, ends the processing of the whole block (RFC 8285 §4.2).
        if (id == 0 || id == kOneByteStopId) return std::nullopt;
        const Bytes data = in.bytes((head & 0x0fU) + 1U);
        if (!in.ok()) return std::nullopt;
        return ExtensionElement{id, data};
    }
    return std::nullopt;
}

std::optional<ExtensionElement> next_two_byte(ByteReader& in) {
    while (!in.rest().empty()) {
        const std::uint8_t id = in.u8();
        if (id == 0) continue;
        const Bytes data = in.bytes(in.u8());
        if (!in.ok()) return std::nullopt;
        return ExtensionElement{id, data};
    }
    return std::nullopt;
}

bool fits_one_byte(const ExtensionElement& element) {
    return element.id <= kOneByteMaxId && !element.data.empty() && element.data.size() <= kOneByteMaxData;
}

void write_elements(ByteWriter& writer, std::span<const ExtensionElement> elements, bool one_byte) {
    for (const ExtensionElement& element : elements) {
        assert(element.id != 0 && element.data.size() <= kMaxExtensionData);
        if (one_byte) {
            writer.u8(static_cast<std::uint8_t>(element.id << 4 | (element.data.size() - 1)));
        } else {
            writer.u8(element.id);
            writer.u8(static_cast<std::uint8_t>(element.data.size()));
        }
        writer.bytes(element.data);
    }
}

void write_extension(ByteWriter& writer, std::span<const ExtensionElement> elements) {
    const bool one_byte = std::all_of(elements.begin(), elements.end(), fits_one_byte);
    writer.u16(one_byte ? kOneByteProfile : kTwoByteProfile);
    const std::size_t length_at = writer.size();
    writer.u16(0);
    write_elements(writer, elements, one_byte);
    const std::size_t body = writer.size() - length_at - 2;
    writer.zeros((4 - body % 4) % 4);
    writer.patch_u16(length_at, static_cast<std::uint16_t>((body + 3) / 4));
}

/// The padding's last byte counts the padding, itself included.
Result<Bytes> without_padding(Bytes payload) {
    if (payload.empty()) return Error::bad_padding;
    const std::size_t count = payload.back();
    if (count == 0 || count > payload.size()) return Error::bad_padding;
    return payload.first(payload.size() - count);
}

}  // namespace

Result<Packet> parse_packet(Bytes datagram) {
    //  0                   1                   2                   3     RFC 3550 §5.1
    // |V=2|P|X|  CC   |M|     PT      |       sequence number         |
    // |                           timestamp                           |
    // |           synchronization source (SSRC) identifier            |
    // |             CSRCs ... | profile, length | extension ...        |
    ByteReader in{datagram};
    Packet packet;
    const std::uint8_t flags = in.u8();
    const std::uint8_t type = in.u8();
    packet.header.payload_type = type & 0x7f;
    packet.header.marker = (type & kMarkerBit) != 0;
    packet.header.sequence = SequenceNumber{in.u16()};
    packet.header.timestamp = in.u32();
    packet.header.ssrc = Ssrc{in.u32()};
    in.skip((flags & kCsrcCountMask) * 4U);
    if ((flags & kExtensionBit) != 0) {
        packet.extension_profile = in.u16();
        packet.extension = in.bytes(in.u16() * 4U);
    }
    packet.payload = in.rest();

    if (!in.ok()) return Error::truncated;
    if (flags >> 6 != kVersion) return Error::bad_version;
    if ((flags & kPaddingBit) == 0) return packet;
    const auto payload = without_padding(packet.payload);
    if (!payload) return payload.error();
    packet.payload = *payload;
    return packet;
}

std::optional<Bytes> find_extension(const Packet& packet, std::uint8_t id) {
    const bool one_byte = packet.extension_profile == kOneByteProfile;
    const bool two_byte = (packet.extension_profile & kTwoByteProfileMask) == kTwoByteProfile;
    if (!one_byte && !two_byte) return std::nullopt;

    ByteReader in{packet.extension};
    while (const auto element = one_byte ? next_one_byte(in) : next_two_byte(in)) {
        if (element->id == id) return element->data;
    }
    return std::nullopt;
}

void write_packet(ByteVector& out, const Header& header, std::span<const ExtensionElement> elements,
                  Bytes payload) {
    ByteWriter writer{out};
    writer.u8(static_cast<std::uint8_t>(kVersion << 6 | (elements.empty() ? 0 : kExtensionBit)));
    writer.u8(static_cast<std::uint8_t>((header.marker ? kMarkerBit : 0) | (header.payload_type & 0x7f)));
    writer.u16(header.sequence.value);
    writer.u32(header.timestamp);
    writer.u32(static_cast<std::uint32_t>(header.ssrc));
    if (!elements.empty()) write_extension(writer, elements);
    writer.bytes(payload);
}

bool is_rtcp(Bytes datagram) {
    return datagram.size() >= 2 && datagram[0] >> 6 == kVersion && datagram[1] >= 192 && datagram[1] <= 223;
}

}  // namespace legroom::rtp
