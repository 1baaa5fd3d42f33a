#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"
#include "ice/candidate.hpp"
#include "ice/check_list.hpp"
#include "ice/role.hpp"

namespace legroom::ice {

/// One pair as a person who asks why sees it.
struct PairReport {
    Path path;
    CandidateType local_type = CandidateType::host;
    CandidateType remote_type = CandidateType::host;
    PairState state = PairState::waiting;
    bool selected = false;
    bool nominated = false;
    std::uint64_t priority = 0;
    std::uint64_t requests_sent = 0;      ///< checks of ours, retransmissions included
    std::uint64_t responses = 0;          ///< authenticated answers to them
    std::uint64_t requests_received = 0;  ///< authenticated checks of the peer's
    std::optional<Duration> round_trip;   ///< of the latest answered check
};

/// A snapshot of an agent: candidates of both sides, pairs and what works.
struct AgentReport {
    Role role = Role::controlled;
    std::vector<Candidate> local;
    std::vector<Candidate> remote;
    std::vector<PairReport> pairs;  ///< best first, at most kMaxPairs
    std::optional<Path> selected;
    std::optional<Duration> round_trip;   ///< smoothed, of the selected path
    std::optional<Duration> consent_age;  ///< since the latest answer on the selected path
    std::uint64_t unauthenticated = 0;    ///< checks and answers with wrong credentials
};

}  // namespace legroom::ice
