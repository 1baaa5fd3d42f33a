#include <algorithm>
#include <utility>

#include "ice/agent_impl.hpp"

namespace legroom::ice {

void Agent::Impl::handle_response(Instant now, const Path& path, const stun::Message& response) {
    const auto probe = take_probe(response.header.transaction);
    Pair* pair = probe ? list_.find(probe->path) : list_.find(response.header.transaction);
    if (!probe && pair == nullptr) {
        ++counters_.stray_answers;
        return;
    }
    if (!response.verify_ice(remote_key_)) {
        ++counters_.unauthenticated;  // anybody could have sent it: our check goes on
        if (probe) probes_.push_back(*probe);
        return;
    }
    last_heard_ = now;
    if (pair == nullptr || pair->is_dead()) return;  // evicted or closed since it was asked
    if (path == pair->path) take_answer(now, *pair);
    if (response.error && response.error->code == stun::kRoleConflict) {
        handle_role_conflict(probe ? probe->role : pair->check->role, probe ? nullptr : pair);
    } else if (!probe) {
        finish_check(now, *pair, path, response);
    } else if (response.header.kind == stun::Class::success) {
        finish_probe(now, *probe, path);
    }
}

std::optional<Agent::Impl::Probe> Agent::Impl::take_probe(const stun::TransactionId& id) {
    const auto found =
        std::find_if(probes_.begin(), probes_.end(), [&](const Probe& probe) { return probe.id == id; });
    if (found == probes_.end()) return std::nullopt;
    const Probe probe = *found;
    probes_.erase(found);
    return probe;
}

/// By the same path as the question: whoever sent it has read the question there.
void Agent::Impl::take_answer(Instant now, Pair& pair) {
    ++pair.responses;
    if (pair.path.transport == Transport::udp) contacts_.on_answered(pair.path.remote);
    hear(now, pair);
}

void Agent::Impl::finish_check(Instant now, Pair& pair, const Path& path, const stun::Message& response) {
    if (path != pair.path) ++counters_.asymmetric_answers;
    const bool success = response.header.kind == stun::Class::success && response.mapped_address &&
                         response.unknown_required.empty() && path == pair.path;
    if (success) return succeed(now, pair, response);
    if (pair.check->nominating) ++refused_nominations_;
    give_up(now, pair);
}

/// The peer has our role and the greater claim to it: check again in the other (RFC 8445 §7.2.5.1).
void Agent::Impl::handle_role_conflict(Role asked_as, Pair* pair) {
    ++counters_.role_conflicts;
    if (asked_as == role_) switch_role(role_ == Role::controlling ? Role::controlled : Role::controlling);
    if (pair == nullptr) return;
    pair->check.reset();
    if (pair->state == PairState::succeeded) return;
    pair->state = PairState::waiting;
    list_.trigger(*pair);
}

void Agent::Impl::succeed(Instant now, Pair& pair, const stun::Message& response) {
    const Check check = *std::exchange(pair.check, std::nullopt);
    measure(pair, now - check.first_sent, check.transmissions == 1);
    if (!pair.validated && &pair == selected_) selected_ = nullptr;  // closed and come back: chosen anew
    if (!std::exchange(pair.validated, true)) pair.validated_since = now;
    pair.state = PairState::succeeded;
    pair.failures = 0;
    pair.last_answer = now;
    learn_local(pair, *response.mapped_address);

    const bool nominated_by_us = check.nominating && role_ == Role::controlling;
    const bool nominated_by_peer = pair.nominate_on_success && role_ == Role::controlled;
    pair.nominate_on_success = false;
    if (nominated_by_us) refused_nominations_ = 0;
    settle_on(now, pair, nominated_by_us || nominated_by_peer);
}

/// A pair works: is it the one to send by? Where the peer's media comes from, we stay until it says
/// otherwise.
void Agent::Impl::settle_on(Instant now, Pair& pair, bool nominated) {
    if (state_ != State::connected) {
        connected_at_ = now;
        enter(State::connected, "first valid pair " + pair.path.remote.to_string());
    }
    const bool needed = !works(selected_);
    const bool at_will = needed || !is_speaking(now, *selected_);
    const bool better = needed || (nominated_ == nullptr && pair.priority > selected_->priority);
    const bool returned = at_will && &pair == nominated_;
    if (nominated || returned) {
        select(now, pair, true);
    } else if (at_will && better) {
        select(now, pair, false);
    } else {
        suspect_selected(now, pair);
    }
}

/// Consent is for the path the answer came by, which must be the one that was asked about.
void Agent::Impl::finish_probe(Instant now, const Probe& probe, const Path& path) {
    Pair& pair = *list_.find(probe.path);
    if (path != probe.path) {
        ++counters_.asymmetric_answers;
        return;
    }
    measure(pair, now - probe.sent, true);
    pair.last_answer = now;
    if (pair.state == PairState::failed) pair.state = PairState::succeeded;
    if (&pair != selected_) return settle_on(now, pair, false);
    unanswered_ = 0;
    next_probe_ = std::max(now, probe.sent + around(kConsentInterval));
}

void Agent::Impl::measure(Pair& pair, Duration round_trip, bool exact) {
    if (exact || !pair.round_trip) pair.round_trip = round_trip;
    if (exact && round_trip_exact_) {
        round_trip_ = (*round_trip_ * 7 + round_trip) / 8;  // RFC 6298 §2.3
    } else if (exact || !round_trip_) {
        round_trip_ = round_trip;
        round_trip_exact_ = exact;
    }
}

}  // namespace legroom::ice
