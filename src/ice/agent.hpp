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
#include "ice/failure.hpp"
#include "ice/report.hpp"
#include "ice/role.hpp"

namespace legroom::ice {

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
    bool remote_lite = false;  ///< The peer only answers: we are controlling whatever `role` says.
    Credentials local;
    Credentials remote;
    std::vector<Candidate> local_candidates;  ///< Host candidates known from the start.
    /// The first four bytes of every transaction id we make; the other eight are random. Many agents share
    /// one port, and an answer carries nothing else to tell whose it is (stun::transaction_tag() reads it
    /// back).
    std::uint32_t transaction_tag = 0;
    Duration setup_timeout = std::chrono::seconds{30};    ///< checking -> failed
    Duration consent_timeout = std::chrono::seconds{30};  ///< RFC 7675 §5.1
};

/// A change of state, with its reason for the log and the application.
struct StateChanged {
    State state;
    std::string reason;
    FailureCode cause = FailureCode::no_reply;
};

/// Datagrams for the peer go by this path from now on: the first valid pair, later the nominated one.
struct PathChanged {
    Path path;
    bool nominated = false;
};

using Output = std::variant<Transmit, StateChanged, PathChanged>;

inline constexpr std::size_t kMaxLocalCandidates = 32;
inline constexpr std::size_t kMaxRemoteCandidates = 32;  ///< peer-reflexive ones included

/// What an agent has seen and refused so far.
struct Counters {
    std::uint64_t requests = 0;            ///< authenticated Binding requests, each answered once
    std::uint64_t malformed = 0;           ///< not STUN, no FINGERPRINT, not Binding: dropped
    std::uint64_t unauthenticated = 0;     ///< requests and answers with wrong or missing credentials
    std::uint64_t unknown_attributes = 0;  ///< requests answered 420
    std::uint64_t role_conflicts = 0;      ///< found by us or told by the peer (487)
    std::uint64_t stray_answers = 0;       ///< to no transaction of ours, or to one given up
    std::uint64_t asymmetric_answers = 0;  ///< by another path than the request went (RFC 8445 §7.2.5.2.1)
    std::uint64_t refused_candidates = 0;  ///< addresses nothing can be sent to
    std::uint64_t dropped_candidates = 0;  ///< beyond kMaxLocalCandidates or kMaxRemoteCandidates
    std::uint64_t dropped_pairs = 0;       ///< beyond kMaxPairs
    std::uint64_t checks = 0;              ///< transactions begun, consent included
    std::uint64_t retransmissions = 0;
};

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
    /// dropped, and so is a request without credentials; one with a wrong user name or password is
    /// answered 401. All are counted. A stranger can send anything: that is no error of the caller. No
    /// datagram gets more than one answer, and a stranger no longer one than it sent. Keeps no `datagram`.
    ///
    /// A check from an address nobody told us of makes a peer-reflexive candidate of it, and one that
    /// arrives at an address that is none of our candidates makes that a base of ours (RFC 8445 §7.3.1).
    void handle_datagram(Instant now, const Path& path, Bytes datagram);

    void media_arrived(Instant, const Path&) {}
    void path_closed(Instant, const Path&) {}
    void remove_local(Instant, const IpAddress&) {}
    std::optional<Instant> last_heard() const { return {}; }
    AgentReport report(Instant) const { return {}; }
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
    /// Whether the peer has proved by this path that it knows our password. It may already have chosen the
    /// pair, and begin DTLS there, while our own check of it is still to come.
    [[nodiscard]] bool has_heard(const Path& path) const;
    /// Smoothed round trip of the checks; nullopt before the first answer. While every answered check had
    /// been sent more than once it is a bound from above: the time since the first sending.
    [[nodiscard]] std::optional<Duration> round_trip() const;
    [[nodiscard]] Role role() const;  ///< A role conflict changes it (RFC 8445 §7.3.1.1).
    [[nodiscard]] const Counters& counters() const;
    /// Ours, those learnt from the peer's answers included (RFC 8445 §7.2.5.3.1).
    [[nodiscard]] const std::vector<Candidate>& local_candidates() const;
    [[nodiscard]] const std::vector<Candidate>& remote_candidates() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::ice
