#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <vector>

#include "base/address.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "ice/turn_client.hpp"

namespace legroom::ice {

inline constexpr std::size_t kMaxRelays = 16;         ///< allocations; further servers are not asked
inline constexpr std::size_t kMaxLostAddresses = 32;  ///< remembered; legs stop using them within a minute

struct RelayCounters {
    std::uint64_t left_out = 0;  ///< entries that got no client
    std::uint64_t unsent = 0;    ///< packets from relayed addresses that are lost
};

/// All TURN clients of a process, behind one address each. Drive it like Gatherer; what is sent from a
/// relayed address goes to send(), what peers sent there comes out as TurnReceived.
class Relays {
public:
    /// What set() came to.
    struct Change {
        std::vector<Endpoint> given_up;    ///< Relayed addresses that are ours no longer.
        std::vector<TurnConfig> left_out;  ///< Entries that got no client.
    };

    /// None yet. `random` must outlive this.
    explicit Relays(Random& random) : random_(random) {}
    /// These from the start.
    Relays(const std::vector<TurnConfig>& configs, Random& random, Instant now);

    /// From now on one client for each entry, up to kMaxRelays. The client of an entry that was there before
    /// goes on undisturbed; one whose entry is no more gives its address back. Left out and counted are
    /// entries with base, server and transport of an earlier one, for a server keeps one allocation for each
    /// such way (RFC 8656 §7.2), and over UDP those whose server the base cannot reach for being of the other
    /// family.
    Change set(Instant now, const std::vector<TurnConfig>& configs);

    /// True: it was a TURN server's, and is consumed.
    bool handle_datagram(Instant now, const Path& path, Bytes datagram);
    /// True: `transmit.path.local` is a relayed address, and the packet goes on its way wrapped; it is
    /// dropped and counted if the address was relayed once, and is lost. False: it is to be sent as it is.
    bool send(Instant now, const Transmit& transmit);
    /// The TCP or TLS connection of that path dropped, or could not be made.
    void stream_closed(Instant now, const Path& path);
    /// Gives all allocations back. Only poll() is of use afterwards.
    void close();

    void handle_timeout(Instant now);
    [[nodiscard]] std::optional<TurnOutput> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;
    /// Every server has granted an address or failed once: candidates that come now are late ones.
    [[nodiscard]] bool settled() const;
    [[nodiscard]] const std::list<TurnClient>& clients() const { return clients_; }
    [[nodiscard]] const RelayCounters& counters() const { return counters_; }

private:
    [[nodiscard]] TurnClient* find(const Path& path);
    [[nodiscard]] bool may_join(const TurnConfig& config);
    void give_up(TurnClient& client, Change& change);
    void remember(const Endpoint& lost);

    Random& random_;
    std::list<TurnClient> clients_;
    std::deque<TurnOutput> last_words_;  ///< Of clients that are no more.
    std::deque<Endpoint> lost_;
    RelayCounters counters_;
};

}  // namespace legroom::ice
