#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "ice/agent.hpp"
#include "ice/check_list.hpp"
#include "ice/contacts.hpp"
#include "ice/targets.hpp"
#include "stun/integrity.hpp"
#include "stun/message.hpp"

namespace legroom::ice {

/// What agent.hpp promises: agent.cpp has the course of events, agent_candidates.cpp the pairing,
/// agent_requests.cpp the peer's checks, agent_checks.cpp ours and agent_answers.cpp what comes of them,
/// agent_consent.cpp the life of a path once it works, agent_follow.cpp the way from one path to another.
class Agent::Impl {
public:
    Impl(AgentConfig config, Random& random, Instant now);

    void add_local_candidate(Instant now, const Candidate& candidate);
    void remove_local(Instant now, const Endpoint& base);
    void add_remote_candidate(Instant now, const Candidate& candidate);
    void handle_datagram(Instant now, const Path& path, Bytes datagram);
    void media_arrived(Instant now, const Path& path);
    void path_closed(Instant now, const Path& path);
    void handle_timeout(Instant now);
    std::optional<Output> poll();

    [[nodiscard]] std::optional<Instant> deadline() const { return deadline_; }
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] std::optional<Path> path() const;
    [[nodiscard]] bool is_valid(const Path& path) const;
    [[nodiscard]] bool has_heard(const Path& path) const;
    [[nodiscard]] std::optional<Instant> last_heard() const { return last_heard_; }
    [[nodiscard]] std::optional<Duration> round_trip() const { return round_trip_; }
    [[nodiscard]] Role role() const { return role_; }
    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] const std::vector<Candidate>& local_candidates() const { return locals_; }
    [[nodiscard]] const std::vector<Candidate>& remote_candidates() const { return remotes_; }
    [[nodiscard]] AgentReport report(Instant now) const;

