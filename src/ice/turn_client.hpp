#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/address.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "ice/candidate.hpp"
#include "ice/turn_peers.hpp"
#include "ice/turn_requests.hpp"

namespace legroom::ice {

struct TurnConfig {
    Endpoint
        base;  ///< Our address towards the server: the shared UDP port, or what names our end of a stream.
    Endpoint server;  ///< Numeric: names are resolved elsewhere.
    Transport transport = Transport::udp;
    std::string username;  ///< Long-term credentials, after SASLprep.
    std::string password;
    /// The family of the relayed address, and so of the peers it reaches. Not that of `server`: a server
    /// reached over IPv6 may well relay IPv4.
    bool ipv6 = false;
    /// An address of the other family is better than none: asked for when the server has none of this one.
    bool either_family = false;
    /// Of the candidate when the server is reached over UDP; over TCP it gets less, over TLS less again.
    std::uint16_t local_preference = 65535;
};

/// Why there is no relayed address.
enum class TurnFailure : std::uint8_t {
    no_answer,     ///< The server is down, the address wrong, or something between drops us.
    unauthorized,  ///< User name or password are wrong, or have run out.
    quota,         ///< This user has as many allocations as the server allows (486).
    capacity,      ///< The server has no ports left (508).
    forbidden,     ///< Not for us (403).
    family,        ///< It has no address of the requested family (440).
    disconnected,  ///< The TCP or TLS connection could not be made, or dropped.
    lost,          ///< It knows our allocation no more, or has one of ours it does not let go (437).
    refused,       ///< Any other error; the reason has the server's words.
};
std::string_view to_string(TurnFailure failure);  ///< "no_answer", …

/// A packet from `path.remote`, a peer, to `path.local`, our relayed address.
struct TurnReceived {
    Path path;
    ByteVector bytes;
};

/// Something is wrong, for the log. Said once until it changes or all is well again; meanwhile the client
/// goes on trying. `lost`: the relayed address that is ours no longer.
struct TurnFailed {
    TurnFailure cause = TurnFailure::no_answer;
    std::string reason;  ///< "TURN server 192.0.2.1:3478 (udp): no answer in 10 s"
    std::optional<Endpoint> lost;
};

/// The connection of this path is of no more use: close it, and do not report it to stream_closed(). What is
/// sent by that path later wants a new one.
struct TurnDisconnect {
    Path path;
};

using TurnOutput = std::variant<Transmit, Candidate, TurnReceived, TurnFailed, TurnDisconnect>;

struct TurnCounters {
    std::uint64_t allocations = 0;    ///< granted so far
    std::uint64_t failures = 0;       ///< allocations refused or lost
    std::uint64_t by_channel = 0;     ///< packets sent as ChannelData
    std::uint64_t by_indication = 0;  ///< packets sent as Send indications
    std::uint64_t received = 0;       ///< packets from peers
    std::uint64_t unsent = 0;         ///< no allocation, wrong family, too long, or no permission to be had
    std::uint64_t strangers = 0;      ///< packets from peers we never asked for: dropped
    std::uint64_t unknown_channels = 0;  ///< packets by channels we never bound: dropped
    std::uint64_t malformed = 0;         ///< from the server, and not to be understood: dropped
};

/// The longest packet relayed: in a Send indication over IPv6 it still fits an Ethernet frame.
inline constexpr std::size_t kMaxRelayedPacket = 1400;

/// One allocation at one TURN server (RFC 8656): an address of the server's at which peers reach us that
/// cannot do so directly. All legs share it, as they share the UDP port.
///
/// It is kept as long as the client lives: refreshed every 25 s, which also holds the NAT's mapping and finds
/// out soon that the server was restarted; asked for anew whenever it is lost, with growing waits of a minute
/// at most, for ever. A 300 (try alternate) is a refusal: nobody is contacted whom the configuration does not
/// name.
///
/// Owns no socket, clock or thread, and is not thread-safe. Drive it like Agent: one input, poll() until
/// nullopt, wait for deadline().
class TurnClient {
public:
    /// Asks for the allocation at once. `random` must outlive the client.
    TurnClient(TurnConfig config, Random& random, Instant now);

