#include "call/local_candidates.hpp"

#include <algorithm>

#include "call/limits.hpp"

namespace legroom::call {

bool LocalCandidates::add_gathered(const ice::Candidate& candidate) {
    const std::string line = candidate.to_line();
    const auto known = lines();
    if (std::find(known.begin(), known.end(), line) != known.end()) return false;

    if (gathered_.size() == kMaxGatheredCandidates) {
        gathered_.erase(gathered_.begin());
        ++forgotten_;
    }
    gathered_.push_back(candidate);
    return true;
}

void LocalCandidates::forget(const Endpoint& gathered) {
    std::erase_if(gathered_, [&](const ice::Candidate& one) { return one.endpoint == gathered; });
}

std::vector<std::string> LocalCandidates::lines() const {
    std::vector<std::string> lines;
    for (const auto& candidate : hosts_) lines.push_back(candidate.to_line());
    for (const auto& candidate : gathered_) lines.push_back(candidate.to_line());
    return lines;
}

}  // namespace legroom::call
