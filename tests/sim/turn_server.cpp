#include "sim/turn_server.hpp"

#include <algorithm>

#include "stun/builder.hpp"
#include "stun/channel_data.hpp"

namespace legroom::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kPermission = 5min;  // RFC 8656 §9
constexpr Duration kBinding = 10min;    // §12

std::string_view phrase(std::uint16_t error) {
    switch (error) {
        case stun::kUnauthenticated:
            return "Unauthorized";
        case stun::kAllocationMismatch:
            return "Allocation Mismatch";
        case stun::kStaleNonce:
            return "Stale Nonce";
        default:
            return "Refused";
    }
}

}  // namespace

TurnServer::TurnServer(Network& network, TurnServerConfig config)
    : network_(network), config_(std::move(config)), nonce_(random_.hex(16)), nonce_since_(network.now()) {
    network.attach(config_.address, *this);
}

std::optional<Transmit> TurnServer::poll() {
    if (outbox_.empty()) return std::nullopt;
    Transmit transmit = std::move(outbox_.front());
    outbox_.pop_front();
    return transmit;
}

void TurnServer::on_datagram(Instant now, const Path& path, Bytes datagram) {
    if (const auto owner = relayed_.find(path.local); owner != relayed_.end()) {
        Allocation* allocation = find(now, owner->second);
        if (allocation != nullptr) from_peer(now, *allocation, path.remote, datagram);
        return;
    }
    Allocation* allocation = find(now, path);
    if (const auto message = stun::ChannelData::read(datagram)) {
        if (allocation == nullptr) return;
        const auto channel = allocation->channels.find(message->number);
        if (channel == allocation->channels.end() || now >= channel->second.expires) return;
        ++counters_.by_channel;
        return from_client(now, *allocation, channel->second.peer, message->payload);
    }
    const auto message = stun::Message::parse(datagram);
    if (!message) return;
    if (message->header.kind == stun::Class::request) return handle_request(now, path, *message);
    if (message->header.method != stun::kSend || allocation == nullptr) return;
    if (!message->peer_address || !message->data) return;
    ++counters_.by_indication;
    from_client(now, *allocation, *message->peer_address, *message->data);
}

void TurnServer::from_client(Instant now, Allocation& allocation, const Endpoint& peer, Bytes packet) {
    const auto permission = allocation.permissions.find(peer.ip);
    if (permission == allocation.permissions.end() || now >= permission->second) {
        ++counters_.without_permission;
        return;
    }
    outbox_.push_back({{allocation.relayed, peer}, {packet.begin(), packet.end()}});
}

void TurnServer::from_peer(Instant now, Allocation& allocation, const Endpoint& peer, Bytes packet) {
    const auto permission = allocation.permissions.find(peer.ip);
    if (permission == allocation.permissions.end() || now >= permission->second) {
        ++counters_.without_permission;
        return;
    }
    ++counters_.to_client;
    for (const auto& [number, channel] : allocation.channels) {
        if (channel.peer != peer || now >= channel.expires) continue;
        outbox_.push_back({allocation.client, stun::ChannelData{number, packet}.write()});
        return;
    }
    stun::Header header{stun::Class::indication, stun::kData, {}};
    random_.fill(header.transaction);
    outbox_.push_back({allocation.client, stun::Builder{header}.xor_peer_address(peer).data(packet).take()});
}

void TurnServer::handle_request(Instant now, const Path& path, const stun::Message& request) {
    if (request.header.method == stun::kBinding) return answer(path, request);
    ++counters_.requests;
    std::uint16_t error = authenticate(now, request);
    if (error == 0) error = refusals_[request.header.method];
    if (error == 0) error = perform(now, path, request);
    if (error != 0) return refuse(path, request, error);
    ++counters_.granted;
    ++granted_[request.header.method];
    answer(path, request);
}

std::uint16_t TurnServer::authenticate(Instant now, const stun::Message& request) {
    if (!request.has_integrity()) return stun::kUnauthenticated;
    if (!request.username || !request.realm || !request.nonce) return stun::kBadRequest;
    if (now - nonce_since_ >= config_.nonce_lifetime) {
        nonce_ = random_.hex(16);
        nonce_since_ = now;
    }
    if (request.nonce != nonce_) return stun::kStaleNonce;
    auto expected = key();
    const bool right = request.username == config_.username && request.verify_integrity(expected);
    return right ? 0 : stun::kUnauthenticated;
}

std::uint16_t TurnServer::perform(Instant now, const Path& path, const stun::Message& request) {
    if (request.header.method == stun::kAllocate) return allocate(now, path, request);
    Allocation* allocation = find(now, path);
    if (allocation == nullptr) return stun::kAllocationMismatch;
    switch (request.header.method) {
        case stun::kRefresh:
            return refresh(now, *allocation, request);
        case stun::kCreatePermission:
            return permit(now, *allocation, request);
        case stun::kChannelBind:
            return bind(now, *allocation, request);
        default:
            return stun::kBadRequest;
    }
}

