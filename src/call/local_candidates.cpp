#include "call/local_candidates.hpp"

#include <algorithm>

#include "call/limits.hpp"

namespace legroom::call {

bool LocalCandidates::add_gathered(const ice::Candidate& candidate) {
    const std::string line = candidate.to_line();
    const auto known = lines();
    if (std::find(known.begin(), known.end(), line) != known.end()) return false;

    const auto same_type = [&](const ice::Candidate& one) { return one.type == candidate.type; };
    const auto count = std::count_if(gathered_.begin(), gathered_.end(), same_type);
    if (static_cast<std::size_t>(count) >= kMaxGatheredCandidates) {
        gathered_.erase(std::find_if(gathered_.begin(), gathered_.end(), same_type));
        ++forgotten_;
    }
    gathered_.push_back(candidate);
    return true;
}

void LocalCandidates::forget(const ice::Candidate& lost) {
    std::erase_if(gathered_, [&](const ice::Candidate& one) {
        return one.type == lost.type && one.endpoint == lost.endpoint && one.base == lost.base;
    });
}

std::vector<std::string> LocalCandidates::lines() const {
    std::vector<std::string> lines;
    for (const auto& candidate : hosts_) lines.push_back(candidate.to_line());
    for (const auto& candidate : gathered_) lines.push_back(candidate.to_line());
    return lines;
}

}  // namespace legroom::call
