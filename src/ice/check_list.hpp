#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"
#include "ice/candidate.hpp"
#include "ice/role.hpp"
#include "stun/message.hpp"

namespace legroom::ice {

inline constexpr std::size_t kMaxPairs = 100;  ///< RFC 8445 §6.1.2.5

/// A connectivity check under way: one transaction, sent until it is answered or given up.
struct Check {
    stun::TransactionId id{};
    ByteVector bytes;              ///< a retransmission is the same datagram (RFC 8489 §6.2.1)
    Role role = Role::controlled;  ///< what it says we are
    bool nominating = false;       ///< carries USE-CANDIDATE
    Instant first_sent;
    Instant last_sent;
    Instant next;  ///< retransmission, or the end after the last one
    Duration timeout{};
    int transmissions = 0;
};

enum class PairState { waiting, in_progress, succeeded, failed };

/// Our base and a remote candidate (RFC 8445 §6.1.2.2). A server-reflexive candidate of ours stands
/// for its base (§6.1.2.4), so a pair is the path its datagrams go.
///
/// There is no frozen state: with one stream of one component all foundations thaw at once.
struct Pair {
    Path path;
    std::uint32_t local_priority = 0;
    std::uint32_t remote_priority = 0;
    std::uint64_t priority = 0;
    PairState state = PairState::waiting;
    bool validated = false;  ///< A check has succeeded at some time.
    bool in_use = false;     ///< Selected or nominated: never evicted.
    bool closed = false;     ///< Its connection or our address is gone, until the peer is heard there again.
    bool expired = false;    ///< Consent ran out on it: never used again (RFC 7675 §5.1).
    bool relayed = false;    ///< Our end is a relay's.
    std::optional<Check> check;
    Instant retry_at;         ///< failed: when it is worth another try
    int failures = 0;         ///< in a row
    Instant last_answer;      ///< succeeded: the latest valid answer; the peer's consent dates from here
    Instant last_heard;       ///< the latest authenticated message of any kind
    Instant last_media;       ///< the latest authentic SRTP or SRTCP packet
    Instant validated_since;  ///< the first success
    bool nominate_on_success = false;  ///< the peer has nominated it while our own check still ran
    /// The request that nominated it last: its retransmissions and duplicates shall not do so again.
    std::optional<stun::TransactionId> nominated_by;

    // For those who ask why (report.hpp).
    std::uint64_t requests_sent = 0;
    std::uint64_t responses = 0;
    std::uint64_t requests_received = 0;
    std::optional<Duration> round_trip;

    /// No check of ours goes by it any more; its state is failed.
    [[nodiscard]] bool is_dead() const { return closed || expired; }
};

/// RFC 8445 §6.1.2.3, from the priorities of both candidates.
std::uint64_t pair_priority(Role role, std::uint32_t local, std::uint32_t remote);

/// The pairs of one stream, best first, and the order in which they are checked. A Pair keeps its
/// address until it is evicted.
class CheckList {
public:
    /// Whether a check from one to the other can get anywhere: same family, and link-local IPv6 with its
    /// like only (RFC 8445 §6.1.2.2).
    static bool pairable(const IpAddress& local, const IpAddress& remote);

    [[nodiscard]] Pair* find(const Path& path) const;
    [[nodiscard]] Pair* find(const stun::TransactionId& check) const;

    /// Adds a pair that is not there yet. At kMaxPairs the worst one makes room: for `proven`, which an
    /// authenticated check has shown to exist, any that is not in use; otherwise one that is worse and has
    /// not succeeded. Null when none can.
    Pair* add(const Pair& pair, bool proven);
    /// None of its pairs may be in use.
    void erase_remote(const Endpoint& remote, Transport transport);
    /// Computes all priorities anew: a role or a candidate's priority has changed.
    void prioritize(Role role);

    /// Puts a pair at the end of the triggered-check queue, once (§6.1.4.1).
    void trigger(Pair& pair);
    [[nodiscard]] bool has_triggered() const { return !triggered_.empty(); }
    /// The pair to check now: the longest triggered one, or, if `ordinary`, the best waiting one (§6.1.4.2).
    Pair* next(bool ordinary);
    void clear_triggered() { triggered_.clear(); }

    /// The best pair that has succeeded and was answered on at `since` or later.
    [[nodiscard]] Pair* best_valid(Instant since) const;
    /// Pairs to this address that wait for their first check; of these, those by a relay.
    [[nodiscard]] int untried(const Endpoint& remote) const;
    [[nodiscard]] int untried_relayed(const Endpoint& remote) const;
    [[nodiscard]] bool has_waiting() const;
    /// Checks that are under way or still to come: what paces retransmission (§14.3).
    [[nodiscard]] std::size_t unsettled() const;

    [[nodiscard]] std::size_t size() const { return pairs_.size(); }
    [[nodiscard]] auto begin() const { return pairs_.begin(); }
    [[nodiscard]] auto end() const { return pairs_.end(); }

private:
    bool make_room(const Pair& pair, bool proven);
    void erase(const Pair* pair);
    void sort();

    std::vector<std::unique_ptr<Pair>> pairs_;
    std::deque<Pair*> triggered_;
};

}  // namespace legroom::ice
