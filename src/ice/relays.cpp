#include "ice/relays.hpp"

#include <algorithm>

namespace legroom::ice {

namespace {

/// The preference is told once, with the candidate.
bool same_allocation(const TurnConfig& a, const TurnConfig& b) {
    return a.base == b.base && a.server == b.server && a.transport == b.transport &&
           a.username == b.username && a.password == b.password && a.ipv6 == b.ipv6 &&
           a.either_family == b.either_family;
}

}  // namespace

Relays::Relays(const std::vector<TurnConfig>& configs, Random& random, Instant now) : random_(random) {
    set(now, configs);
}

/// First those that go: their ways and their room are then free.
Relays::Change Relays::set(Instant now, const std::vector<TurnConfig>& configs) {
    Change change;
    for (TurnClient& client : clients_) {
        const bool named = std::any_of(configs.begin(), configs.end(), [&](const TurnConfig& config) {
            return same_allocation(config, client.config());
        });
        if (!named) give_up(client, change);
    }
    clients_.remove_if([](const TurnClient& client) { return client.closed(); });

    std::vector<const TurnClient*> wanted;
    const auto stays = [&](const TurnConfig& config) {
        const auto found = std::find_if(clients_.begin(), clients_.end(), [&](const TurnClient& client) {
            const bool another = std::find(wanted.begin(), wanted.end(), &client) == wanted.end();
            return another && same_allocation(config, client.config());
        });
        if (found != clients_.end()) wanted.push_back(&*found);
        return found != clients_.end();
    };
    for (const TurnConfig& config : configs) {
        if (stays(config)) continue;
        if (may_join(config)) {
            wanted.push_back(&clients_.emplace_back(config, random_, now));
        } else {
            ++counters_.left_out;
            change.left_out.push_back(config);
        }
    }
    return change;
}

bool Relays::may_join(const TurnConfig& config) {
    const bool taken = find({config.base, config.server, config.transport}) != nullptr;
    const bool in_reach =
        config.transport != Transport::udp || config.base.ip.is_v4() == config.server.ip.is_v4();
    return !taken && in_reach && clients_.size() < kMaxRelays;
}

void Relays::give_up(TurnClient& client, Change& change) {
    if (const auto relayed = client.relayed()) {
        change.given_up.push_back(*relayed);
        remember(*relayed);
    }
    client.close();
    while (auto output = client.poll()) {
        const bool says_goodbye =
            std::holds_alternative<Transmit>(*output) || std::holds_alternative<TurnDisconnect>(*output);
        if (says_goodbye) last_words_.push_back(std::move(*output));
    }
}

TurnClient* Relays::find(const Path& path) {
    const auto found = std::find_if(clients_.begin(), clients_.end(),
                                    [&](const TurnClient& client) { return client.path() == path; });
    return found == clients_.end() ? nullptr : &*found;
}

bool Relays::handle_datagram(Instant now, const Path& path, Bytes datagram) {
    TurnClient* client = find(path);
    return client != nullptr && client->handle_datagram(now, path, datagram);
}

bool Relays::send(Instant now, const Transmit& transmit) {
    const Endpoint& from = transmit.path.local;
    for (TurnClient& client : clients_) {
        if (client.relayed() != from) continue;
        client.send(now, transmit.path.remote, transmit.bytes);
        return true;
    }
    const bool lost = std::find(lost_.begin(), lost_.end(), from) != lost_.end();
    if (lost) ++counters_.unsent;
    return lost;
}

void Relays::stream_closed(Instant now, const Path& path) {
    if (TurnClient* client = find(path)) client->stream_closed(now);
}

void Relays::close() {
    for (TurnClient& client : clients_) client.close();
}

void Relays::handle_timeout(Instant now) {
    for (TurnClient& client : clients_) client.handle_timeout(now);
}

std::optional<TurnOutput> Relays::poll() {
    if (!last_words_.empty()) {
        TurnOutput output = std::move(last_words_.front());
        last_words_.pop_front();
        return output;
    }
    for (TurnClient& client : clients_) {
        auto output = client.poll();
        if (!output) continue;
        const auto* failed = std::get_if<TurnFailed>(&*output);
        if (failed != nullptr && failed->lost) remember(*failed->lost);
        return output;
    }
    return std::nullopt;
}

void Relays::remember(const Endpoint& lost) {
    lost_.push_back(lost);
    if (lost_.size() > kMaxLostAddresses) lost_.pop_front();
}

std::optional<Instant> Relays::deadline() const {
    std::optional<Instant> earliest;
    for (const TurnClient& client : clients_) {
        const auto due = client.deadline();
        if (due && (!earliest || *due < *earliest)) earliest = due;
    }
    return earliest;
}

bool Relays::settled() const {
    return std::all_of(clients_.begin(), clients_.end(),
                       [](const TurnClient& client) { return client.settled(); });
}

}  // namespace legroom::ice
