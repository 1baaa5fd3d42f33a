#include "stun/message.hpp"

#include <algorithm>
#include <openssl/crypto.h>

namespace legroom::stun {
namespace {

constexpr std::size_t kMaxUsername = 508;  // RFC 8489 §14.3
constexpr std::size_t kMaxText = 763;      // §14.8 to §14.14: the longest text attributes
constexpr std::uint16_t kOptional = 0x8000;

/// The class is spread over bits 4 and 8 of the type, the method fills the rest:
///     0 0 M11 M10 M9 M8 M7 C1 M6 M5 M4 C0 M3 M2 M1 M0      (§5)
Header read_type(std::uint16_t type) {
    Header header;
    header.kind = static_cast<Class>((type >> 4 & 1) | (type >> 7 & 2));
    header.method = static_cast<std::uint16_t>((type & 0x000f) | (type >> 1 & 0x0070) | (type >> 2 & 0x0f80));
    return header;
}

/// XOR-MAPPED-ADDRESS and its like: port and address are XORed with the cookie, an IPv6 one with the
/// transaction id too, so that no NAT finds and rewrites them (§14.2).
std::optional<Endpoint> read_xor_address(Bytes value, const TransactionId& transaction) {
    ByteReader in{value};
    in.skip(1);
    const std::uint8_t family = in.u8();
    const auto port = static_cast<std::uint16_t>(in.u16() ^ kMagicCookie >> 16);
    std::array<std::uint8_t, 16> mask{0x21, 0x12, 0xa4, 0x42};
    std::copy(transaction.begin(), transaction.end(), mask.begin() + 4);
    const Bytes masked = in.bytes(family == kFamilyV6 ? 16 : 4);
    if (!in.ok() || !in.rest().empty() || (family != kFamilyV4 && family != kFamilyV6)) return std::nullopt;

    std::transform(masked.begin(), masked.end(), mask.begin(), mask.begin(),
                   [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a ^ b); });
    if (family == kFamilyV6) return Endpoint{IpAddress::v6(mask), port};
    return Endpoint{IpAddress::v4({mask[0], mask[1], mask[2], mask[3]}), port};
}

std::optional<ErrorCode> read_error_code(Bytes value) {
    ByteReader in{value};
    in.skip(2);
    const unsigned hundreds = in.u8() & 7U;
    const unsigned units = in.u8();
    if (!in.ok() || hundreds < 3 || hundreds > 6 || units > 99 || in.rest().size() > kMaxText) {
        return std::nullopt;
    }
    return ErrorCode{static_cast<std::uint16_t>(hundreds * 100 + units), as_text(in.rest())};
}

std::optional<std::vector<std::uint16_t>> read_types(Bytes value) {
    if (value.size() % 2 != 0) return std::nullopt;
    std::vector<std::uint16_t> types;
    for (ByteReader in{value}; !in.rest().empty() && types.size() < kMaxUnknownAttributes;) {
        types.push_back(in.u16());
    }
    return types;
}

std::optional<std::string_view> read_text(Bytes value, std::size_t longest) {
    if (value.size() > longest) return std::nullopt;
    return as_text(value);
}

std::optional<std::uint32_t> read_u32(Bytes value) {
    if (value.size() != 4) return std::nullopt;
    return ByteReader{value}.u32();
}

/// A number in the front of four bytes; the others are reserved (RFC 8656 §18).
std::optional<std::uint8_t> read_leading_u8(Bytes value) {
    if (value.size() != 4) return std::nullopt;
    return ByteReader{value}.u8();
}

std::optional<std::uint16_t> read_leading_u16(Bytes value) {
    if (value.size() != 4) return std::nullopt;
    return ByteReader{value}.u16();
}

std::optional<std::chrono::seconds> read_seconds(Bytes value) {
    const auto seconds = read_u32(value);
    return seconds ? std::optional{std::chrono::seconds{*seconds}} : std::nullopt;
}

std::optional<std::uint64_t> read_u64(Bytes value) {
    if (value.size() != 8) return std::nullopt;
    return ByteReader{value}.u64();
}

/// Keeps the first of several; complains when there was no value to keep.
template <class T>
void keep_first(std::optional<T>& place, std::optional<T> value, error_code& error) {
    if (!value) error = Error::bad_attribute;
    if (!place) place = std::move(value);
}

}  // namespace

std::optional<Header> peek_header(Bytes datagram) {
    ByteReader in{datagram};
    const std::uint16_t type = in.u16();
    in.skip(2);
    const std::uint32_t cookie = in.u32();
    const Bytes transaction = in.bytes(sizeof(TransactionId));
    if (!in.ok() || type >= 0x4000 || cookie != kMagicCookie) return std::nullopt;
    Header header = read_type(type);
    std::copy(transaction.begin(), transaction.end(), header.transaction.begin());
    return header;
}

std::optional<std::uint32_t> transaction_tag(Bytes datagram) {
    if (!peek_header(datagram)) return std::nullopt;
    return ByteReader{datagram.subspan(8)}.u32();
}

std::optional<std::string_view> local_ufrag(Bytes datagram) {
    const auto header = peek_header(datagram);
    if (!header || header->kind != Class::request || header->method != kBinding) return std::nullopt;
    for (ByteReader in{datagram.subspan(kHeaderSize)}; !in.rest().empty();) {
        const std::uint16_t type = in.u16();
        const std::uint16_t length = in.u16();
        const std::string_view value = as_text(in.bytes(padded(length)));
        if (!in.ok()) return std::nullopt;
        if (type != static_cast<std::uint16_t>(Attribute::username)) continue;
        const auto colon = value.substr(0, length).find(':');
        return colon == std::string_view::npos ? std::nullopt : std::optional{value.substr(0, colon)};
    }
    return std::nullopt;
}

