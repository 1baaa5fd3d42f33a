#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "stun/attribute.hpp"
#include "stun/error.hpp"
#include "stun/integrity.hpp"

namespace legroom::stun {

/// The longest message taken. STUN over UDP stays below the path's MTU (RFC 8489 §6.1); a stranger's
/// jumbo datagram shall not cost its length in hashing.
inline constexpr std::size_t kMaxMessageSize = 1500;
/// Of a request's unknown comprehension-required attributes, so many are named in the 420 answer.
inline constexpr std::size_t kMaxUnknownAttributes = 16;

enum class Class : std::uint8_t { request = 0, indication = 1, success = 2, error = 3 };

/// The only method ICE uses (RFC 8489 §18.2).
inline constexpr std::uint16_t kBinding = 0x001;
/// What TURN adds (RFC 8656 §17). Send and Data are indications, the others requests.
inline constexpr std::uint16_t kAllocate = 0x003;
inline constexpr std::uint16_t kRefresh = 0x004;
inline constexpr std::uint16_t kSend = 0x006;
inline constexpr std::uint16_t kData = 0x007;
inline constexpr std::uint16_t kCreatePermission = 0x008;
inline constexpr std::uint16_t kChannelBind = 0x009;

using TransactionId = std::array<std::uint8_t, 12>;

/// The first 20 bytes (RFC 8489 §5).
struct Header {
    Class kind = Class::request;
    std::uint16_t method = kBinding;  ///< 12 bits
    TransactionId transaction{};

    friend bool operator==(const Header&, const Header&) = default;
};

/// ERROR-CODE (§14.8).
struct ErrorCode {
    std::uint16_t code = 0;  ///< 300 to 699
    std::string_view reason;

    friend bool operator==(const ErrorCode&, const ErrorCode&) = default;
};

/// A STUN message as values. Texts, data and the integrity check look into the datagram it was parsed from,
/// which must outlive it.
///
/// Of an attribute that comes twice the first counts. What follows MESSAGE-INTEGRITY, FINGERPRINT
/// excepted, is not covered by it and is ignored (§14.5).
class Message {
public:
    Header header;
    std::optional<std::string_view> username;
    std::optional<std::string_view> realm;
    std::optional<std::string_view> nonce;
    std::optional<std::string_view> software;
    std::optional<Endpoint> mapped_address;   ///< XOR-MAPPED-ADDRESS
    std::optional<Endpoint> peer_address;     ///< XOR-PEER-ADDRESS
    std::optional<Endpoint> relayed_address;  ///< XOR-RELAYED-ADDRESS
    std::optional<Bytes> data;                ///< what a peer sent, or is to get
    std::optional<std::uint16_t> channel_number;
    std::optional<std::chrono::seconds> lifetime;
    std::optional<std::uint8_t> requested_transport;  ///< a protocol number: kTransportUdp
    std::optional<std::uint8_t> requested_family;     ///< kFamilyV4, kFamilyV6
    std::optional<ErrorCode> error;
    std::optional<std::uint32_t> priority;
    std::optional<std::uint64_t> controlled;   ///< ICE-CONTROLLED: the sender's tie-breaker
    std::optional<std::uint64_t> controlling;  ///< ICE-CONTROLLING: the sender's tie-breaker
    bool use_candidate = false;
    bool has_fingerprint = false;  ///< and it matches: parse() refuses one that does not
    /// UNKNOWN-ATTRIBUTES: what the sender of a 420 did not understand.
    std::vector<std::uint16_t> refused_attributes;
    /// Comprehension-required attributes of this message we do not know, at most kMaxUnknownAttributes.
    std::vector<std::uint16_t> unknown_required;

    /// Reads one datagram that holds exactly one message. Unknown comprehension-optional attributes are
    /// skipped; padding may have any value (§14). See Error for what is refused.
    static Result<Message> parse(Bytes datagram);

    /// Whether MESSAGE-INTEGRITY is there and was made with `key` (constant-time comparison).
    Result<void> verify_integrity(IntegrityKey& key) const;
    /// As ICE demands it: FINGERPRINT is there too (RFC 8445 §7.1), so that no bit of the message is
    /// without protection.
    Result<void> verify_ice(IntegrityKey& key) const;

    [[nodiscard]] bool has_integrity() const { return integrity_at_ != 0; }

private:
    void read_attribute(std::uint16_t type, Bytes value, std::size_t at, error_code& error_out);
    void read_known(Attribute type, Bytes value, error_code& error_out);

    Bytes datagram_;
    std::size_t integrity_at_ = 0;  ///< where MESSAGE-INTEGRITY begins; 0: none
};

/// The header alone, for a demultiplexer: nullopt when the datagram is not STUN. Attributes are not
/// looked at.
std::optional<Header> peek_header(Bytes datagram);

/// The first four bytes of the transaction id: where agents that share one port write whose request it
/// is, so that the answer finds its way home. nullopt when the datagram is not STUN.
std::optional<std::uint32_t> transaction_tag(Bytes datagram);

/// The receiver's own part of USERNAME, before the colon, of a Binding request: what tells the one
/// server port's many agents apart (RFC 8445 §7.2.2). Nothing is verified. The view lies in `datagram`.
std::optional<std::string_view> local_ufrag(Bytes datagram);

}  // namespace legroom::stun
