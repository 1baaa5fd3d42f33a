#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.hpp"
#include "base/result.hpp"
#include "ice/error.hpp"

namespace legroom::ice {

enum class CandidateType { host, server_reflexive, peer_reflexive, relayed };

/// Which end of a TCP connection a candidate can be (RFC 6544 §4.5): the one that connects, the one that is
/// connected to, or both at once. Ours are passive; a browser's are active, with port 9.
enum class TcpType : std::uint8_t { active, passive, so };
std::string_view to_string(TcpType type);

/// A transport address a peer may be reached at (RFC 8445 §5.1). Component 1: that is all a bundled,
/// multiplexed stream needs.
struct Candidate {
    CandidateType type = CandidateType::host;
    Endpoint endpoint;                ///< What the peer sends to.
    Endpoint base;                    ///< Ours only: the local address it is sent from and arrives at.
    std::optional<Endpoint> related;  ///< raddr, rport
    std::uint32_t priority = 0;
    std::string foundation;
    Transport transport = Transport::udp;            ///< udp or tcp
    std::optional<TcpType> tcp_type = std::nullopt;  ///< of TCP candidates only

    /// "candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host", fit for addIceCandidate().
    [[nodiscard]] std::string to_line() const;
};

/// What a candidate line holds for us.
struct ParsedCandidate {
    /// nullopt: well-formed, but nothing we would use: the empty end-of-candidates line, `.local` and
    /// `.invalid` names (never resolved), TCP without a tcptype, component 2, types and transports this
    /// agent does not know.
    std::optional<Candidate> candidate;
    bool end_of_candidates = false;
    bool mdns = false;                 ///< A `.local` name (RFC 8828 §3.3).
    std::optional<std::string> ufrag;  ///< The line's own generation, when it names one.
};

/// Reads a candidate line as a browser sends it, with or without "candidate:" (RFC 8839 §5.1, contract
/// 01). An `a=` prefix, bad foundation characters, a non-numeric component, priority or port, too few
/// fields, raddr without an address, an unknown tcptype and an address that is neither an IP nor a
/// `.local`/`.invalid` name are errors.
Result<ParsedCandidate> parse_candidate(std::string_view line);

/// RFC 8445 §5.1.2.1 with one component: 2^24 type preference + 2^8 local preference + 255. TCP's type
/// preferences lie below those of every UDP type but relayed: a direct connection before one by a third
/// party.
std::uint32_t candidate_priority(CandidateType type, std::uint16_t local_preference,
                                 Transport transport = Transport::udp);

/// The same for candidates of one type, base, server and transport, and different otherwise (RFC 8445
/// §5.1.1.3); ten decimal digits at most. `server` is the STUN or TURN server's address, if one was asked.
std::string candidate_foundation(CandidateType type, const IpAddress& base,
                                 const std::optional<IpAddress>& server = std::nullopt,
                                 Transport transport = Transport::udp);

/// A host candidate of ours: sent from and received at `endpoint` itself.
Candidate host_candidate(const Endpoint& endpoint, std::uint16_t local_preference);
/// The same for a port where we listen for TCP connections (RFC 6544): passive. Of `local_preference` the
/// upper 13 bits count, for the others tell the direction (§4.2).
Candidate tcp_host_candidate(const Endpoint& endpoint, std::uint16_t local_preference);

}  // namespace legroom::ice
