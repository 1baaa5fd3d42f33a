#include "stun/channel_data.hpp"

#include <cassert>

#include "stun/attribute.hpp"

namespace legroom::stun {

std::optional<ChannelData> ChannelData::read(Bytes datagram) {
    //  0                             15|16                     31    RFC 8656 §12.4
    // |          channel number        |  length of the payload  |
    // |   payload ...                                            |
    if (!is(datagram)) return std::nullopt;
    ByteReader in{datagram};
    ChannelData message;
    message.number = in.u16();
    const std::uint16_t length = in.u16();
    message.payload = in.bytes(length);
    if (!in.ok() || in.rest().size() > padded(length) - length) return std::nullopt;
    return message;
}

ByteVector ChannelData::write() const {
    assert(payload.size() <= 0xffff);
    ByteVector datagram;
    datagram.reserve(kAttributeHeaderSize + payload.size());
    ByteWriter out{datagram};
    out.u16(number);
    out.u16(static_cast<std::uint16_t>(payload.size()));
    out.bytes(payload);
    return datagram;
}

}  // namespace legroom::stun
