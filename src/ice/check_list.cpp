#include "ice/check_list.hpp"

#include <algorithm>
#include <tuple>

namespace legroom::ice {
namespace {

constexpr bool is_unsettled(PairState state) {
    return state == PairState::waiting || state == PairState::in_progress;
}

bool is_untried(const Pair& pair) { return pair.state == PairState::waiting && pair.requests_sent == 0; }

/// What may go first when there is no room: not what works, and of that what worked longest ago.
auto worth(const Pair& pair) {
    return std::tuple{pair.state == PairState::succeeded, pair.last_answer, pair.priority};
}

}  // namespace

std::uint64_t pair_priority(Role role, std::uint32_t local, std::uint32_t remote) {
    const std::uint64_t controlling = role == Role::controlling ? local : remote;
    const std::uint64_t controlled = role == Role::controlling ? remote : local;
    return (std::min(controlling, controlled) << 32) + 2 * std::max(controlling, controlled) +
           (controlling > controlled ? 1 : 0);
}

bool CheckList::pairable(const IpAddress& local, const IpAddress& remote) {
    if (local.is_v4() != remote.is_v4()) return false;
    return local.is_v4() || local.is_link_local() == remote.is_link_local();
}

Pair* CheckList::find(const Path& path) const {
    for (const auto& pair : pairs_) {
        if (pair->path == path) return pair.get();
    }
    return nullptr;
}

Pair* CheckList::find(const stun::TransactionId& check) const {
    for (const auto& pair : pairs_) {
        if (pair->check && pair->check->id == check) return pair.get();
    }
    return nullptr;
}

Pair* CheckList::add(const Pair& pair, bool proven) {
    if (pairs_.size() >= kMaxPairs && !make_room(pair, proven)) return nullptr;
    pairs_.push_back(std::make_unique<Pair>(pair));
    Pair* added = pairs_.back().get();
    sort();
    return added;
}

bool CheckList::make_room(const Pair& pair, bool proven) {
    const Pair* victim = nullptr;
    for (const auto& candidate : pairs_) {
        if (candidate->in_use) continue;
        if (victim == nullptr || worth(*candidate) < worth(*victim)) victim = candidate.get();
    }
    const bool worse = victim->state != PairState::succeeded && victim->priority < pair.priority;
    if (!proven && !worse) return false;
    erase(victim);
    return true;
}

void CheckList::erase(const Pair* pair) {
    std::erase(triggered_, pair);
    std::erase_if(pairs_, [&](const auto& one) { return one.get() == pair; });
}

void CheckList::erase_remote(const Endpoint& remote, Transport transport) {
    const auto matches = [&](const auto& pair) {
        return pair->path.remote == remote && pair->path.transport == transport;
    };
    std::erase_if(triggered_, matches);
    std::erase_if(pairs_, matches);
}

void CheckList::prioritize(Role role) {
    for (const auto& pair : pairs_) {
        pair->priority = pair_priority(role, pair->local_priority, pair->remote_priority);
    }
    sort();
}

void CheckList::sort() {
    std::stable_sort(pairs_.begin(), pairs_.end(),
                     [](const auto& a, const auto& b) { return a->priority > b->priority; });
}

void CheckList::trigger(Pair& pair) {
    if (std::find(triggered_.begin(), triggered_.end(), &pair) == triggered_.end())
        triggered_.push_back(&pair);
}

Pair* CheckList::next(bool ordinary) {
    if (!triggered_.empty()) {
        Pair* pair = triggered_.front();
        triggered_.pop_front();
        return pair;
    }
    if (!ordinary) return nullptr;
    for (const auto& pair : pairs_) {
        if (pair->state == PairState::waiting) return pair.get();
    }
    return nullptr;
}

Pair* CheckList::best_valid(Instant since) const {
    for (const auto& pair : pairs_) {
        if (pair->state == PairState::succeeded && pair->last_answer >= since) return pair.get();
    }
    return nullptr;
}

int CheckList::untried(const Endpoint& remote) const {
    return static_cast<int>(std::count_if(pairs_.begin(), pairs_.end(), [&](const auto& pair) {
        return is_untried(*pair) && pair->path.remote == remote;
    }));
}

int CheckList::untried_relayed(const Endpoint& remote) const {
    return static_cast<int>(std::count_if(pairs_.begin(), pairs_.end(), [&](const auto& pair) {
        return pair->relayed && is_untried(*pair) && pair->path.remote == remote;
    }));
}

bool CheckList::has_waiting() const {
    return std::any_of(pairs_.begin(), pairs_.end(),
                       [](const auto& pair) { return pair->state == PairState::waiting; });
}

std::size_t CheckList::unsettled() const {
    return static_cast<std::size_t>(std::count_if(
        pairs_.begin(), pairs_.end(), [](const auto& pair) { return is_unsettled(pair->state); }));
}

}  // namespace legroom::ice
