#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "dtls/handshake.hpp"
#include "sim/openssl_clock.hpp"

/// What the tests of this folder share: two handshakes and the wire between them, in virtual time.
namespace legroom::dtls::test {

using namespace std::chrono_literals;

/// One certificate for all tests that do not care: making one costs more than a handshake.
inline const Certificate& certificate(std::size_t number = 0) {
    static const std::vector<Certificate> all = {Certificate::generate().value(),
                                                 Certificate::generate().value()};
    return all.at(number);
}

inline HandshakeConfig config(Role role) {
    const std::size_t own = role == Role::client ? 0 : 1;
    return {role, certificate(own), {certificate(1 - own).fingerprint()}};
}

/// What a Handshake has said so far.
struct Said {
    std::optional<SrtpKeys> keys;
    std::optional<std::string> failed;
    bool closed = false;

    [[nodiscard]] bool anything() const { return keys || failed || closed; }
};

/// Datagrams are numbered from 0 in the order they are sent, both directions together.
struct Link {
    Duration delay = 10ms;
    Duration jitter = 0ms;  ///< Up to this much more delay, so that datagrams overtake each other.
    double loss = 0;
    double duplicates = 0;
    std::function<bool(std::size_t number)> drop = [](std::size_t) { return false; };
};

class Wire {
public:
    explicit Wire(Link link = {}, std::uint64_t seed = 1)
        : Wire(config(Role::client), config(Role::server), link, seed) {}
    Wire(HandshakeConfig client_config, HandshakeConfig server_config, Link link = {}, std::uint64_t seed = 1)
        : link_(std::move(link)),
          random_(seed),
          ends_{{Handshake{std::move(client_config)}, {}}, {Handshake{std::move(server_config)}, {}}} {
        sim::set_openssl_clock(now_);
    }

    void start() {
        for (std::size_t end = 2; end-- > 0;) {  // the server first, as after a connectivity check
            handshake(end).start(now_, 2 * link_.delay);
            collect(end);
        }
    }

    /// Lets time pass until nothing is under way or scheduled, or for `limit`.
    void run(Duration limit = 60s) {
        const Instant stop = now_ + limit;
        while (const auto next = next_event()) {
            if (*next > stop) break;
            now_ = std::max(now_, *next);
            sim::set_openssl_clock(now_);
            deliver_due();
            for (std::size_t end = 0; end < 2; ++end) expire(end);
        }
    }
    Wire& start_and_run(Duration limit = 60s) {
        start();
        run(limit);
        return *this;
    }

    void close(std::size_t end) {
        handshake(end).close();
        collect(end);
    }
    void inject(std::size_t to, Bytes datagram) {
        handshake(to).handle_datagram(now_, datagram);
        collect(to);
    }

    Handshake& handshake(std::size_t end) { return ends_[end].handshake; }
    [[nodiscard]] const Said& client() const { return ends_[0].said; }
    [[nodiscard]] const Said& server() const { return ends_[1].said; }
    [[nodiscard]] bool both_established() const { return client().keys && server().keys; }
    [[nodiscard]] std::size_t datagrams() const { return sent_; }
    [[nodiscard]] std::size_t longest() const { return longest_; }
    [[nodiscard]] std::size_t wakeups() const { return wakeups_; }
    [[nodiscard]] Instant now() const { return now_; }

private:
    struct End {
        Handshake handshake;
        Said said;
    };
    struct Arrival {
        std::size_t to;
        ByteVector bytes;
    };

    std::optional<Instant> next_event() {
        std::optional<Instant> next;
        if (!in_flight_.empty()) next = in_flight_.begin()->first;
        for (End& end : ends_) {
            const auto deadline = end.handshake.deadline();
            if (deadline && (!next || *deadline < *next)) next = deadline;
        }
        return next;
    }

    void deliver_due() {
        while (!in_flight_.empty() && in_flight_.begin()->first <= now_) {
            const Arrival arrival = std::move(in_flight_.begin()->second);
            in_flight_.erase(in_flight_.begin());
            inject(arrival.to, arrival.bytes);
        }
    }

    void expire(std::size_t end) {
        const auto deadline = handshake(end).deadline();
        if (!deadline || *deadline > now_) return;
        ++wakeups_;
        handshake(end).handle_timeout(now_);
        collect(end);
    }

    void collect(std::size_t end) {
        while (auto output = handshake(end).poll()) {
            Said& said = ends_[end].said;
            if (auto* datagram = std::get_if<Datagram>(&*output)) send(1 - end, std::move(datagram->bytes));
            if (auto* established = std::get_if<Established>(&*output))
                said.keys = std::move(established->keys);
            if (auto* failed = std::get_if<Failed>(&*output)) said.failed = std::move(failed->reason);
            if (std::holds_alternative<Closed>(*output)) said.closed = true;
        }
    }

    void send(std::size_t to, ByteVector bytes) {
        longest_ = std::max(longest_, bytes.size());
        if (link_.drop(sent_++) || random_.unit() < link_.loss) return;
        const int copies = random_.unit() < link_.duplicates ? 2 : 1;
        for (int i = 0; i < copies; ++i) {
            const auto extra =
                Duration{static_cast<std::int64_t>(random_.unit() * double(link_.jitter.count()))};
            in_flight_.emplace(now_ + link_.delay + extra, Arrival{to, bytes});
        }
    }

    Link link_;
    SeededRandom random_;
    Instant now_{1h};
    End ends_[2];
    std::multimap<Instant, Arrival> in_flight_;
    std::size_t sent_ = 0;
    std::size_t longest_ = 0;
    std::size_t wakeups_ = 0;
};

}  // namespace legroom::dtls::test
