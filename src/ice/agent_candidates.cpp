#include <algorithm>
#include <cassert>

#include "ice/agent_impl.hpp"

namespace legroom::ice {
namespace {

bool can_be_reached(const Endpoint& endpoint) {
    return endpoint.port != 0 && !endpoint.ip.is_unspecified() && !endpoint.ip.is_multicast();
}

/// A link-local address is only an address together with its interface: that of our own end.
Endpoint scoped_like(const Endpoint& local, const Endpoint& remote) {
    if (!remote.ip.is_v6() || !remote.ip.is_link_local()) return remote;
    std::array<std::uint8_t, 16> bytes{};
    const Bytes ip = remote.ip.bytes();
    std::copy(ip.begin(), ip.end(), bytes.begin());
    return {IpAddress::v6(bytes, local.ip.scope()), remote.port};
}

template <class Range>
auto* find_endpoint(Range& range, const Endpoint& endpoint) {
    const auto found =
        std::find_if(range.begin(), range.end(), [&](const auto& one) { return one.endpoint == endpoint; });
    return found == range.end() ? nullptr : &*found;
}

}  // namespace

Candidate* Agent::Impl::find_remote(const Endpoint& endpoint) { return find_endpoint(remotes_, endpoint); }
Agent::Impl::Base* Agent::Impl::find_base(const Endpoint& endpoint) {
    return find_endpoint(bases_, endpoint);
}

void Agent::Impl::add_local_candidate(Instant now, const Candidate& candidate) {
    if (state_ == State::failed) return;
    assert(candidate.base.port != 0);
    const auto same = [&](const Candidate& one) {
        return one.endpoint == candidate.endpoint && one.base == candidate.base;
    };
    if (std::any_of(locals_.begin(), locals_.end(), same)) return;
    if (locals_.size() >= kMaxLocalCandidates) {
        ++counters_.dropped_candidates;
        return;
    }
    locals_.push_back(candidate);
    add_base(candidate.base, candidate.priority);
    advance(now);
}

/// A second candidate of the same base would make pairs that differ in nothing we send (RFC 8445 §6.1.2.4).
void Agent::Impl::add_base(const Endpoint& endpoint, std::uint32_t priority) {
    if (find_base(endpoint) != nullptr) return;
    bases_.push_back({endpoint, priority});
    for (const Candidate& remote : remotes_) add_pair(bases_.back(), remote, false);
}

void Agent::Impl::add_remote_candidate(Instant now, const Candidate& candidate) {
    if (state_ == State::failed) return;
    if (!can_be_reached(candidate.endpoint)) {
        ++counters_.refused_candidates;
        return;
    }
    if (Candidate* known = find_remote(candidate.endpoint)) {
        if (known->type != CandidateType::peer_reflexive) return;
        *known = candidate;  // now we know what the check came from (RFC 8838 §11.4)
        for (const auto& pair : list_) {
            if (pair->path.remote == candidate.endpoint) pair->remote_priority = candidate.priority;
        }
        list_.prioritize(role_);
    } else if (add_remote(candidate)) {
        for (const Base& base : bases_) add_pair(base, candidate, false);
    }
    advance(now);
}

bool Agent::Impl::add_remote(const Candidate& candidate) {
    const bool learnt = candidate.type == CandidateType::peer_reflexive;
    if (remotes_.size() >= kMaxRemoteCandidates && !(learnt && make_room_for_remote())) {
        ++counters_.dropped_candidates;
        return false;
    }
    remotes_.push_back(candidate);
    return true;
}

/// A peer that moves for hours shall not run out of addresses: the oldest that never worked goes, or
/// else the oldest we learnt from checks.
bool Agent::Impl::make_room_for_remote() {
    const auto has = [this](const Candidate& one, auto property) {
        return std::any_of(list_.begin(), list_.end(), [&](const auto& pair) {
            return pair->path.remote == one.endpoint && property(*pair);
        });
    };
    const auto in_use = [](const Pair& pair) { return pair.in_use; };
    const auto works = [](const Pair& pair) { return pair.in_use || pair.state == PairState::succeeded; };

    auto victim = std::find_if_not(remotes_.begin(), remotes_.end(),
                                   [&](const Candidate& one) { return has(one, works); });
    if (victim == remotes_.end()) {
        victim = std::find_if(remotes_.begin(), remotes_.end(), [&](const Candidate& one) {
            return one.type == CandidateType::peer_reflexive && !has(one, in_use);
        });
    }
    if (victim == remotes_.end()) return false;
    ++counters_.dropped_candidates;
    list_.erase_remote(victim->endpoint);
    remotes_.erase(victim);
    return true;
}

Pair* Agent::Impl::add_pair(const Base& base, const Candidate& remote, bool proven) {
    const Path path{base.endpoint, scoped_like(base.endpoint, remote.endpoint)};
    if (!CheckList::pairable(path.local.ip, path.remote.ip)) return nullptr;
    if (Pair* known = list_.find(path)) return known;
    Pair pair;
    pair.path = path;
    pair.local_priority = base.priority;
    pair.remote_priority = remote.priority;
    pair.priority = pair_priority(role_, base.priority, remote.priority);
    const bool full = list_.size() >= kMaxPairs;
    Pair* added = list_.add(pair, proven);
    if (full) ++counters_.dropped_pairs;  // this one or another
    return added;
}

/// The pair an authenticated check came by, whose ends may both be new to us (RFC 8445 §7.3.1.3, §7.3.1.4).
Pair* Agent::Impl::learn_pair(const Path& path, std::optional<std::uint32_t> priority) {
    if (Pair* known = list_.find(path)) return known;
    if (find_base(path.local) == nullptr) {
        if (bases_.size() >= kMaxLocalCandidates) return nullptr;
        bases_.push_back({path.local, candidate_priority(CandidateType::host, 0)});
    }
    if (find_remote(path.remote) == nullptr) {
        Candidate remote;
        remote.type = CandidateType::peer_reflexive;
        remote.endpoint = path.remote;
        remote.priority = priority.value_or(candidate_priority(CandidateType::peer_reflexive, 0));
        if (!can_be_reached(path.remote) || !add_remote(remote)) return nullptr;
    }
    return add_pair(*find_base(path.local), *find_remote(path.remote), true);
}

/// The peer saw us at an address of which we did not know (RFC 8445 §7.2.5.3.1). It is not paired: what
/// goes by it goes from its base.
void Agent::Impl::learn_local(const Pair& pair, const Endpoint& mapped) {
    const auto same = [&](const Candidate& one) {
        return one.endpoint == mapped && one.base == pair.path.local;
    };
    if (std::any_of(locals_.begin(), locals_.end(), same) || locals_.size() >= kMaxLocalCandidates) return;
    Candidate candidate;
    candidate.type = CandidateType::peer_reflexive;
    candidate.endpoint = mapped;
    candidate.base = pair.path.local;
    candidate.related = pair.path.local;
    candidate.priority =
        candidate_priority(CandidateType::peer_reflexive, 0) | (pair.local_priority & 0xffff00);
    candidate.foundation = candidate_foundation(candidate.type, candidate.base.ip);
    locals_.push_back(candidate);
}

}  // namespace legroom::ice
