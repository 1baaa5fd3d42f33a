#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "stun/message.hpp"

namespace legroom::stun {

/// Writes one STUN message, attribute after attribute in the order of the calls, then gives the bytes
/// away. Texts longer than 65535 bytes are the caller's mistake.
class Builder {
public:
    /// `padding` fills values up to 32 bits; receivers ignore it (RFC 8489 §14).
    explicit Builder(const Header& header, std::uint8_t padding = 0);

    Builder& text(Attribute type, std::string_view value);  ///< USERNAME, REALM, NONCE, SOFTWARE
    Builder& xor_mapped_address(const Endpoint& endpoint);
    Builder& xor_peer_address(const Endpoint& endpoint);
    Builder& xor_relayed_address(const Endpoint& endpoint);
    Builder& data(Bytes value);
    Builder& channel_number(std::uint16_t number);
    Builder& lifetime(std::chrono::seconds value);        ///< 0 to 2^32 - 1
    Builder& requested_transport(std::uint8_t protocol);  ///< kTransportUdp
    Builder& requested_family(std::uint8_t family);       ///< kFamilyV4, kFamilyV6
    Builder& error(std::uint16_t code, std::string_view reason);
    Builder& unknown_attributes(std::span<const std::uint16_t> types);
    Builder& priority(std::uint32_t value);
    Builder& use_candidate();
    Builder& controlled(std::uint64_t tie_breaker);
    Builder& controlling(std::uint64_t tie_breaker);
    /// Any attribute, known or not.
    Builder& attribute(std::uint16_t type, Bytes value);

    Builder& message_integrity(IntegrityKey& key);
    Builder& fingerprint();

    /// The message. The builder is empty afterwards.
    ByteVector take() { return std::move(bytes_); }

private:
    Builder& xor_address(Attribute type, const Endpoint& endpoint);
    ByteWriter begin(Attribute type, std::size_t size);
    void end();

    ByteVector bytes_;
    TransactionId transaction_;
    std::uint8_t padding_;
};

}  // namespace legroom::stun
