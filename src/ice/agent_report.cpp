#include <algorithm>

#include "ice/agent_impl.hpp"

namespace legroom::ice {
namespace {

/// What kind of candidate stands for one end of a pair; of several with the same base the base itself.
CandidateType type_at(const std::vector<Candidate>& candidates, const Endpoint& endpoint, Transport transport,
                      Endpoint Candidate::*where) {
    const Candidate* found = nullptr;
    for (const Candidate& one : candidates) {
        if (one.transport != transport || one.*where != endpoint) continue;
        if (found == nullptr || one.endpoint == endpoint) found = &one;
    }
    return found == nullptr ? CandidateType::host : found->type;
}

}  // namespace

AgentReport Agent::Impl::report(Instant now) const {
    AgentReport made;
    made.role = role_;
    made.local = locals_;
    made.remote = remotes_;
    for (const auto& pair : list_) made.pairs.push_back(report(*pair));
    made.selected = path();
    made.round_trip = round_trip_;
    if (selected_ != nullptr) made.consent_age = now - selected_->last_answer;
    made.unauthenticated = counters_.unauthenticated;
    return made;
}

PairReport Agent::Impl::report(const Pair& pair) const {
    PairReport made;
    made.path = pair.path;
    made.local_type = type_at(locals_, pair.path.local, pair.path.transport, &Candidate::base);
    made.remote_type = type_at(remotes_, pair.path.remote, pair.path.transport, &Candidate::endpoint);
    made.state = pair.state;
    made.selected = &pair == selected_ && pair.validated;
    made.nominated = &pair == nominated_;
    made.priority = pair.priority;
    made.requests_sent = pair.requests_sent;
    made.responses = pair.responses;
    made.requests_received = pair.requests_received;
    made.round_trip = pair.round_trip;
    return made;
}

}  // namespace legroom::ice
