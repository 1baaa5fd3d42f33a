#include "ice/relays.hpp"

#include <algorithm>

namespace legroom::ice {

Relays::Relays(const std::vector<TurnConfig>& configs, Random& random, Instant now) {
    for (const TurnConfig& config : configs) {
        const bool taken = find({config.base, config.server, config.transport}) != nullptr;
        const bool out_of_reach =
            config.transport == Transport::udp && config.base.ip.is_v4() != config.server.ip.is_v4();
        if (taken || out_of_reach || clients_.size() >= kMaxRelays) {
            ++counters_.left_out;
            continue;
        }
        clients_.emplace_back(config, random, now);
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
