#include "sim/network.hpp"

#include <algorithm>
#include <stdexcept>

namespace legroom::sim {
namespace {

constexpr int kMaxStepsAtOneInstant = 100'000;

std::pair<IpAddress, IpAddress> both_ways(const IpAddress& a, const IpAddress& b) {
    return a < b ? std::pair{a, b} : std::pair{b, a};
}

Endpoint translated(const std::map<Endpoint, Endpoint>& table, const Endpoint& endpoint) {
    const auto found = table.find(endpoint);
    return found == table.end() ? endpoint : found->second;
}

}  // namespace

Network::Network(std::uint64_t seed, Link link) : random_(seed), link_(link) {}

void Network::attach(const Endpoint& endpoint, Node& node) {
    nodes_[endpoint] = &node;
    if (std::find(unique_nodes_.begin(), unique_nodes_.end(), &node) == unique_nodes_.end()) {
        unique_nodes_.push_back(&node);
    }
}

void Network::remove(Node& node) {
    unique_nodes_.erase(std::remove(unique_nodes_.begin(), unique_nodes_.end(), &node), unique_nodes_.end());
    std::erase_if(nodes_, [&](const auto& entry) { return entry.second == &node; });
}

/// A node without any address left still has its timers.
void Network::detach(const Endpoint& endpoint) { nodes_.erase(endpoint); }

void Network::translate(const Endpoint& inside, const Endpoint& outside) {
    if (const auto old = outside_.find(inside); old != outside_.end()) inside_.erase(old->second);
    outside_[inside] = outside;
    inside_[outside] = inside;
}

void Network::set_link(const IpAddress& a, const IpAddress& b, const Link& link) {
    links_[both_ways(a, b)] = link;
}

const Link& Network::link_between(const IpAddress& a, const IpAddress& b) const {
    const auto found = links_.find(both_ways(a, b));
    return found == links_.end() ? link_ : found->second;
}

void Network::pump(Node& node) {
    while (const auto transmit = node.poll()) send(*transmit);
}

void Network::send(const Transmit& transmit) {
    ++counters_.sent;
    if (watcher_) watcher_(now_, transmit);
    if (nodes_.count(transmit.path.local) == 0) {
        ++counters_.unreachable;
        return;
    }
    const Endpoint source = translated(outside_, transmit.path.local);
    const Endpoint target = translated(inside_, transmit.path.remote);
    const Link& link = link_between(source.ip, target.ip);
    // Always the same number of draws, whatever the link: changing one parameter changes one thing.
    const bool lost = random_.unit() < link.loss;
    const bool twice = random_.unit() < link.duplicate;
    if (lost) ++counters_.lost;
    if (!lost) launch({target, source}, transmit.bytes, link);
    if (twice) launch({target, source}, transmit.bytes, link);
}

void Network::launch(const Path& path, const ByteVector& bytes, const Link& link) {
    const double jitter = random_.unit();
    const bool held = random_.unit() < link.reorder;
    const double hold = 1 + 2 * random_.unit();
    const auto share = [](Duration of, double by) {
        return Duration{static_cast<Duration::rep>(static_cast<double>(of.count()) * by)};
    };
    Instant arrival = now_ + link.delay + share(link.jitter, jitter);
    if (held) arrival += share(link.delay, hold);
    flights_.push({arrival, order_++, path, bytes});
}

void Network::deliver(const Flight& flight) {
    const auto found = nodes_.find(flight.path.local);
    if (found == nodes_.end()) {
        ++counters_.unreachable;
        return;
    }
    ++counters_.delivered;
    Node& node = *found->second;
    node.on_datagram(now_, flight.path, flight.bytes);
    pump(node);
}

Node* Network::earliest(std::optional<Instant>& when) const {
    Node* first = nullptr;
    for (Node* node : unique_nodes_) {
        const auto deadline = node->deadline();
        if (!deadline || (when && *when <= *deadline)) continue;
        when = deadline;
        first = node;
    }
    return first;
}

/// The next event not after `end`: an arrival or a deadline. False when there is none.
bool Network::step(Instant end) {
    std::optional<Instant> due;
    Node* node = earliest(due);
    const bool arrival_first = !flights_.empty() && (!due || flights_.top().arrival <= *due);
    if (!arrival_first && node == nullptr) return false;
    const Instant at = std::max(now_, arrival_first ? flights_.top().arrival : *due);
    if (at > end) return false;

    idle_steps_ = at == now_ ? idle_steps_ + 1 : 0;
    if (idle_steps_ > kMaxStepsAtOneInstant) throw std::logic_error{"sim: a deadline does not move on"};
    now_ = at;
    if (arrival_first) {
        const Flight flight = flights_.top();
        flights_.pop();
        deliver(flight);
    } else {
        node->on_timeout(now_);
        pump(*node);
    }
    return true;
}

void Network::run_until(Instant end) {
    for (Node* node : unique_nodes_) pump(*node);
    while (step(end)) {
    }
    now_ = std::max(now_, end);
}

bool Network::run_while_not(const std::function<bool()>& done, Duration limit) {
    const Instant end = now_ + limit;
    for (Node* node : unique_nodes_) pump(*node);
    while (!done()) {
        if (step(end)) continue;
        now_ = end;
        return done();
    }
    return true;
}

}  // namespace legroom::sim