std::uint16_t TurnServer::allocate(Instant now, const Path& path, const stun::Message& request) {
    if (request.requested_transport != stun::kTransportUdp) return stun::kUnsupportedTransport;
    const std::uint8_t family = config_.relay_ip.is_v4() ? stun::kFamilyV4 : stun::kFamilyV6;
    if (request.requested_family.value_or(stun::kFamilyV4) != family) return stun::kUnsupportedFamily;
    if (const Allocation* old = find(now, path)) {  // a retransmission gets the same answer
        return old->transaction == request.header.transaction ? 0 : stun::kAllocationMismatch;
    }
    if (allocation_count(now) >= config_.max_allocations) return stun::kAllocationQuotaReached;
    Allocation allocation;
    allocation.client = path;
    allocation.relayed = {config_.relay_ip, next_port_++};
    allocation.expires = now + config_.lifetime;
    allocation.transaction = request.header.transaction;
    relayed_[allocation.relayed] = path;
    network_.attach(allocation.relayed, *this);
    allocations_[path] = std::move(allocation);
    return 0;
}

std::uint16_t TurnServer::refresh(Instant now, Allocation& allocation, const stun::Message& request) {
    allocation.expires = now + std::min(config_.lifetime, request.lifetime.value_or(config_.lifetime));
    return 0;
}

std::uint16_t TurnServer::permit(Instant now, Allocation& allocation, const stun::Message& request) {
    if (!request.peer_address) return stun::kBadRequest;
    allocation.permissions[request.peer_address->ip] = now + kPermission;
    return 0;
}

std::uint16_t TurnServer::bind(Instant now, Allocation& allocation, const stun::Message& request) {
    if (!request.peer_address || !request.channel_number) return stun::kBadRequest;
    const std::uint16_t number = *request.channel_number;
    if (number < stun::kFirstChannel || number > stun::kLastChannel) return stun::kBadRequest;
    for (const auto& [other, channel] : allocation.channels) {
        if (now >= channel.expires) continue;
        if ((other == number) != (channel.peer == *request.peer_address)) return stun::kBadRequest;
    }
    allocation.channels[number] = {*request.peer_address, now + kBinding};
    return permit(now, allocation, request);
}

void TurnServer::answer(const Path& path, const stun::Message& request) {
    stun::Builder out{{stun::Class::success, request.header.method, request.header.transaction}};
    if (request.header.method == stun::kBinding) {
        outbox_.push_back({path, out.xor_mapped_address(path.remote).fingerprint().take()});
        return;
    }
    const auto found = allocations_.find(path);
    if (request.header.method == stun::kAllocate) {
        out.xor_relayed_address(found->second.relayed).xor_mapped_address(path.remote);
        out.lifetime(config_.lifetime);
    }
    if (request.header.method == stun::kRefresh) {
        const auto lifetime = std::min(config_.lifetime, request.lifetime.value_or(config_.lifetime));
        out.lifetime(lifetime);
        if (lifetime == 0s) forget(path);
    }
    auto sealing = key();
    outbox_.push_back({path, out.message_integrity(sealing).take()});
}

void TurnServer::refuse(const Path& path, const stun::Message& request, std::uint16_t error) {
    stun::Builder out{{stun::Class::error, request.header.method, request.header.transaction}};
    out.error(error, phrase(error));
    if (error == stun::kUnauthenticated || error == stun::kStaleNonce) {
        ++(error == stun::kStaleNonce ? counters_.stale : counters_.challenged);
        out.text(stun::Attribute::realm, config_.realm).text(stun::Attribute::nonce, nonce_);
    } else {
        ++counters_.refused;
        auto sealing = key();
        if (request.has_integrity()) out.message_integrity(sealing);
    }
    outbox_.push_back({path, out.take()});
}

TurnServer::Allocation* TurnServer::find(Instant now, const Path& client) {
    const auto found = allocations_.find(client);
    if (found == allocations_.end()) return nullptr;
    if (now < found->second.expires) return &found->second;
    forget(client);
    return nullptr;
}

void TurnServer::forget(const Path& client) {
    const auto found = allocations_.find(client);
    if (found == allocations_.end()) return;
    network_.detach(found->second.relayed);
    relayed_.erase(found->second.relayed);
    allocations_.erase(found);
}

void TurnServer::restart() {
    while (!allocations_.empty()) forget(allocations_.begin()->first);
    nonce_ = random_.hex(16);
}

std::size_t TurnServer::allocation_count(Instant now) const {
    return static_cast<std::size_t>(std::count_if(allocations_.begin(), allocations_.end(),
                                                  [&](const auto& one) { return now < one.second.expires; }));
}

std::uint64_t TurnServer::granted(std::uint16_t method) const {
    const auto found = granted_.find(method);
    return found == granted_.end() ? 0 : found->second;
}

stun::IntegrityKey TurnServer::key() const {
    return stun::IntegrityKey::long_term(config_.username, config_.realm, config_.password);
}

}  // namespace legroom::sim
