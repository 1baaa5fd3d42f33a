#pragma once

#include <deque>
#include <optional>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "ice/candidate.hpp"
#include "stun/message.hpp"

namespace legroom::ice {

/// The first round is over: every server answered or timed out (about 5 s).
struct GatheringDone {};

/// The candidate is one no longer: no server sees us at that address.
struct CandidateLost {
    Candidate candidate;
};

using GathererOutput = std::variant<Transmit, Candidate, CandidateLost, GatheringDone>;

inline constexpr std::size_t kMaxQueries = 64;  ///< base and server pairs; further ones are not asked

struct GathererCounters {
    std::uint64_t answers = 0;
    std::uint64_t refused = 0;  ///< ours by transaction id, but an error, without address, or from elsewhere
    std::uint64_t dropped = 0;  ///< queries beyond their maximum
};

/// Learns the server-reflexive addresses of the one UDP port all legs share (RFC 8445 §5.1.1.2): asks
/// every STUN server from every base, retransmits as RFC 8489 §6.2.1 says, gives up after 5 s, and asks again
/// every 20 s to keep the NAT mapping alive.
///
/// Each query, a server asked from a base, holds the address it was told last, and one without an answer
/// keeps it. A candidate is reported when a query's address changes (its first one, when no other query has
/// seen it), even to one that was known: the latest report for a base is what it became last. It is lost when
/// no query holds it any more. So servers that see different addresses repeat nothing.
///
/// Not thread-safe. Drive it like Agent: one input, poll() until nullopt, wait for deadline().
class Gatherer {
public:
    /// `bases`: our host addresses, the preferred ones first. A server is asked from the bases of its own
    /// family only. `random` must outlive the gatherer.
    Gatherer(const std::vector<Endpoint>& bases, const std::vector<Endpoint>& stun_servers, Random& random,
             Instant now);

    /// Asks these from now on, from the beginning. What is known of a base stays so until the first round is
    /// over: then what none of its queries holds is lost, unless none of them was ever answered.
    void ask(Instant now, const std::vector<Endpoint>& bases, const std::vector<Endpoint>& stun_servers);

    /// True when the datagram was an answer to one of our transactions, by the way the request went (and
    /// is consumed). Anything else is left to whoever else may know it.
    bool handle_datagram(Instant now, const Path& path, Bytes datagram);
    /// Does whatever is due. Early and repeated calls are harmless.
    void handle_timeout(Instant now);
    [[nodiscard]] std::optional<GathererOutput> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;  ///< nullopt: there is nobody to ask.
    [[nodiscard]] bool done() const { return done_; }
    [[nodiscard]] const GathererCounters& counters() const { return counters_; }

private:
    /// One server asked from one base, again and again.
    struct Query {
        Path path;
        std::uint16_t local_preference = 0;
        bool asking = false;  ///< a transaction is under way
        stun::TransactionId id{};
        Instant started;
        Instant end;   ///< no answer until then: none will come
        Instant next;  ///< asking: retransmission or end; else: the next round
        Duration timeout{};
        bool settled = false;            ///< the first round is over
        std::optional<Endpoint> mapped;  ///< what the latest answer said; the base itself: no NAT
    };

    void ask(Instant now, Query& query);
    void send(const Query& query);
    void act(Instant now, Query& query);
    void settle(Query& query, Instant next_round);
    void learn(Query& query, const Endpoint& mapped);
    [[nodiscard]] bool is_lost(const Candidate& known) const;
    void lose_unseen();
    void finish_first_round();

    Random& random_;
    Instant first_round_end_;
    std::vector<Query> queries_;
    std::vector<Candidate>
        known_;  ///< reported and not lost, the latest report last; 2 * kMaxQueries at most
    std::deque<GathererOutput> outbox_;
    bool done_ = false;
    GathererCounters counters_;
};

}  // namespace legroom::ice
