#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <vector>

#include "base/address.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

namespace legroom::sim {

/// Something with addresses on the network: an adapter of a few lines around a sans-IO machine. The
/// network gives it one input, then calls poll() until it returns nullopt.
class Node {
public:
    virtual ~Node() = default;

    /// A datagram came to `path.local`, one of the addresses it was attached with.
    virtual void on_datagram(Instant now, const Path& path, Bytes datagram) = 0;
    /// The deadline has come.
    virtual void on_timeout(Instant now) = 0;
    /// The next datagram to send, from `path.local`. Other outputs are the adapter's own business.
    virtual std::optional<Transmit> poll() = 0;
    virtual std::optional<Instant> deadline() const = 0;
};

/// What becomes of a datagram on its way. Probabilities are 0 to 1.
struct Link {
    Duration delay = std::chrono::milliseconds{10};  ///< one way
    Duration jitter{};  ///< uniform in [0, jitter), on top; alone it reorders too
    double loss = 0;
    double duplicate = 0;  ///< a second copy, with a jitter of its own
    double reorder = 0;    ///< held back by another one to three delays, so that later ones overtake it
};

struct Counters {
    std::uint64_t sent = 0;
    std::uint64_t lost = 0;         ///< by the link
    std::uint64_t unreachable = 0;  ///< nobody had that address, or the sender had lost its own
    std::uint64_t delivered = 0;    ///< duplicates count
};

/// A virtual network with a virtual clock. The same seed and the same calls give the same run.
///
/// Hosts are what is attached: one node may have any number of addresses, and lose or change them while
/// it runs. There is no queue and no bandwidth; the only NATs are the fixed ones of translate().
class Network {
public:
    explicit Network(std::uint64_t seed, Link link = {});

    /// `node` answers for `endpoint` until detach(). It must outlive the network, or be removed.
    void attach(const Endpoint& endpoint, Node& node);
    /// Takes `node` off the network, addresses and timers.
    void remove(Node& node);
    /// The address vanishes: what is under way to it, or sent from it, is lost.
    void detach(const Endpoint& endpoint);
    /// A full-cone NAT with one mapping: others see `outside` where the node says `inside`. A second call for
    /// the same `inside` is a NAT that forgot: what comes for the old mapping is lost.
    void translate(const Endpoint& inside, const Endpoint& outside);

    /// From now on, for every datagram sent; loss = 1 is a blackout.
    void set_link(const Link& link) { link_ = link; }
    /// Between these two hosts, both ways, instead of the general link.
    void set_link(const IpAddress& a, const IpAddress& b, const Link& link);

    /// Takes what `node` has to say after a call from outside, an API call say, and puts it on the wire.
    void pump(Node& node);
    /// Runs to `end`, and everything that is due at that very moment too.
    void run_until(Instant end);
    void run_for(Duration duration) { run_until(now_ + duration); }
    /// Runs until `done` or for `limit`; true if done. `done` is asked after every event.
    bool run_while_not(const std::function<bool()>& done, Duration limit);

    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] const Counters& counters() const { return counters_; }
    /// Called for every datagram a node sends, before the link has its way with it.
    void on_send(std::function<void(Instant, const Transmit&)> watcher) { watcher_ = std::move(watcher); }

private:
    struct Flight {
        Instant arrival;
        std::uint64_t order;  ///< ties are broken by who was sent first
        Path path;            ///< as the receiver sees it
        ByteVector bytes;
    };
    struct Later {
        bool operator()(const Flight& a, const Flight& b) const {
            return a.arrival != b.arrival ? a.arrival > b.arrival : a.order > b.order;
        }
    };

    bool step(Instant end);
    void deliver(const Flight& flight);
    void send(const Transmit& transmit);
    void launch(const Path& path, const ByteVector& bytes, const Link& link);
    [[nodiscard]] const Link& link_between(const IpAddress& a, const IpAddress& b) const;
    [[nodiscard]] Node* earliest(std::optional<Instant>& when) const;

    SeededRandom random_;
    Link link_;
    std::map<std::pair<IpAddress, IpAddress>, Link> links_;
    std::map<Endpoint, Node*> nodes_;
    std::vector<Node*> unique_nodes_;  ///< in the order of attaching, so that runs repeat
    std::map<Endpoint, Endpoint> outside_;
    std::map<Endpoint, Endpoint> inside_;
    std::priority_queue<Flight, std::vector<Flight>, Later> flights_;
    std::function<void(Instant, const Transmit&)> watcher_;
    Counters counters_;
    Instant now_{std::chrono::hours{1}};  ///< not zero: a forgotten Instant{} lies in the past
    std::uint64_t order_ = 0;
    int idle_steps_ = 0;  ///< events in a row at one instant: a deadline that does not move on is a bug
};

}  // namespace legroom::sim
