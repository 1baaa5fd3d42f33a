#include "ice/agent.hpp"

#include <algorithm>
#include <utility>

#include "ice/agent_impl.hpp"

namespace legroom::ice {

Agent::Agent(AgentConfig config, Random& random, Instant now)
    : impl_(std::make_unique<Impl>(std::move(config), random, now)) {}
Agent::~Agent() = default;
Agent::Agent(Agent&&) noexcept = default;
Agent& Agent::operator=(Agent&&) noexcept = default;

void Agent::add_local_candidate(Instant now, const Candidate& candidate) {
    impl_->add_local_candidate(now, candidate);
}
void Agent::remove_local(Instant now, const Endpoint& base) { impl_->remove_local(now, base); }
void Agent::add_remote_candidate(Instant now, const Candidate& candidate) {
    impl_->add_remote_candidate(now, candidate);
}
void Agent::handle_datagram(Instant now, const Path& path, Bytes datagram) {
    impl_->handle_datagram(now, path, datagram);
}
void Agent::media_arrived(Instant now, const Path& path) { impl_->media_arrived(now, path); }
void Agent::path_closed(Instant now, const Path& path) { impl_->path_closed(now, path); }
void Agent::handle_timeout(Instant now) { impl_->handle_timeout(now); }
std::optional<Output> Agent::poll() { return impl_->poll(); }
std::optional<Instant> Agent::deadline() const { return impl_->deadline(); }
State Agent::state() const { return impl_->state(); }
std::optional<Path> Agent::path() const { return impl_->path(); }
bool Agent::is_valid(const Path& path) const { return impl_->is_valid(path); }
bool Agent::has_heard(const Path& path) const { return impl_->has_heard(path); }
std::optional<Instant> Agent::last_heard() const { return impl_->last_heard(); }
std::optional<Duration> Agent::round_trip() const { return impl_->round_trip(); }
Role Agent::role() const { return impl_->role(); }
const Counters& Agent::counters() const { return impl_->counters(); }
const std::vector<Candidate>& Agent::local_candidates() const { return impl_->local_candidates(); }
const std::vector<Candidate>& Agent::remote_candidates() const { return impl_->remote_candidates(); }
AgentReport Agent::report(Instant now) const { return impl_->report(now); }

Agent::Impl::Impl(AgentConfig config, Random& random, Instant now)
    : config_(std::move(config)),
      random_(random),
      role_(config_.remote_lite ? Role::controlling : config_.role),
      tie_breaker_(random.u64()),
      local_key_(stun::IntegrityKey::short_term(config_.local.password)),
      remote_key_(stun::IntegrityKey::short_term(config_.remote.password)),
      username_(config_.remote.ufrag + ":" + config_.local.ufrag),
      policy_{config_.allow_local_targets, config_.allow_local_targets, config_.allow_local_targets},
      setup_deadline_(now + config_.setup_timeout),
      next_check_(now) {
    config_.consent_timeout = std::clamp(config_.consent_timeout, kMinConsentTimeout, kMaxConsentTimeout);
    for (const Candidate& candidate : std::exchange(config_.local_candidates, {})) {
        add_local_candidate(now, candidate);
    }
    advance(now);
}

void Agent::Impl::handle_timeout(Instant now) { advance(now); }

void Agent::Impl::handle_datagram(Instant now, const Path& path, Bytes datagram) {
    if (state_ == State::failed) return;
    const auto message = stun::Message::parse(datagram);
    if (!message || !message->has_fingerprint || message->header.method != stun::kBinding) {
        ++counters_.malformed;
        return;
    }
    switch (message->header.kind) {
        case stun::Class::request:
            handle_request(now, path, *message);
            break;
        case stun::Class::success:
        case stun::Class::error:
            handle_response(now, path, *message);
            break;
        case stun::Class::indication:
            return;  // a keepalive of older agents (RFC 8445 §11)
    }
    advance(now);
}

/// Everything that is due; every input ends here, so that a triggered check leaves with its answer.
void Agent::Impl::advance(Instant now) {
    if (state_ == State::failed || expire(now)) return;
    retransmit_checks(now);
    follow_peer(now);
    revive_failed_pairs(now);
    start_checks(now);
    nominate(now);
    probe_consent(now);
    schedule(now);
}

bool Agent::Impl::expire(Instant now) {
    if (state_ == State::checking && now >= setup_deadline_) {
        fail_setup();
    } else if (state_ == State::connected && now >= consent_end()) {
        lose_consent();
    }
    return state_ == State::failed;
}

void Agent::Impl::fail_setup() {
    if (!last_heard_ && counters_.unauthenticated > 0) {
        enter(State::failed, "checks and answers came with wrong credentials", FailureCode::stun_auth);
    } else if (remotes_.empty()) {
        enter(State::failed, "the peer named no usable address and sent no check",
              FailureCode::no_remote_candidates);
    } else {
        enter(State::failed, "no path worked in time", FailureCode::no_reply);
    }
}

void Agent::Impl::enter(State state, std::string reason, FailureCode cause) {
    state_ = state;
    if (state == State::failed) deadline_.reset();
    outbox_.emplace_back(StateChanged{state, std::move(reason), cause});
}

/// The path for what we send is `pair` from now on. It may leave the nominated pair for another that
/// answers, and comes back to it.
void Agent::Impl::select(Instant now, Pair& pair, bool nominated) {
    const bool moved = selected_ != &pair;
    if (!moved && (!nominated || nominated_ == &pair)) return;
    for (Pair* old : {selected_, nominated ? nominated_ : nullptr}) {
        if (old != nullptr) old->in_use = false;
    }
    selected_ = &pair;
    if (nominated) nominated_ = &pair;
    for (Pair* current : {selected_, nominated_}) {
        if (current != nullptr) current->in_use = true;
    }
    outbox_.emplace_back(PathChanged{pair.path, selected_is_nominated()});
    if (moved) start_consent(now);
}

bool Agent::Impl::selected_is_nominated() const { return selected_ != nullptr && selected_ == nominated_; }

/// No more ordinary checks: a pair is nominated and works (RFC 8445 §8.1.2), or nothing may be sent unasked.
bool Agent::Impl::is_concluded(Instant now) const {
    return state_ == State::expired || (selected_is_nominated() && !path_is_silent(now));
}

void Agent::Impl::schedule(Instant now) {
    Instant next = Instant::max();
    const auto due = [&next](Instant at) { next = std::min(next, at); };
    const auto later = [&](Instant at) {
        if (at > now) due(at);
    };

    if (state_ == State::checking) due(setup_deadline_);
    if (state_ == State::connected) {
        due(std::min(consent_end(), probe_due()));
        if (asked_) later(std::max(*asked_ + patience(), quiet_since()));
        if (asked_) later(latest_probe_ + patience());
    }
    if (list_.has_triggered() || (!is_concluded(now) && list_.has_waiting())) due(next_check_);
    if (may_nominate()) due(nomination_due());
    for (const auto& pair : list_) {
        if (pair->check) due(pair->check->next);
        if (may_retry(now, *pair)) due(pair->retry_at);
    }
    deadline_ = next == Instant::max() ? std::nullopt : std::optional{next};
}

std::optional<Output> Agent::Impl::poll() {
    if (outbox_.empty()) return std::nullopt;
    Output output = std::move(outbox_.front());
    outbox_.pop_front();
    return output;
}

std::optional<Path> Agent::Impl::path() const {
    return works(selected_) ? std::optional{selected_->path} : std::nullopt;
}

bool Agent::Impl::is_valid(const Path& path) const {
    if (selected_ != nullptr && selected_->path == path) return selected_->validated;
    const Pair* pair = list_.find(path);
    return pair != nullptr && pair->validated;
}

bool Agent::Impl::has_heard(const Path& path) const {
    const Pair* pair = list_.find(path);
    return is_valid(path) || (pair != nullptr && pair->last_heard != Instant{});
}

}  // namespace legroom::ice
