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
    connected,  ///< A path worked, and the peer's consent to send by it has not run out.
    expired,    ///< Consent ran out: nothing may be sent. A path that is new brings `connected` back.
    failed,     ///< No path worked within the set-up time. Final.
};

struct AgentConfig {
    Role role = Role::controlled;
    bool remote_lite = false;  ///< The peer only answers: we are controlling whatever `role` says.
    Credentials local;
    Credentials remote;
    /// Known from the start: host candidates, and what the process has gathered for all its agents. A relayed
    /// one is its own base.
    std::vector<Candidate> local_candidates;
    /// The first four bytes of every transaction id we make; the other eight are random. Many agents share
    /// one port, and an answer carries nothing else to tell whose it is (stun::transaction_tag() reads it
    /// back).
    std::uint32_t transaction_tag = 0;
    Duration setup_timeout = std::chrono::seconds{30};  ///< checking -> failed
    /// RFC 7675 §5.1; taken as something between kMinConsentTimeout and kMaxConsentTimeout.
    Duration consent_timeout = std::chrono::seconds{30};
    /// Check loopback and link-local addresses that the peer names. Without it they are refused, unless a
    /// host candidate of ours is of that kind itself: the call then stays on this machine or link anyway.
    bool allow_local_targets = false;
};

inline constexpr Duration kMinConsentTimeout = std::chrono::seconds{15};
inline constexpr Duration kMaxConsentTimeout = std::chrono::seconds{30};

/// A change of state, with its reason for the log and the application.
struct StateChanged {
    State state;
    std::string reason;
    /// Of `failed`: no_remote_candidates, no_reply or stun_auth; of `expired`: consent_expired. Else nothing.
    FailureCode cause = FailureCode::internal;
};

/// Datagrams for the peer go by this path from now on: the first valid pair, later the nominated one, and
/// whichever the peer moves to.
struct PathChanged {
    Path path;
    bool nominated = false;
};

using Output = std::variant<Transmit, StateChanged, PathChanged>;

/// Above what a server announces: 32 addresses over UDP and over TCP, and 16 relays.
inline constexpr std::size_t kMaxLocalCandidates = 80;
inline constexpr std::size_t kMaxRemoteCandidates = 32;  ///< peer-reflexive ones and TCP included
/// Of these, TCP ones that were signalled: nothing but the report needs them, for the peer connects to us.
inline constexpr std::size_t kMaxRemoteTcpCandidates = 8;

/// What an agent has seen and refused so far.
struct Counters {
    std::uint64_t requests = 0;            ///< authenticated Binding requests, each answered once
    std::uint64_t malformed = 0;           ///< not STUN, no FINGERPRINT, not Binding: dropped
    std::uint64_t unauthenticated = 0;     ///< requests and answers with wrong or missing credentials
    std::uint64_t unknown_attributes = 0;  ///< requests answered 420
    std::uint64_t role_conflicts = 0;      ///< found by us or told by the peer (487)
    std::uint64_t stray_answers = 0;       ///< to no transaction of ours, or to one given up
    std::uint64_t asymmetric_answers = 0;  ///< by another path than the request went (RFC 8445 §7.2.5.2.1)
    std::uint64_t refused_candidates = 0;  ///< addresses nothing can or may be sent to (targets.hpp)
    std::uint64_t dropped_candidates = 0;  ///< beyond the maximum of local, remote or TCP candidates
    std::uint64_t dropped_pairs = 0;       ///< beyond kMaxPairs
    std::uint64_t checks = 0;              ///< transactions begun, consent included
    std::uint64_t retransmissions = 0;
    std::uint64_t withheld_checks = 0;  ///< not sent: the address had kMaxUnanswered and never answered
    std::uint64_t moves = 0;            ///< away from a path gone silent, without a nomination
};

/// The ICE agent for one remote peer: one stream, one component (RFC 8445; trickle RFC 8838; consent
/// RFC 7675; TCP, where we are connected to and never connect, RFC 6544).
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
    /// That base of ours is gone, with all candidates that are sent from it. Their pairs are over at once;
    /// if one of them was selected, the best of the others that works takes its place, or else path() is
    /// empty until another does.
    void remove_local(Instant now, const Endpoint& base);
    /// Pairs and checks it. Duplicates are ignored; beyond the candidate caps it is dropped and counted, and
    /// so is one that names an address we must not send to (targets.hpp). A TCP candidate is never paired: it
    /// is the peer that connects.
    void add_remote_candidate(Instant now, const Candidate& candidate);

    /// Takes a datagram that the demultiplexer found to be STUN (RFC 7983 §7). A malformed one is
    /// dropped, and so is a request without credentials; one with a wrong user name or password is
    /// answered 401. All are counted. A stranger can send anything: that is no error of the caller. No
    /// datagram gets more than one answer, and a stranger no longer one than it sent. Keeps no `datagram`.
    ///
    /// A check from an address nobody told us of makes a peer-reflexive candidate of it, and one that
    /// arrives at an address that is none of our candidates makes that a base of ours (RFC 8445 §7.3.1).
    void handle_datagram(Instant now, const Path& path, Bytes datagram);
    /// An authentic and new SRTP or SRTCP packet came by this path: the peer lives. Cheap for the selected
    /// path, for it is called with every packet. Media by a path nobody knew (a NAT has given the peer
    /// another port) makes a peer-reflexive candidate and is checked at once.
    void media_arrived(Instant now, const Path& path);
    /// The TCP connection of this path is gone, and its pair with it: see remove_local(). A path we do not
    /// know is ignored.
    void path_closed(Instant now, const Path& path);

    /// Does whatever is due. Early and repeated calls are harmless.
    void handle_timeout(Instant now);

    [[nodiscard]] std::optional<Output> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;  ///< nullopt: nothing is scheduled.

    [[nodiscard]] State state() const;
    /// Where to send: the nominated pair or one the peer has moved to, before that the best valid one.
    /// Nothing: before that, without consent, and while its connection or address is gone.
    [[nodiscard]] std::optional<Path> path() const;
    /// Whether a check succeeded on this path: DTLS and media are taken from any such (Safari sends
    /// them from more than one).
    [[nodiscard]] bool is_valid(const Path& path) const;
    /// Whether the peer has proved by this path that it knows our password. It may already have chosen the
    /// pair, and begin DTLS there, while our own check of it is still to come.
    [[nodiscard]] bool has_heard(const Path& path) const;
    /// The latest authenticated message or authentic media packet by any path. While a path is selected, it
    /// has been asked at least three times before this is 5 s ago: such a silence is a loss.
    [[nodiscard]] std::optional<Instant> last_heard() const;
    /// Smoothed round trip of the checks; nullopt before the first answer. While every answered check had
    /// been sent more than once it is a bound from above: the time since the first sending.
    [[nodiscard]] std::optional<Duration> round_trip() const;
    [[nodiscard]] Role role() const;  ///< A role conflict changes it (RFC 8445 §7.3.1.1).
    [[nodiscard]] const Counters& counters() const;
    /// Ours, those learnt from the peer's answers included (RFC 8445 §7.2.5.3.1).
    [[nodiscard]] const std::vector<Candidate>& local_candidates() const;
    [[nodiscard]] const std::vector<Candidate>& remote_candidates() const;
    /// A snapshot for whoever asks why. Costs copies of all candidates and pairs.
    [[nodiscard]] AgentReport report(Instant now) const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::ice
