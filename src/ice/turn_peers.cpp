#include "ice/turn_peers.hpp"

#include <algorithm>

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;

constexpr Duration kWanted = 1min;
constexpr Duration kChannelRest = 5min;  // RFC 8656 §12: before its number may name another peer
constexpr Duration kAfterRefusal = 30s;

struct TurnTerm {
    Duration lifetime;
    Duration renewal;
};
constexpr TurnTerm kPermissionTerm{5min, 4min};  // RFC 8656 §9; a minute for the renewal
constexpr TurnTerm kChannelTerm{10min, 8min};    // RFC 8656 §12; two minutes

void settle(TurnLease& lease, Instant now, TurnAnswer::Outcome outcome, const TurnTerm& term) {
    lease.asking = false;
    lease.again = now;
    if (outcome == TurnAnswer::Outcome::no_answer) return;
    lease.granted = outcome == TurnAnswer::Outcome::granted;
    lease.again += lease.granted ? term.renewal : kAfterRefusal;
    if (lease.granted) lease.expires = now + term.lifetime;
}

}  // namespace

bool TurnPeers::want(Instant now, const IpAddress& peer) {
    auto found = permissions_.find(peer);
    if (found == permissions_.end()) {
        if (permissions_.size() >= kMaxPermissions && !make_room(now)) {
            ++counters_.dropped_addresses;
            return false;
        }
        found = permissions_.try_emplace(peer).first;
        found->second.lease.again = now;
        found->second.lease.expires = now;
    }
    TurnLease& lease = found->second.lease;
    lease.wanted_until = now + kWanted;
    if (lease.due(now)) ask(peer, found->second);
    return true;
}

bool TurnPeers::make_room(Instant now) {
    const auto idle = std::find_if(permissions_.begin(), permissions_.end(), [&](const auto& entry) {
        return !entry.second.lease.asking && !entry.second.lease.wanted(now);
    });
    if (idle == permissions_.end()) return false;
    permissions_.erase(idle);
    return true;
}

bool TurnPeers::want_channel(Instant now, const Endpoint& peer) {
    auto found = channels_.find(peer);
    if (found == channels_.end()) {
        if (channels_.size() >= kMaxChannels) {
            ++counters_.dropped_channels;
            return false;
        }
        found = channels_.try_emplace(peer).first;
        found->second.number = free_number();
        found->second.lease.again = now;
        found->second.lease.expires = now;
        numbers_[found->second.number] = peer;
    }
    TurnLease& lease = found->second.lease;
    lease.wanted_until = now + kWanted;
    if (lease.due(now)) ask(peer, found->second);
    return true;
}

/// There is one: fewer channels are bound than there are numbers.
std::uint16_t TurnPeers::free_number() {
    static_assert(kMaxChannels < stun::kLastChannel - stun::kFirstChannel);
    for (;;) {
        const std::uint16_t number = next_number_;
        next_number_ =
            number == stun::kLastChannel ? stun::kFirstChannel : static_cast<std::uint16_t>(number + 1);
        if (!numbers_.contains(number)) return number;
    }
}

void TurnPeers::ask(const IpAddress& peer, Permission& permission) {
    permission.lease.asking = true;
    TurnRequest request;
    request.method = stun::kCreatePermission;
    request.peer = {peer, 0};
    requests_.push_back(request);
}

void TurnPeers::ask(const Endpoint& peer, Channel& channel) {
    channel.lease.asking = true;
    TurnRequest request;
    request.method = stun::kChannelBind;
    request.peer = peer;
    request.channel = channel.number;
    requests_.push_back(request);
}

bool TurnPeers::open(Instant now, const IpAddress& peer) const {
    const auto found = permissions_.find(peer);
    return found != permissions_.end() && found->second.lease.usable(now);
}

bool TurnPeers::pending(const IpAddress& peer) const {
    const auto found = permissions_.find(peer);
    return found != permissions_.end() && found->second.lease.asking;
}

