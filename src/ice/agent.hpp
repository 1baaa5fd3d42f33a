#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "ice/candidate.hpp"

namespace legroom::ice {

enum class Role { controlling, controlled };

struct Credentials {
    std::string ufrag;
    std::string password;
};

enum class State {
    checking,   ///< No valid pair yet.
    connected,  ///< A path works and the peer's consent is fresh.
    failed,     ///< Thirty seconds without success, or consent expired. Final.
};

struct AgentConfig {
    Role role = Role::controlled;
    bool remote_lite = false;
    Credentials local;
    Credentials remote;
    std::vector<Candidate> local_candidates;  ///< Host candidates known from the start.
    /// The first four bytes of every transaction id we make; the other eight are random. Many agents share one
    /// port, and an answer carries nothing else to tell whose it is (stun::transaction_tag() reads it back).
    std::uint32_t transaction_tag = 0;
    Duration setup_timeout = std::chrono::seconds{30};    ///< checking -> failed
    Duration consent_timeout = std::chrono::seconds{30};  ///< RFC 7675 §5.1
};

/// A change of state, with its reason for the log and the application.
struct StateChanged {
    State state;
    std::string reason;
};

/// Datagrams for the peer go by this path from now on: the first valid pair, later the nominated one.
struct PathChanged {
    Path path;
    bool nominated = false;
};

using Output = std::variant<Transmit, StateChanged, PathChanged>;

/// The ICE agent for one remote peer: one stream, one component (RFC 8445; trickle RFC 8838; consent
/// RFC 7675).
///
/// Owns no socket, clock or thread, and is not thread-safe. To drive it: give it one input, call
/// poll() until it returns nullopt, then wait for deadline() or the next datagram.
class Agent {
public:
    /// `random` feeds transaction ids and the tie-breaker; it must outlive the agent.
    Agent(AgentConfig config, Random& random, Instant now);
    ~Agent();
    Agent(Agent&&) noexcept;
    Agent& operator=(Agent&&) noexcept;

    void add_local_candidate(Instant now, const Candidate& candidate);
    /// Pairs and checks it. Duplicates are ignored; beyond the candidate cap it is dropped and counted.
    void add_remote_candidate(Instant now, const Candidate& candidate);

    /// Takes a datagram that the demultiplexer found to be STUN (RFC 7983 §7). A malformed one is
    /// dropped, a request with a wrong password is answered 401; both are counted. A stranger can send
    /// anything: that is no error of the caller. Keeps no `datagram`.
    void handle_datagram(Instant now, const Path& path, Bytes datagram);

    /// Does whatever is due. Early and repeated calls are harmless.
    void handle_timeout(Instant now);

    [[nodiscard]] std::optional<Output> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;  ///< nullopt: nothing is scheduled.

    [[nodiscard]] State state() const;
    /// Where to send: the nominated pair, before that the best valid one, before that nothing.
    [[nodiscard]] std::optional<Path> path() const;
    /// Whether a check succeeded on this path: DTLS and media are taken from any such (Safari sends
    /// them from more than one).
    [[nodiscard]] bool is_valid(const Path& path) const;
    /// Smoothed round trip of the checks; nullopt before the first answer.
    [[nodiscard]] std::optional<Duration> round_trip() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::ice
