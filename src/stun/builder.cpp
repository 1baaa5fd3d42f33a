#include "stun/builder.hpp"

#include <algorithm>
#include <cassert>

namespace legroom::stun {
namespace {

constexpr std::size_t kUsualSize = 160;  // an ICE check with Chromium-sized credentials fits

std::uint16_t write_type(const Header& header) {
    const unsigned method = header.method;
    const auto kind = static_cast<unsigned>(header.kind);
    return static_cast<std::uint16_t>((method & 0x000f) | (method & 0x0070) << 1 | (method & 0x0f80) << 2 |
                                      (kind & 1) << 4 | (kind & 2) << 7);
}

}  // namespace

Builder::Builder(const Header& header, std::uint8_t padding)
    : transaction_(header.transaction), padding_(padding) {
    bytes_.reserve(kUsualSize);
    ByteWriter out{bytes_};
    out.u16(write_type(header));
    out.u16(0);
    out.u32(kMagicCookie);
    out.bytes(transaction_);
}

/// Writes the attribute's header; the message's length field counts it already, padding included, for
/// FINGERPRINT covers that field (§14.7).
ByteWriter Builder::begin(Attribute type, std::size_t size) {
    assert(size <= 0xffff);
    ByteWriter out{bytes_};
    const std::size_t length = bytes_.size() - kHeaderSize + kAttributeHeaderSize + padded(size);
    out.patch_u16(2, static_cast<std::uint16_t>(length));
    out.u16(static_cast<std::uint16_t>(type));
    out.u16(static_cast<std::uint16_t>(size));
    return out;
}

void Builder::end() { bytes_.resize(padded(bytes_.size()), padding_); }

Builder& Builder::attribute(std::uint16_t type, Bytes value) {
    begin(static_cast<Attribute>(type), value.size()).bytes(value);
    end();
    return *this;
}

Builder& Builder::text(Attribute type, std::string_view value) {
    return attribute(static_cast<std::uint16_t>(type), as_bytes(value));
}

Builder& Builder::xor_address(Attribute type, const Endpoint& endpoint) {
    const Bytes ip = endpoint.ip.bytes();
    ByteVector mask{0x21, 0x12, 0xa4, 0x42};
    mask.insert(mask.end(), transaction_.begin(), transaction_.end());
    ByteWriter out = begin(type, 4 + ip.size());
    out.u8(0);
    out.u8(endpoint.ip.is_v4() ? kFamilyV4 : kFamilyV6);
    out.u16(static_cast<std::uint16_t>(endpoint.port ^ kMagicCookie >> 16));
    for (std::size_t i = 0; i < ip.size(); ++i) out.u8(ip[i] ^ mask[i]);
    return *this;
}

Builder& Builder::xor_mapped_address(const Endpoint& endpoint) {
    return xor_address(Attribute::xor_mapped_address, endpoint);
}

Builder& Builder::xor_peer_address(const Endpoint& endpoint) {
    return xor_address(Attribute::xor_peer_address, endpoint);
}

Builder& Builder::xor_relayed_address(const Endpoint& endpoint) {
    return xor_address(Attribute::xor_relayed_address, endpoint);
}

Builder& Builder::data(Bytes value) { return attribute(static_cast<std::uint16_t>(Attribute::data), value); }

Builder& Builder::channel_number(std::uint16_t number) {
    begin(Attribute::channel_number, 4).u32(static_cast<std::uint32_t>(number) << 16);
    return *this;
}

Builder& Builder::lifetime(std::chrono::seconds value) {
    begin(Attribute::lifetime, 4).u32(static_cast<std::uint32_t>(value.count()));
    return *this;
}

Builder& Builder::requested_transport(std::uint8_t protocol) {
    begin(Attribute::requested_transport, 4).u32(static_cast<std::uint32_t>(protocol) << 24);
    return *this;
}

Builder& Builder::requested_family(std::uint8_t family) {
    begin(Attribute::requested_address_family, 4).u32(static_cast<std::uint32_t>(family) << 24);
    return *this;
}

Builder& Builder::error(std::uint16_t code, std::string_view reason) {
    ByteWriter out = begin(Attribute::error_code, 4 + reason.size());
    out.u16(0);
    out.u8(static_cast<std::uint8_t>(code / 100));
    out.u8(static_cast<std::uint8_t>(code % 100));
    out.bytes(as_bytes(reason));
    end();
    return *this;
}

Builder& Builder::unknown_attributes(std::span<const std::uint16_t> types) {
    ByteWriter out = begin(Attribute::unknown_attributes, 2 * types.size());
    for (const std::uint16_t type : types) out.u16(type);
    end();
    return *this;
}

Builder& Builder::priority(std::uint32_t value) {
    begin(Attribute::priority, 4).u32(value);
    return *this;
}

Builder& Builder::use_candidate() {
    begin(Attribute::use_candidate, 0);
    return *this;
}

Builder& Builder::controlled(std::uint64_t tie_breaker) {
    begin(Attribute::ice_controlled, 8).u64(tie_breaker);
    return *this;
}

Builder& Builder::controlling(std::uint64_t tie_breaker) {
    begin(Attribute::ice_controlling, 8).u64(tie_breaker);
    return *this;
}

Builder& Builder::message_integrity(IntegrityKey& key) {
    const auto digest = key.digest(bytes_, bytes_.size());
    begin(Attribute::message_integrity, digest.size()).bytes(digest);
    return *this;
}

Builder& Builder::fingerprint() {
    ByteWriter out = begin(Attribute::fingerprint, kFingerprintSize);
    // The CRC covers the header with its final length, but not this attribute's own four-byte header.
    const Bytes before = Bytes{bytes_}.first(bytes_.size() - kAttributeHeaderSize);
    out.u32(stun::fingerprint(before));
    return *this;
}

}  // namespace legroom::stun
