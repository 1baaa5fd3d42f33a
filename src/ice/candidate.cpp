#include "ice/candidate.hpp"

#include <fmt/format.h>

namespace legroom::ice {
namespace {

std::uint32_t type_preference(CandidateType type) {  // RFC 8445 §5.1.2.2, the recommended values
    switch (type) {
        case CandidateType::host:
            return 126;
        case CandidateType::peer_reflexive:
            return 110;
        case CandidateType::server_reflexive:
            return 100;
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

/// FNV-1a, 32 bits.
void mix(std::uint32_t& hash, Bytes bytes) {
    for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 16777619U;
}

}  // namespace

std::string Candidate::to_line() const {
    std::string line = fmt::format("candidate:{} 1 udp {} {} {} typ {}", foundation, priority,
                                   endpoint.ip.to_string(), endpoint.port, type_name(type));
    if (related) line += fmt::format(" raddr {} rport {}", related->ip.to_string(), related->port);
    return line;
}

std::uint32_t candidate_priority(CandidateType type, std::uint16_t local_preference) {
    return type_preference(type) << 24 | static_cast<std::uint32_t>(local_preference) << 8 | (256 - 1);
}

std::string candidate_foundation(CandidateType type, const IpAddress& base,
                                 const std::optional<IpAddress>& server) {
    std::uint32_t hash = 2166136261U;
    mix(hash, as_bytes(type_name(type)));
    mix(hash, base.bytes());
    if (server) mix(hash, server->bytes());
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

}  // namespace legroom::ice