private:
    /// A local address checks are sent from, with the priority of its first candidate.
    struct Base {
        Endpoint endpoint;
        Transport transport = Transport::udp;
        std::uint32_t priority = 0;
        bool relayed = false;
    };
    /// RFC 7675 §5.1: a check every 5 s, each wait varied by a fifth so that agents do not fall into step.
    /// The same datagrams keep NAT bindings open (RFC 8445 §11).
    static constexpr Duration kConsentInterval = std::chrono::seconds{5};
    /// Unanswered questions before a peer that sends no media is believed to have left a path.
    static constexpr int kAsksToMove = 3;

    /// A consent check on its way (RFC 7675 §5.1).
    struct Probe {
        stun::TransactionId id{};
        Path path;
        Role role = Role::controlled;
        Instant sent;
    };

    // agent.cpp
    void advance(Instant now);
    bool expire(Instant now);
    void fail_setup();
    void schedule(Instant now);
    void enter(State state, std::string reason, FailureCode cause = FailureCode::internal);
    void select(Instant now, Pair& pair, bool nominated);
    /// Not a selected pair whose connection or address has gone.
    [[nodiscard]] static bool works(const Pair* pair) { return pair != nullptr && pair->validated; }
    [[nodiscard]] bool selected_is_nominated() const;
    [[nodiscard]] bool is_concluded(Instant now) const;

    // agent_candidates.cpp
    void widen_policy(const Candidate& own);
    void add_base(const Candidate& candidate);
    void add_named_remote(const Candidate& candidate);
    bool add_remote(const Candidate& candidate);
    bool has_room_for(const Candidate& candidate) const;
    bool make_room_for_remote();
    Pair* add_pair(const Base& base, const Candidate& remote, bool proven);
    Pair* learn_pair(const Path& path, std::optional<std::uint32_t> priority);
    bool learn_base(const Path& path);
    bool learn_remote(const Path& path, std::optional<std::uint32_t> priority);
    void learn_local(const Pair& pair, const Endpoint& mapped);
    [[nodiscard]] Candidate* find_remote(const Endpoint& endpoint, Transport transport);
    [[nodiscard]] Base* find_base(const Endpoint& endpoint, Transport transport);

    // agent_requests.cpp
    void handle_request(Instant now, const Path& path, const stun::Message& request);
    bool authenticate(const Path& path, const stun::Message& request);
    bool resolve_role_conflict(const stun::Message& request);
    void switch_role(Role role);
    void refuse(const Path& path, const stun::Message& request, std::uint16_t code, bool authenticated);
    void answer(const Path& path, const stun::Message& request);
    void take_check(Instant now, const Path& path, const stun::Message& request);
    void take_nomination(Instant now, Pair& pair, const stun::Message& request);

    // agent_checks.cpp
    void trigger(Instant now, Pair& pair);
    void start_checks(Instant now);
    void send_check(Instant now, Pair& pair, bool nominating);
    void send_request(Pair& pair, const ByteVector& bytes);
    void retransmit_checks(Instant now);
    void retransmit(Instant now, Pair& pair);
    void give_up(Instant now, Pair& pair);
    void revive_failed_pairs(Instant now);
    void nominate(Instant now);
    [[nodiscard]] Duration first_timeout(const Pair& pair) const;
    [[nodiscard]] Duration next_timeout(const Pair& pair) const;
    [[nodiscard]] int credit(const Pair& pair) const;
    [[nodiscard]] bool may_retransmit(Instant now, const Pair& pair) const;
    [[nodiscard]] bool may_retry(Instant now, const Pair& pair) const;
    [[nodiscard]] bool may_nominate() const;
    [[nodiscard]] bool better_may_come() const;
    [[nodiscard]] Instant nomination_due() const;
    [[nodiscard]] stun::TransactionId new_transaction();
    [[nodiscard]] ByteVector request(const stun::TransactionId& id, const Pair& pair, bool nominating);

    // agent_answers.cpp
    void handle_response(Instant now, const Path& path, const stun::Message& response);
    void finish_check(Instant now, Pair& pair, const Path& path, const stun::Message& response);
    void handle_role_conflict(Role asked_as, Pair* pair);
    void succeed(Instant now, Pair& pair, const stun::Message& response);
    void settle_on(Instant now, Pair& pair, bool nominated);
    void finish_probe(Instant now, const Probe& probe, const Path& path);
    void take_answer(Instant now, Pair& pair);
    void measure(Pair& pair, Duration round_trip, bool exact);
    [[nodiscard]] std::optional<Probe> take_probe(const stun::TransactionId& id);

    // agent_consent.cpp
    void start_consent(Instant now);
    void probe_consent(Instant now);
    void ask_selected(Instant now);
    void send_probe(Instant now, Pair& pair);
    void ask_alternatives(Instant now);
    void hurry_consent(Instant now);
    void lose_consent();
    [[nodiscard]] Instant consent_end() const;
    [[nodiscard]] Instant probe_due() const;
    [[nodiscard]] bool path_is_silent(Instant now) const;
    [[nodiscard]] Duration around(Duration middle);

    // agent_follow.cpp
    void hear(Instant now, Pair& pair);
    void suspect_selected(Instant now, const Pair& other);
    void follow_peer(Instant now);
    void forget_lost_nomination(Instant now);
    void move_to(Instant now, Pair& other);
    void close(Pair& pair);
    void leave_closed(Instant now);
    [[nodiscard]] Instant quiet_since() const;
    [[nodiscard]] bool is_quiet(Instant now) const;
    [[nodiscard]] bool is_speaking(Instant now, const Pair& pair) const;
    [[nodiscard]] Pair* find_rival(Instant now) const;
    [[nodiscard]] Duration patience() const;
    [[nodiscard]] Instant fresh_since(Instant now) const { return now - config_.consent_timeout / 2; }

    // agent_report.cpp
    [[nodiscard]] PairReport report(const Pair& pair) const;

    AgentConfig config_;
    Random& random_;
    Role role_;
    const std::uint64_t tie_breaker_;
    stun::IntegrityKey local_key_;   ///< the peer's requests, our answers
    stun::IntegrityKey remote_key_;  ///< our requests, the peer's answers
    const std::string username_;     ///< of our requests
    TargetPolicy policy_;

    std::vector<Candidate> locals_;
    std::vector<Candidate> remotes_;
    std::vector<Base> bases_;
    CheckList list_;
    Contacts contacts_;

    State state_ = State::checking;
    const Instant setup_deadline_;
    Instant next_check_;         ///< Ta after the latest one
    Pair* selected_ = nullptr;   ///< where we send to
    Pair* nominated_ = nullptr;  ///< the latest one; not the selected one while that is silent
    Instant connected_at_;
    Instant nominate_after_;  ///< controlling: the next try, after nominations that failed
    int refused_nominations_ = 0;
    std::optional<Duration> round_trip_;
    bool round_trip_exact_ = false;
    std::optional<Instant> last_heard_;

    std::deque<Probe> probes_;
    int unanswered_ = 0;            ///< consent checks of the selected pair, since its latest answer
    std::optional<Instant> asked_;  ///< the first of them since anything came by the selected pair
    int asks_ = 0;                  ///< how many since then
    Instant next_probe_;
    Instant latest_probe_;

    std::deque<Output> outbox_;
    std::optional<Instant> deadline_;
    Counters counters_;
};

}  // namespace legroom::ice
