#pragma once

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "ice/relays.hpp"
#include "ice/turn_client.hpp"
#include "sim/network.hpp"
#include "sim/turn_server.hpp"

/// A TURN client behind a NAT, a simulated server, and peers that only listen and talk.
namespace legroom::ice::turn_bench {

using namespace std::chrono_literals;

inline Endpoint turn_at(const char* text) { return *Endpoint::parse(text); }

inline const Endpoint kTurnHome = turn_at("10.0.0.4:5000");
inline const Endpoint kTurnNat = turn_at("203.0.113.7:61000");
inline const Endpoint kTurnServer = turn_at("198.51.100.10:3478");
inline const Endpoint kRelayIp = turn_at("198.51.100.11:1");
inline const Endpoint kTurnPeer = turn_at("192.0.2.20:7000");

/// What looks like a check, and what looks like media, to a demultiplexer.
inline ByteVector check_packet(std::uint8_t number = 0) { return {0, 1, 0, 0, number}; }
inline ByteVector media_packet(std::uint8_t number = 0) { return {0x80, 111, 0, 0, number}; }

/// The client's host. The network knows datagrams only, so a stream is datagrams too, here.
class TurnHome final : public sim::Node {
public:
    TurnHome(const TurnConfig& config, Instant now) : client(config, random_, now) {}

    void on_datagram(Instant now, const Path& path, Bytes datagram) override {
        Path seen = path;
        seen.transport = client.path().transport;
        consumed += client.handle_datagram(now, seen, datagram) ? 1 : 0;
    }
    void on_timeout(Instant now) override { client.handle_timeout(now); }
    std::optional<Instant> deadline() const override { return client.deadline(); }
    std::optional<Transmit> poll() override {
        while (auto output = client.poll()) {
            if (auto* transmit = std::get_if<Transmit>(&*output)) return std::move(*transmit);
            if (const auto* candidate = std::get_if<Candidate>(&*output)) candidates.push_back(*candidate);
            if (const auto* packet = std::get_if<TurnReceived>(&*output)) received.push_back(*packet);
            if (const auto* failed = std::get_if<TurnFailed>(&*output)) failures.push_back(*failed);
            if (std::holds_alternative<TurnDisconnect>(*output)) ++disconnects;
        }
        return std::nullopt;
    }

private:
    SeededRandom random_{1};

public:
    TurnClient client;
    std::vector<Candidate> candidates;
    std::vector<TurnReceived> received;
    std::vector<TurnFailed> failures;
    int disconnects = 0;
    int consumed = 0;
};

/// Remembers what it gets, and sends what it is told to.
class TurnPeer final : public sim::Node {
public:
    void on_datagram(Instant, const Path& path, Bytes datagram) override {
        heard.push_back({path, {datagram.begin(), datagram.end()}});
    }
    void on_timeout(Instant) override {}
    std::optional<Instant> deadline() const override { return std::nullopt; }
    std::optional<Transmit> poll() override {
        if (out.empty()) return std::nullopt;
        Transmit transmit = std::move(out.back());
        out.pop_back();
        return transmit;
    }

    std::vector<Transmit> heard;
    std::vector<Transmit> out;
};

inline TurnConfig client_config(Transport transport = Transport::udp) {
    TurnConfig config;
    config.base = kTurnHome;
    config.server = kTurnServer;
    config.transport = transport;
    config.username = "user";
    config.password = "password";
    return config;
}

inline sim::TurnServerConfig server_config() {
    sim::TurnServerConfig config;
    config.address = kTurnServer;
    config.relay_ip = kRelayIp.ip;
    return config;
}

struct TurnWorld {
    explicit TurnWorld(const TurnConfig& client = client_config(),
                       const sim::TurnServerConfig& serving = server_config(), sim::Link link = {})
        : network(1, link), server(network, serving), home(client, network.now()) {
        network.attach(kTurnHome, home);
        network.translate(kTurnHome, kTurnNat);
        network.attach(kTurnPeer, peer);
    }

    TurnClient& client() { return home.client; }
    Endpoint relayed() { return home.client.relayed().value_or(Endpoint{}); }
    void send(const ByteVector& bytes, const Endpoint& to = kTurnPeer) {
        client().send(network.now(), to, bytes);
        network.pump(home);
    }
    void reply(const ByteVector& bytes, const Endpoint& from = kTurnPeer) {
        peer.out.push_back({{from, relayed()}, bytes});
        network.pump(peer);
    }
    /// A call that goes on: a check every five seconds, media every second.
    void talk_for(Duration duration) {
        const Instant end = network.now() + duration;
        for (int second = 0; network.now() < end; ++second) {
            if (second % 5 == 0) send(check_packet());
            send(media_packet());
            network.run_for(1s);
        }
    }

    sim::Network network;
    sim::TurnServer server;
    TurnHome home;
    TurnPeer peer;
};

}  // namespace legroom::ice::turn_bench
