#include "app/host_candidates.hpp"

#include <algorithm>
#include <string>

namespace legroom::app {
namespace {

ice::Candidate make(const IpAddress& announced, const IpAddress& base, std::uint16_t port,
                    std::size_t index) {
    ice::Candidate candidate;
    candidate.type = ice::CandidateType::host;
    candidate.endpoint = {announced, port};
    candidate.base = {base, port};
    // Earlier addresses are preferred; the system's order has IPv4 first.
    const auto local_preference = static_cast<std::uint16_t>(65'535 - index);
    candidate.priority = ice::candidate_priority(candidate.type, local_preference);
    candidate.foundation = std::to_string(index + 1);
    return candidate;
}

}  // namespace

std::vector<ice::Candidate> host_candidates(std::span<const IpAddress> addresses, std::uint16_t port,
                                            std::span<const IpAddress> external) {
    std::vector<ice::Candidate> candidates;
    for (const IpAddress& announced : external.empty() ? addresses : external) {
        const auto base = external.empty()
                              ? std::find(addresses.begin(), addresses.end(), announced)
                              : std::find_if(addresses.begin(), addresses.end(), [&](const IpAddress& ip) {
                                    return ip.is_v4() == announced.is_v4();
                                });
        if (base != addresses.end()) candidates.push_back(make(announced, *base, port, candidates.size()));
    }
    return candidates;
}

}  // namespace legroom::app