void TurnPeers::hold(const Endpoint& peer, Bytes bytes) {
    const auto found = permissions_.find(peer.ip);
    if (found == permissions_.end() || held_ >= kMaxHeldPackets ||
        found->second.held.size() >= kMaxHeldForOneAddress) {
        ++counters_.dropped_held;
        return;
    }
    found->second.held.push_back({peer, {bytes.begin(), bytes.end()}});
    ++held_;
}

std::optional<std::uint16_t> TurnPeers::channel_to(Instant now, const Endpoint& peer) const {
    const auto found = channels_.find(peer);
    const bool usable = found != channels_.end() && found->second.lease.usable(now);
    return usable ? std::optional{found->second.number} : std::nullopt;
}

std::optional<Endpoint> TurnPeers::peer_behind(std::uint16_t channel) const {
    const auto found = numbers_.find(channel);
    return found == numbers_.end() ? std::nullopt : std::optional{found->second};
}

void TurnPeers::handle_timeout(Instant now) {
    for (auto& [peer, permission] : permissions_) {
        if (permission.lease.due(now)) ask(peer, permission);
    }
    std::erase_if(permissions_, [&](const auto& entry) {
        const TurnLease& lease = entry.second.lease;
        return !lease.asking && now >= lease.again && now >= lease.expires;
    });
    for (auto& [peer, channel] : channels_) {
        if (channel.lease.due(now)) ask(peer, channel);
    }
    std::erase_if(channels_, [&](const auto& entry) {
        const Channel& channel = entry.second;
        const bool over = !channel.lease.asking && now >= channel.lease.again && now >= channel.reusable;
        if (over) numbers_.erase(channel.number);
        return over;
    });
}

std::optional<Instant> TurnPeers::deadline(Instant now) const {
    std::optional<Instant> earliest;
    const auto consider = [&](const TurnLease& lease, Instant end) {
        if (lease.asking) return;
        const Instant next = lease.next(now, end);
        if (!earliest || next < *earliest) earliest = next;
    };
    for (const auto& entry : permissions_) consider(entry.second.lease, entry.second.lease.expires);
    for (const auto& entry : channels_) consider(entry.second.lease, entry.second.reusable);
    return earliest;
}

std::vector<HeldPacket> TurnPeers::handle_answer(Instant now, const TurnAnswer& answer) {
    if (answer.outcome == TurnAnswer::Outcome::refused) ++counters_.refused;
    const auto permission = permissions_.find(answer.request.peer.ip);
    if (answer.request.method == stun::kChannelBind) {
        settle_channel(now, answer);
        // A channel comes with a permission for its address (RFC 8656 §12).
        const bool renewed = answer.outcome == TurnAnswer::Outcome::granted;
        if (!renewed || permission == permissions_.end() || permission->second.lease.asking) return {};
    }
    if (permission == permissions_.end()) return {};
    settle(permission->second.lease, now, answer.outcome, kPermissionTerm);
    if (!permission->second.lease.usable(now)) drop_held(permission->second);
    return release_held(permission->second);
}

void TurnPeers::settle_channel(Instant now, const TurnAnswer& answer) {
    const auto found = channels_.find(answer.request.peer);
    if (found == channels_.end()) return;
    settle(found->second.lease, now, answer.outcome, kChannelTerm);
    // Also when the answer was no, or none came: the server may have bound it all the same.
    found->second.reusable = now + kChannelTerm.lifetime + kChannelRest;
}

void TurnPeers::drop_held(Permission& permission) {
    counters_.dropped_held += permission.held.size();
    static_cast<void>(release_held(permission));
}

std::vector<HeldPacket> TurnPeers::release_held(Permission& permission) {
    held_ -= permission.held.size();
    return std::exchange(permission.held, {});
}

void TurnPeers::clear() {
    for (auto& entry : permissions_) drop_held(entry.second);
    permissions_.clear();
    channels_.clear();
    numbers_.clear();
    requests_.clear();
}

}  // namespace legroom::ice
