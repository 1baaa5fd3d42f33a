#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
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
    /// One client for each entry, up to kMaxRelays. Left out and counted are entries with base, server and
    /// transport of an earlier one, for a server keeps one allocation for each such way (RFC 8656 §7.2), and
    /// over UDP those whose server the base cannot reach for being of the other family. `random` must outlive
    /// this.
    Relays(const std::vector<TurnConfig>& configs, Random& random, Instant now);

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
    [[nodiscard]] const std::deque<TurnClient>& clients() const { return clients_; }
    [[nodiscard]] const RelayCounters& counters() const { return counters_; }

private:
    [[nodiscard]] TurnClient* find(const Path& path);
    void remember(const Endpoint& lost);

    std::deque<TurnClient> clients_;
    std::deque<Endpoint> lost_;
    RelayCounters counters_;
};

}  // namespace legroom::ice