Result<Message> Message::parse(Bytes datagram) {
    //  0 1 2             15|16                           31     RFC 8489 §5
    // |0 0|  type (14 bit)  |  length of what follows, bytes |
    // |                 magic cookie                         |
    // |            transaction id (96 bit) ...               |
    if (datagram.size() > kMaxMessageSize) return Error::too_long;
    if (datagram.size() < kHeaderSize) return Error::truncated;
    const auto header = peek_header(datagram);
    if (!header) return Error::not_stun;
    ByteReader in{datagram.subspan(2)};
    if (in.u16() != datagram.size() - kHeaderSize) return Error::truncated;

    Message message;
    message.header = *header;
    message.datagram_ = datagram;
    in = ByteReader{datagram.subspan(kHeaderSize)};
    while (!in.rest().empty()) {
        const std::size_t at = datagram.size() - in.rest().size();
        const std::uint16_t type = in.u16();
        const std::uint16_t length = in.u16();
        const Bytes value = in.bytes(padded(length));
        if (!in.ok()) return Error::truncated;
        if (message.has_fingerprint) return Error::bad_fingerprint;
        error_code error;
        message.read_attribute(type, value.first(length), at, error);
        if (error) return error;
    }
    return message;
}

void Message::read_attribute(std::uint16_t type, Bytes value, std::size_t at, error_code& error_out) {
    const auto attribute = static_cast<Attribute>(type);
    if (attribute == Attribute::fingerprint) {
        const auto sent = read_u32(value);
        if (sent != fingerprint(datagram_.first(at))) error_out = Error::bad_fingerprint;
        has_fingerprint = true;
    } else if (has_integrity()) {
        return;  // not covered by it: ignored (§14.5)
    } else if (attribute == Attribute::message_integrity) {
        if (value.size() != kIntegritySize) error_out = Error::bad_attribute;
        integrity_at_ = at;
    } else {
        read_known(attribute, value, error_out);
    }
}

void Message::read_known(Attribute type, Bytes value, error_code& error_out) {
    switch (type) {
        case Attribute::username:
            return keep_first(username, read_text(value, kMaxUsername), error_out);
        case Attribute::realm:
            return keep_first(realm, read_text(value, kMaxText), error_out);
        case Attribute::nonce:
            return keep_first(nonce, read_text(value, kMaxText), error_out);
        case Attribute::software:
            return keep_first(software, read_text(value, kMaxText), error_out);
        case Attribute::xor_mapped_address:
            return keep_first(mapped_address, read_xor_address(value, header.transaction), error_out);
        case Attribute::xor_peer_address:
            return keep_first(peer_address, read_xor_address(value, header.transaction), error_out);
        case Attribute::xor_relayed_address:
            return keep_first(relayed_address, read_xor_address(value, header.transaction), error_out);
        case Attribute::data:
            return keep_first(data, std::optional{value}, error_out);
        case Attribute::channel_number:
            return keep_first(channel_number, read_leading_u16(value), error_out);
        case Attribute::lifetime:
            return keep_first(lifetime, read_seconds(value), error_out);
        case Attribute::requested_transport:
            return keep_first(requested_transport, read_leading_u8(value), error_out);
        case Attribute::requested_address_family:
            return keep_first(requested_family, read_leading_u8(value), error_out);
        case Attribute::error_code:
            return keep_first(error, read_error_code(value), error_out);
        case Attribute::priority:
            return keep_first(priority, read_u32(value), error_out);
        case Attribute::ice_controlled:
            return keep_first(controlled, read_u64(value), error_out);
        case Attribute::ice_controlling:
            return keep_first(controlling, read_u64(value), error_out);
        case Attribute::use_candidate:
            if (!value.empty()) error_out = Error::bad_attribute;
            use_candidate = true;
            return;
        case Attribute::unknown_attributes: {
            auto types = read_types(value);
            if (!types) error_out = Error::bad_attribute;
            if (types && refused_attributes.empty()) refused_attributes = std::move(*types);
            return;
        }
        case Attribute::mapped_address:  // RFC 3489's: a NAT may have rewritten it, so it is never believed
        case Attribute::message_integrity:
        case Attribute::fingerprint:
            return;
    }
    const auto unknown = static_cast<std::uint16_t>(type);
    if (unknown < kOptional && unknown_required.size() < kMaxUnknownAttributes) {
        unknown_required.push_back(unknown);
    }
}

Result<void> Message::verify_integrity(IntegrityKey& key) const {
    if (!has_integrity()) return error_code{Error::no_integrity};
    const auto expected = key.digest(datagram_, integrity_at_);
    const Bytes sent = datagram_.subspan(integrity_at_ + kAttributeHeaderSize, kIntegritySize);
    if (CRYPTO_memcmp(sent.data(), expected.data(), expected.size()) != 0) {
        return error_code{Error::bad_integrity};
    }
    return {};
}

Result<void> Message::verify_ice(IntegrityKey& key) const {
    if (!has_fingerprint) return error_code{Error::no_fingerprint};
    return verify_integrity(key);
}

}  // namespace legroom::stun
