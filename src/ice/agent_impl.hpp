#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "ice/agent.hpp"
#include "ice/check_list.hpp"
#include "stun/integrity.hpp"
#include "stun/message.hpp"

namespace legroom::ice {

/// What agent.hpp promises, in four files: agent.cpp has the course of events, agent_candidates.cpp the
/// pairing, agent_requests.cpp the peer's checks, agent_checks.cpp ours, agent_consent.cpp the life of
/// a path once it works.
class Agent::Impl {
public:
    Impl(AgentConfig config, Random& random, Instant now);

    void add_local_candidate(Instant now, const Candidate& candidate);
    void add_remote_candidate(Instant now, const Candidate& candidate);
    void handle_datagram(Instant now, const Path& path, Bytes datagram);
    void handle_timeout(Instant now);
    std::optional<Output> poll();

    [[nodiscard]] std::optional<Instant> deadline() const { return deadline_; }
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] std::optional<Path> path() const;
    [[nodiscard]] bool is_valid(const Path& path) const;
    [[nodiscard]] bool has_heard(const Path& path) const;
    [[nodiscard]] std::optional<Duration> round_trip() const { return round_trip_; }
    [[nodiscard]] Role role() const { return role_; }
    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] const std::vector<Candidate>& local_candidates() const { return locals_; }
    [[nodiscard]] const std::vector<Candidate>& remote_candidates() const { return remotes_; }

private:
    /// A local address checks are sent from, with the priority of its best candidate.
    struct Base {
        Endpoint endpoint;
        std::uint32_t priority = 0;
    };
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
    void schedule(Instant now);
    void enter(State state, std::string reason);
    void select(Instant now, Pair& pair, bool nominated);
    [[nodiscard]] bool selected_is_nominated() const;
    [[nodiscard]] bool is_concluded(Instant now) const;
    [[nodiscard]] bool is_in_need(Instant now) const;

    // agent_candidates.cpp
    void add_base(const Endpoint& endpoint, std::uint32_t priority);
    bool add_remote(const Candidate& candidate);
    bool make_room_for_remote();
    Pair* add_pair(const Base& base, const Candidate& remote, bool proven);
    Pair* learn_pair(const Path& path, std::optional<std::uint32_t> priority);
    void learn_local(const Pair& pair, const Endpoint& mapped);
    [[nodiscard]] Candidate* find_remote(const Endpoint& endpoint);
    [[nodiscard]] Base* find_base(const Endpoint& endpoint);

    // agent_requests.cpp
    void handle_request(Instant now, const Path& path, const stun::Message& request);
    bool authenticate(const Path& path, const stun::Message& request);
    bool resolve_role_conflict(const stun::Message& request);
    void switch_role(Role role);
    void refuse(const Path& path, const stun::Message& request, std::uint16_t code, bool authenticated);
    void answer(const Path& path, const stun::Message& request);
    void take_check(Instant now, const Path& path, const stun::Message& request);

    // agent_checks.cpp
    void trigger(Instant now, Pair& pair);
    void start_checks(Instant now);
    void send_check(Instant now, Pair& pair, bool nominating);
    void retransmit_checks(Instant now);
    void retransmit(Instant now, Pair& pair);
    void give_up(Instant now, Pair& pair);
    void revive_failed_pairs(Instant now);
    void nominate(Instant now);
    [[nodiscard]] bool may_nominate() const;
    [[nodiscard]] bool better_may_come() const;
    void handle_response(Instant now, const Path& path, const stun::Message& response);
    void finish_check(Instant now, Pair& pair, const Path& path, const stun::Message& response);
    void handle_role_conflict(Role asked_as, Pair* pair);
    void succeed(Instant now, Pair& pair, const stun::Message& response);
    void measure(Duration round_trip, bool exact);
    [[nodiscard]] stun::TransactionId new_transaction();
    [[nodiscard]] ByteVector request(const stun::TransactionId& id, const Pair& pair, bool nominating);

    // agent_consent.cpp
    void start_consent(Instant now);
    void probe_consent(Instant now);
    void send_probe(Instant now, const Pair& pair);
    void hurry_consent(Instant now);
    void finish_probe(Instant now, const Probe& probe, const Path& path);
    void abandon_selected(Instant now, Pair& other);
    [[nodiscard]] bool path_is_silent(Instant now) const;
    [[nodiscard]] Duration around(Duration middle);
    [[nodiscard]] std::optional<Probe> take_probe(const stun::TransactionId& id);

    AgentConfig config_;
    Random& random_;
    Role role_;
    const std::uint64_t tie_breaker_;
    stun::IntegrityKey local_key_;   ///< the peer's requests, our answers
    stun::IntegrityKey remote_key_;  ///< our requests, the peer's answers
    const std::string username_;     ///< of our requests

    std::vector<Candidate> locals_;
    std::vector<Candidate> remotes_;
    std::vector<Base> bases_;
    CheckList list_;

    State state_ = State::checking;
    const Instant setup_deadline_;
    Instant next_check_;         ///< Ta after the latest one
    Pair* selected_ = nullptr;   ///< where we send to
    Pair* nominated_ = nullptr;  ///< the latest one; not the selected one while that is silent
    Instant nominate_at_;        ///< controlling: do not wait longer for a better pair
    std::optional<Duration> round_trip_;
    bool round_trip_exact_ = false;

    std::deque<Probe> probes_;
    int unanswered_ = 0;  ///< consent checks of the selected pair, since its latest answer
    Instant next_probe_;
    Instant latest_probe_;

    std::deque<Output> outbox_;
    std::optional<Instant> deadline_;
    Counters counters_;
};

}  // namespace legroom::ice
