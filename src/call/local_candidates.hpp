#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ice/candidate.hpp"

namespace legroom::call {

/// Our own addresses, the same for every leg since all share one UDP port: host candidates, known before
/// any offer, and what the STUN servers tell us of later.
class LocalCandidates {
public:
    /// Replaces the host candidates; legs that exist keep those they were told.
    void set_hosts(std::vector<ice::Candidate> hosts) { hosts_ = std::move(hosts); }

    /// Remembers a gathered candidate for coming legs, the oldest of its type making room
    /// (kMaxGatheredCandidates). False: it was known already.
    bool add_gathered(const ice::Candidate& candidate);

    /// It is one no more: coming legs are not told of it.
    void forget(const ice::Candidate& lost);

    [[nodiscard]] bool empty() const { return hosts_.empty() && gathered_.empty(); }
    /// Everything known now as "candidate:…" lines, hosts first.
    [[nodiscard]] std::vector<std::string> lines() const;
    [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

private:
    std::vector<ice::Candidate> hosts_;
    std::vector<ice::Candidate> gathered_;
    std::uint64_t forgotten_ = 0;
};

}  // namespace legroom::call
