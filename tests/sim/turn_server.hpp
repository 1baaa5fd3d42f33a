#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/address.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "sim/network.hpp"
#include "stun/integrity.hpp"
#include "stun/message.hpp"

namespace legroom::sim {

struct TurnServerConfig {
    Endpoint address;
    IpAddress relay_ip;  ///< Relayed addresses are ports of this one, from 49152 on.
    std::string username = "user";
    std::string password = "password";
    std::string realm = "relay.example";
    std::chrono::seconds lifetime{600};  ///< what every allocation gets
    Duration nonce_lifetime = std::chrono::hours{1};
    std::size_t max_allocations = 100;  ///< beyond: 486
};

struct TurnServerCounters {
    std::uint64_t requests = 0;
    std::uint64_t challenged = 0;  ///< answered 401
    std::uint64_t stale = 0;       ///< answered 438
    std::uint64_t refused = 0;     ///< answered with any other error
    std::uint64_t granted = 0;
    std::uint64_t by_channel = 0;          ///< packets of clients that came as ChannelData
    std::uint64_t by_indication = 0;       ///< as Send indications
    std::uint64_t to_client = 0;           ///< packets of peers let through
    std::uint64_t without_permission = 0;  ///< packets either way that were dropped for want of one
};

/// A TURN server (RFC 8656) in virtual time: one user, long-term credentials, UDP allocations. Permissions
/// and channels are enforced and run out as the RFC says. Attach it to the network at its address; it
/// attaches the relayed addresses it hands out itself.
class TurnServer final : public Node {
public:
    TurnServer(Network& network, TurnServerConfig config);

    void on_datagram(Instant now, const Path& path, Bytes datagram) override;
    void on_timeout(Instant) override {}
    std::optional<Transmit> poll() override;
    std::optional<Instant> deadline() const override { return std::nullopt; }

    /// As after a crash: allocations and nonces are forgotten.
    void restart();
    void set_password(std::string password) { config_.password = std::move(password); }
    /// From now on requests of this method are answered with this error, after authentication. 0: no longer.
    void refuse(std::uint16_t method, std::uint16_t error) { refusals_[method] = error; }

    [[nodiscard]] std::size_t allocation_count(Instant now) const;
    [[nodiscard]] const TurnServerCounters& counters() const { return counters_; }
    /// How many requests of a method were granted.
    [[nodiscard]] std::uint64_t granted(std::uint16_t method) const;

private:
    struct Channel {
        Endpoint peer;
        Instant expires;
    };
    struct Allocation {
        Path client;  ///< the server's end first
        Endpoint relayed;
        Instant expires;
        stun::TransactionId transaction{};
        std::map<IpAddress, Instant> permissions;
        std::map<std::uint16_t, Channel> channels;
    };

    void handle_request(Instant now, const Path& path, const stun::Message& request);
    /// 0, or the error.
    std::uint16_t authenticate(Instant now, const stun::Message& request);
    std::uint16_t perform(Instant now, const Path& path, const stun::Message& request);
    std::uint16_t allocate(Instant now, const Path& path, const stun::Message& request);
    std::uint16_t refresh(Instant now, Allocation& allocation, const stun::Message& request);
    std::uint16_t permit(Instant now, Allocation& allocation, const stun::Message& request);
    std::uint16_t bind(Instant now, Allocation& allocation, const stun::Message& request);
    void answer(const Path& path, const stun::Message& request);
    void refuse(const Path& path, const stun::Message& request, std::uint16_t error);
    void from_client(Instant now, Allocation& allocation, const Endpoint& peer, Bytes packet);
    void from_peer(Instant now, Allocation& allocation, const Endpoint& peer, Bytes packet);
    [[nodiscard]] Allocation* find(Instant now, const Path& client);
    void forget(const Path& client);
    [[nodiscard]] stun::IntegrityKey key() const;

    Network& network_;
    TurnServerConfig config_;
    SeededRandom random_{1};
    std::string nonce_;
    Instant nonce_since_;
    std::map<Path, Allocation> allocations_;
    std::map<Endpoint, Path> relayed_;
    std::map<std::uint16_t, std::uint16_t> refusals_;
    std::map<std::uint16_t, std::uint64_t> granted_;
    std::uint16_t next_port_ = 49152;
    std::deque<Transmit> outbox_;
    TurnServerCounters counters_;
};

}  // namespace legroom::sim
