#include <algorithm>
#include <cassert>

#include "ice/agent_impl.hpp"

namespace legroom::ice {
namespace {

/// A link-local address is only an address together with its interface: that of our own end.
Endpoint scoped_like(const Endpoint& local, const Endpoint& remote) {
    if (!remote.ip.is_v6() || !remote.ip.is_link_local()) return remote;
    std::array<std::uint8_t, 16> bytes{};
    const Bytes ip = remote.ip.bytes();
    std::copy(ip.begin(), ip.end(), bytes.begin());
    return {IpAddress::v6(bytes, local.ip.scope()), remote.port};
}

template <class Range>
auto* find_endpoint(Range& range, const Endpoint& endpoint, Transport transport) {
    const auto found = std::find_if(range.begin(), range.end(), [&](const auto& one) {
        return one.endpoint == endpoint && one.transport == transport;
    });
    return found == range.end() ? nullptr : &*found;
}

}  // namespace

Candidate* Agent::Impl::find_remote(const Endpoint& endpoint, Transport transport) {
    return find_endpoint(remotes_, endpoint, transport);
}
Agent::Impl::Base* Agent::Impl::find_base(const Endpoint& endpoint, Transport transport) {
    return find_endpoint(bases_, endpoint, transport);
}

void Agent::Impl::add_local_candidate(Instant now, const Candidate& candidate) {
    if (state_ == State::failed) return;
    assert(candidate.base.port != 0);
    const auto same = [&](const Candidate& one) {
        return one.endpoint == candidate.endpoint && one.base == candidate.base &&
               one.transport == candidate.transport;
    };
    if (std::any_of(locals_.begin(), locals_.end(), same)) return;
    if (locals_.size() >= kMaxLocalCandidates) {
        ++counters_.dropped_candidates;
        return;
    }
    locals_.push_back(candidate);
    widen_policy(candidate);
    add_base(candidate);
    advance(now);
}

/// Candidates that were refused before are not remembered: ours are there before the peer's.
void Agent::Impl::widen_policy(const Candidate& own) {
    if (own.type != CandidateType::host) return;
    const IpAddress& ip = own.base.ip;
    policy_.loopback |= ip.is_loopback();
    policy_.link_local_v4 |= ip.is_v4() && ip.is_link_local();
    policy_.link_local_v6 |= ip.is_v6() && ip.is_link_local();
}

/// A second candidate of the same base would make pairs that differ in nothing we send (RFC 8445 §6.1.2.4).
void Agent::Impl::add_base(const Candidate& candidate) {
    if (find_base(candidate.base, candidate.transport) != nullptr) return;
    bases_.push_back(
        {candidate.base, candidate.transport, candidate.priority, candidate.type == CandidateType::relayed});
    for (const Candidate& remote : remotes_) add_pair(bases_.back(), remote, false);
}

void Agent::Impl::add_remote_candidate(Instant now, const Candidate& candidate) {
    if (state_ == State::failed) return;
    if (candidate.transport == Transport::udp && !may_be_named(candidate.endpoint, policy_)) {
        ++counters_.refused_candidates;
        return;
    }
    add_named_remote(candidate);
    advance(now);
}

void Agent::Impl::add_named_remote(const Candidate& candidate) {
    Candidate* known = find_remote(candidate.endpoint, candidate.transport);
    if (known == nullptr) {
        if (!add_remote(candidate)) return;
        for (const Base& base : bases_) add_pair(base, candidate, false);
    } else if (known->type == CandidateType::peer_reflexive) {
        *known = candidate;  // now we know what the check came from (RFC 8838 §11.4)
        for (const Base& base : bases_) add_pair(base, candidate, false);  // so far it has but that check's
        for (const auto& pair : list_) {
            const bool to_it = pair->path.remote == candidate.endpoint;
            if (to_it && pair->path.transport == candidate.transport)
                pair->remote_priority = candidate.priority;
        }
        list_.prioritize(role_);
    }
}

bool Agent::Impl::add_remote(const Candidate& candidate) {
    const bool learnt = candidate.type == CandidateType::peer_reflexive;
    if (!has_room_for(candidate) && !(learnt && make_room_for_remote())) {
        ++counters_.dropped_candidates;
        return false;
    }
    remotes_.push_back(candidate);
    return true;
}

bool Agent::Impl::has_room_for(const Candidate& candidate) const {
    if (remotes_.size() >= kMaxRemoteCandidates) return false;
    if (candidate.transport == Transport::udp || candidate.type == CandidateType::peer_reflexive) return true;
    const auto named = std::count_if(remotes_.begin(), remotes_.end(), [](const Candidate& one) {
        return one.transport == Transport::tcp && one.type != CandidateType::peer_reflexive;
    });
    return static_cast<std::size_t>(named) < kMaxRemoteTcpCandidates;
}

/// A peer that moves for hours shall not run out of addresses: the oldest that never worked goes, or
/// else the oldest we learnt from checks.
bool Agent::Impl::make_room_for_remote() {
    const auto has = [this](const Candidate& one, auto property) {
        return std::any_of(list_.begin(), list_.end(), [&](const auto& pair) {
            return pair->path.remote == one.endpoint && pair->path.transport == one.transport &&
                   property(*pair);
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
    list_.erase_remote(victim->endpoint, victim->transport);
    if (victim->transport == Transport::udp) contacts_.forget(victim->endpoint);
    remotes_.erase(victim);
    return true;
}

/// Over TCP the peer connects to us and we to nobody, so only what has arrived makes a pair (RFC 6544 §6.2).
/// And what a relay would find at a loopback address is the relay's.
Pair* Agent::Impl::add_pair(const Base& base, const Candidate& remote, bool proven) {
    if (base.transport != remote.transport || (base.transport == Transport::tcp && !proven)) return nullptr;
    if (base.relayed && is_local_target(remote.endpoint.ip) && !proven) return nullptr;
    const Path path{base.endpoint, scoped_like(base.endpoint, remote.endpoint), base.transport};
    if (!CheckList::pairable(path.local.ip, path.remote.ip)) return nullptr;
    if (Pair* known = list_.find(path)) {
        if (std::exchange(known->closed, false) && !known->expired) known->state = PairState::waiting;
        return known;
    }
    Pair pair;
    pair.path = path;
    pair.relayed = base.relayed;
    pair.local_priority = base.priority;
    pair.remote_priority = remote.priority;
    pair.priority = pair_priority(role_, base.priority, remote.priority);
    const bool full = list_.size() >= kMaxPairs;
    Pair* added = list_.add(pair, proven);
    if (full) ++counters_.dropped_pairs;  // this one or another
    return added;
}

/// The pair an authentic message came by, whose ends may both be new to us (RFC 8445 §7.3.1.3, §7.3.1.4).
Pair* Agent::Impl::learn_pair(const Path& path, std::optional<std::uint32_t> priority) {
    if (Pair* known = list_.find(path); known != nullptr && !known->closed) return known;
    if (!learn_base(path) || !learn_remote(path, priority)) return nullptr;
    return add_pair(*find_base(path.local, path.transport), *find_remote(path.remote, path.transport), true);
}

bool Agent::Impl::learn_base(const Path& path) {
    if (find_base(path.local, path.transport) != nullptr) return true;
    if (bases_.size() >= kMaxLocalCandidates) return false;
    const std::uint32_t priority = candidate_priority(CandidateType::host, 0, path.transport);
    bases_.push_back({path.local, path.transport, priority});
    return true;
}

bool Agent::Impl::learn_remote(const Path& path, std::optional<std::uint32_t> priority) {
    if (find_remote(path.remote, path.transport) != nullptr) return true;
    Candidate remote;
    remote.type = CandidateType::peer_reflexive;
    remote.endpoint = path.remote;
    remote.priority = priority.value_or(candidate_priority(remote.type, 0, path.transport));
    remote.foundation = candidate_foundation(remote.type, path.remote.ip, std::nullopt, path.transport);
    remote.transport = path.transport;
    if (path.transport == Transport::tcp) remote.tcp_type = TcpType::active;
    return can_be_reached(path.remote) && add_remote(remote);
}

/// The peer saw us at an address of which we did not know (RFC 8445 §7.2.5.3.1). It is not paired: what
/// goes by it goes from its base.
void Agent::Impl::learn_local(const Pair& pair, const Endpoint& mapped) {
    const Transport transport = pair.path.transport;
    const auto same = [&](const Candidate& one) {
        return one.endpoint == mapped && one.base == pair.path.local && one.transport == transport;
    };
    if (std::any_of(locals_.begin(), locals_.end(), same) || locals_.size() >= kMaxLocalCandidates) return;
    Candidate candidate;
    candidate.type = CandidateType::peer_reflexive;
    candidate.endpoint = mapped;
    candidate.base = pair.path.local;
    candidate.related = pair.path.local;
    candidate.priority = candidate_priority(candidate.type, 0, transport) | (pair.local_priority & 0xffff00);
    candidate.foundation = candidate_foundation(candidate.type, candidate.base.ip, std::nullopt, transport);
    candidate.transport = transport;
    if (transport == Transport::tcp) candidate.tcp_type = TcpType::passive;
    locals_.push_back(candidate);
}

}  // namespace legroom::ice
