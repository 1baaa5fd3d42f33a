#include "ice/candidate.hpp"

#include <fmt/format.h>

namespace legroom::ice {
namespace {

/// RFC 8445 §5.1.2.2, the recommended values; for TCP lower ones in the same order (RFC 6544 §4.2).
std::uint32_t type_preference(CandidateType type, bool tcp) {
    switch (type) {
        case CandidateType::host:
            return tcp ? 90 : 126;
        case CandidateType::peer_reflexive:
            return tcp ? 80 : 110;
        case CandidateType::server_reflexive:
            return tcp ? 70 : 100;
        case CandidateType::relayed:
            return 0;
    }
    return 0;
}

std::string_view type_name(CandidateType type) {
    switch (type) {
        case CandidateType::host:
            return "host";
        case CandidateType::peer_reflexive:
            return "prflx";
        case CandidateType::server_reflexive:
            return "srflx";
        case CandidateType::relayed:
            return "relay";
    }
    return "host";
}

/// The top three bits of a TCP host candidate's local preference when it is passive (RFC 6544 §4.2).
constexpr std::uint16_t kPassiveDirection = 4;

/// FNV-1a, 32 bits.
void mix(std::uint32_t& hash, Bytes bytes) {
    for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 16777619U;
}

}  // namespace

std::string_view to_string(TcpType type) {
    switch (type) {
        case TcpType::active:
            return "active";
        case TcpType::passive:
            return "passive";
        case TcpType::so:
            return "so";
    }
    return "passive";
}

std::string Candidate::to_line() const {
    std::string line =
        fmt::format("candidate:{} 1 {} {} {} {} typ {}", foundation, legroom::to_string(transport), priority,
                    endpoint.ip.to_string(), endpoint.port, type_name(type));
    if (related) line += fmt::format(" raddr {} rport {}", related->ip.to_string(), related->port);
    if (tcp_type) line += fmt::format(" tcptype {}", to_string(*tcp_type));
    return line;
}

std::uint32_t candidate_priority(CandidateType type, std::uint16_t local_preference, Transport transport) {
    const std::uint32_t preference = type_preference(type, transport != Transport::udp);
    return preference << 24 | static_cast<std::uint32_t>(local_preference) << 8 | (256 - 1);
}

std::string candidate_foundation(CandidateType type, const IpAddress& base,
                                 const std::optional<IpAddress>& server, Transport transport) {
    std::uint32_t hash = 2166136261U;
    mix(hash, as_bytes(type_name(type)));
    mix(hash, base.bytes());
    if (server) mix(hash, server->bytes());
    if (transport != Transport::udp) mix(hash, as_bytes(to_string(transport)));
    return std::to_string(hash);
}

Candidate host_candidate(const Endpoint& endpoint, std::uint16_t local_preference) {
    Candidate candidate;
    candidate.endpoint = endpoint;
    candidate.base = endpoint;
    candidate.priority = candidate_priority(CandidateType::host, local_preference);
    candidate.foundation = candidate_foundation(CandidateType::host, endpoint.ip);
    return candidate;
}

Candidate tcp_host_candidate(const Endpoint& endpoint, std::uint16_t local_preference) {
    Candidate candidate = host_candidate(endpoint, local_preference);
    const auto directed = static_cast<std::uint16_t>(kPassiveDirection << 13 | local_preference >> 3);
    candidate.transport = Transport::tcp;
    candidate.tcp_type = TcpType::passive;
    candidate.priority = candidate_priority(candidate.type, directed, candidate.transport);
    candidate.foundation =
        candidate_foundation(candidate.type, endpoint.ip, std::nullopt, candidate.transport);
    return candidate;
}

}  // namespace legroom::ice