    /// True when the datagram came by path() and is TURN's (and is consumed). False for everything else,
    /// answers to Binding requests that somebody else sent to the same server included. What peers sent comes
    /// out as TurnReceived; from a peer nobody here asked for it is dropped and counted. Keeps no `datagram`.
    bool handle_datagram(Instant now, const Path& path, Bytes datagram);
    /// Sends a packet to a peer through the relay, and says with it that the peer is wanted. The first ones
    /// wait for the peer's permission. A channel is bound once anything but STUN goes to it: then it has been
    /// chosen. What cannot be sent is dropped and counted.
    void send(Instant now, const Endpoint& peer, Bytes packet);
    /// Lets a peer through before anything is sent to it, and for about five minutes.
    void permit(Instant now, const IpAddress& peer);
    /// The TCP or TLS connection dropped, or could not be made: starts over after a wait.
    void stream_closed(Instant now);
    /// Gives the allocation back, and the connection where there is one. Only poll() is of use afterwards.
    void close();

    /// Does whatever is due. Early and repeated calls are harmless.
    void handle_timeout(Instant now);
    [[nodiscard]] std::optional<TurnOutput> poll();
    [[nodiscard]] std::optional<Instant> deadline() const { return next_; }

    [[nodiscard]] const TurnConfig& config() const { return config_; }
    [[nodiscard]] const Path& path() const { return path_; }  ///< Us, the server, and how.
    [[nodiscard]] std::optional<Endpoint> relayed() const { return relayed_; }
    /// There is an allocation, or there was a failure to get one: nobody need wait for this any longer.
    [[nodiscard]] bool settled() const { return settled_; }
    [[nodiscard]] bool closed() const { return state_ == State::closed; }
    [[nodiscard]] const TurnCounters& counters() const { return counters_; }
    [[nodiscard]] const TurnRequestCounters& request_counters() const { return requests_.counters(); }
    [[nodiscard]] const TurnPeers& peers() const { return peers_; }

private:
    enum class State { waiting, allocating, allocated, closed };

    void allocate(Instant now);
    void refresh(Instant now);
    void act(Instant now, const TurnAnswer& answer);
    void on_allocate(Instant now, const TurnAnswer& answer);
    void on_cleared(Instant now);
    void on_refresh(Instant now, const TurnAnswer& answer);
    void on_peer(Instant now, const TurnAnswer& answer);
    void take_allocation(Instant now, const TurnAnswer& answer);
    void keep_until(Instant now, const TurnAnswer& answer);
    void report(TurnFailure cause, const std::string& reason, std::optional<Endpoint> lost = std::nullopt);
    void fail(Instant now, TurnFailure cause, const std::string& reason);
    [[nodiscard]] Duration next_wait(Instant now);
    void ask_for_peers(Instant now);
    void send_open(Instant now, const Endpoint& peer, Bytes packet);
    void receive(const Endpoint& peer, Bytes packet);
    void receive_channel_data(Bytes datagram);
    void receive_indication(Bytes datagram);
    void reschedule(Instant now);

    TurnConfig config_;
    Path path_;
    bool ipv6_;  ///< What is asked for now.
    Random& random_;
    TurnRequests requests_;
    TurnPeers peers_;
    State state_ = State::waiting;
    std::optional<Endpoint> relayed_;
    Instant since_;    ///< allocated: since when
    Instant expires_;  ///< allocated: until when, if not refreshed
    Instant step_;     ///< waiting: the next attempt; allocated: the next refresh
    bool refreshing_ = false;
    bool cleared_ = false;  ///< a leftover allocation of ours was deleted: done once in an attempt
    bool turned_ = false;   ///< the other family is asked for: likewise
    Duration wait_{};       ///< the last one before a new attempt
    bool settled_ = false;
    std::optional<TurnFailure> reported_;
    std::optional<Instant> next_;
    std::deque<TurnOutput> outbox_;
    TurnCounters counters_;
};

}  // namespace legroom::ice
