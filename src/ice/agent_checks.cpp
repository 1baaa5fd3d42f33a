#include <algorithm>

#include "ice/agent_impl.hpp"
#include "stun/builder.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;

/// Between two new checks. RFC 8445 §14.2 recommends 50 ms so that a crowd of agents behind one NAT is
/// kind to it; a server sits behind none, and with six pairs 20 ms save a caller 150 ms of silence. More
/// than §14.2's minimum of 5 ms.
constexpr Duration kPacing = 20ms;

/// RFC 8445 §14.3 floors the first retransmission at 500 ms. A lost check then costs half a second in
/// which nobody hears anything; 100 ms is above most round trips, and where it is not, the answer to the
/// first sending ends the matter all the same.
constexpr Duration kMinTimeout = 100ms;
constexpr Duration kMaxFirstTimeout = 500ms;
constexpr Duration kMaxTimeout = 1600ms;
constexpr int kMaxTransmissions = 5;

/// A failed pair is tried again while there is no better: NATs open late.
constexpr Duration kRetryPause = 500ms;
/// The peer checks the same pair now: what we sent before may have been stopped at its NAT.
constexpr Duration kMinResend = 50ms;

/// Controlling: how long a first valid pair waits for a better one, and for another try.
constexpr Duration kNominationDelay = 200ms;
constexpr Duration kNominationRetry = 500ms;

}  // namespace

/// RFC 8445 §7.3.1.4. A check already under way is sent again rather than replaced: both its answers count.
/// A pair that worked long ago is checked anew, for the peer may nominate it now, and its consent must not
/// run out before it was asked for again (RFC 7675 §5.1).
void Agent::Impl::trigger(Instant now, Pair& pair) {
    const bool lately = now - pair.last_answer < config_.consent_timeout / 2;
    if (pair.state == PairState::succeeded && (lately || &pair == selected_)) return;
    if (pair.state != PairState::in_progress) {
        pair.state = PairState::waiting;
        list_.trigger(pair);
    } else if (now - pair.check->last_sent >= kMinResend) {
        pair.check->next = now;
        pair.check->transmissions = 1;
        pair.check->timeout = kMinTimeout;
    }
}

void Agent::Impl::start_checks(Instant now) {
    while (now >= next_check_) {
        Pair* pair = list_.next(!is_concluded(now));
        if (pair == nullptr) return;
        if (pair->state != PairState::waiting) continue;  // settled since it was triggered
        pair->state = PairState::in_progress;
        send_check(now, *pair, false);
        next_check_ = now + kPacing;
    }
}

void Agent::Impl::send_check(Instant now, Pair& pair, bool nominating) {
    const Duration paced = kPacing * static_cast<int>(list_.unsettled());  // RFC 8445 §14.3
    Check check;
    check.id = new_transaction();
    check.bytes = request(check.id, pair, nominating);
    check.role = role_;
    check.nominating = nominating;
    check.timeout = std::clamp<Duration>(paced, kMinTimeout, kMaxFirstTimeout);
    check.first_sent = check.last_sent = now;
    check.next = now + check.timeout;
    check.transmissions = 1;
    ++counters_.checks;
    outbox_.emplace_back(Transmit{pair.path, check.bytes});
    pair.check = std::move(check);
}

stun::TransactionId Agent::Impl::new_transaction() {
    stun::TransactionId id{};
    random_.fill(MutableBytes{id}.subspan(4));
    for (std::size_t i = 0; i < 4; ++i)
        id[i] = static_cast<std::uint8_t>(config_.transaction_tag >> (24 - 8 * i));
    return id;
}

ByteVector Agent::Impl::request(const stun::TransactionId& id, const Pair& pair, bool nominating) {
    stun::Builder out{stun::Header{stun::Class::request, stun::kBinding, id}};
    out.text(stun::Attribute::username, username_);
    if (role_ == Role::controlling) out.controlling(tie_breaker_);
    if (role_ == Role::controlled) out.controlled(tie_breaker_);
    if (nominating) out.use_candidate();
    // What a peer-reflexive candidate learnt from this check would be worth (RFC 8445 §7.1.1).
    out.priority(candidate_priority(CandidateType::peer_reflexive,
                                    static_cast<std::uint16_t>(pair.local_priority >> 8)));
    return out.message_integrity(remote_key_).fingerprint().take();
}

void Agent::Impl::retransmit_checks(Instant now) {
    for (const auto& pair : list_) {
        if (pair->check && now >= pair->check->next) retransmit(now, *pair);
    }
}

void Agent::Impl::retransmit(Instant now, Pair& pair) {
    Check& check = *pair.check;
    if (check.transmissions >= kMaxTransmissions) return give_up(now, pair);
    if (check.role != role_) return send_check(now, pair, false);  // says what is no longer true
    check.last_sent = now;
    check.timeout = std::min(check.timeout * 2, kMaxTimeout);
    check.next = now + check.timeout;
    ++check.transmissions;
    ++counters_.retransmissions;
    outbox_.emplace_back(Transmit{pair.path, check.bytes});
}

/// A nomination that got no answer leaves its pair valid: whether it still works is for consent to say.
void Agent::Impl::give_up(Instant now, Pair& pair) {
    if (pair.state == PairState::succeeded) {
        nominate_at_ = now + kNominationRetry;
    } else {
        pair.state = PairState::failed;
        pair.retry_at = now + kRetryPause;
    }
    pair.check.reset();
}

void Agent::Impl::revive_failed_pairs(Instant now) {
    if (!is_in_need(now)) return;
    for (const auto& pair : list_) {
        if (pair->state == PairState::failed && now >= pair->retry_at) pair->state = PairState::waiting;
    }
}

/// Regular nomination (RFC 8445 §8.1.1): the best pair that works, once no better one may come or the
/// wait for it has been long enough.
void Agent::Impl::nominate(Instant now) {
    if (!may_nominate() || (now < nominate_at_ && better_may_come())) return;
    Pair* best = list_.best_valid();
    send_check(now, best == nullptr ? *selected_ : *best, true);
}

bool Agent::Impl::may_nominate() const {
    if (role_ != Role::controlling || selected_ == nullptr || selected_is_nominated()) return false;
    return std::none_of(list_.begin(), list_.end(),
                        [](const auto& pair) { return pair->check && pair->check->nominating; });
}

bool Agent::Impl::better_may_come() const {
    return std::any_of(list_.begin(), list_.end(), [this](const auto& pair) {
        const bool unsettled = pair->state == PairState::waiting || pair->state == PairState::in_progress;
        return unsettled && pair->priority > selected_->priority;
    });
}

void Agent::Impl::handle_response(Instant now, const Path& path, const stun::Message& response) {
    const auto probe = take_probe(response.header.transaction);
    Pair* pair = probe ? nullptr : list_.find(response.header.transaction);
    if (!probe && pair == nullptr) {
        ++counters_.stray_answers;
    } else if (!response.verify_ice(remote_key_)) {
        ++counters_.unauthenticated;  // anybody could have sent it: our check goes on
        if (probe) probes_.push_back(*probe);
    } else if (response.error && response.error->code == stun::kRoleConflict) {
        handle_role_conflict(probe ? probe->role : pair->check->role, pair);
    } else if (probe) {
        if (response.header.kind == stun::Class::success) finish_probe(now, *probe, path);
    } else {
        finish_check(now, *pair, path, response);
    }
}

void Agent::Impl::finish_check(Instant now, Pair& pair, const Path& path, const stun::Message& response) {
    if (path != pair.path) ++counters_.asymmetric_answers;
    const bool success = response.header.kind == stun::Class::success && response.mapped_address &&
                         response.unknown_required.empty() && path == pair.path;
    if (success) return succeed(now, pair, response);
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
    measure(now - check.first_sent, check.transmissions == 1);
    pair.state = PairState::succeeded;
    pair.validated = true;
    pair.last_answer = pair.last_heard = now;
    learn_local(pair, *response.mapped_address);
    if (state_ == State::checking) {
        enter(State::connected, "first valid pair " + pair.path.remote.to_string());
        nominate_at_ = now + kNominationDelay;
    }

    const bool nominated_by_us = check.nominating && role_ == Role::controlling;
    const bool nominated_by_peer = pair.nominate_on_success && role_ == Role::controlled;
    pair.nominate_on_success = false;
    if (nominated_by_us || nominated_by_peer || &pair == nominated_) {
        select(now, pair, true);
    } else if (path_is_silent(now)) {
        abandon_selected(now, pair);
    } else if (nominated_ == nullptr) {
        select(now, *list_.best_valid(), false);
    } else if (&pair != selected_) {
        hurry_consent(now);  // a new way to the peer: is the old one still one?
    }
}

void Agent::Impl::measure(Duration round_trip, bool exact) {
    if (exact && round_trip_exact_) {
        round_trip_ = (*round_trip_ * 7 + round_trip) / 8;  // RFC 6298 §2.3
    } else if (exact || !round_trip_) {
        round_trip_ = round_trip;
        round_trip_exact_ = exact;
    }
}

}  // namespace legroom::ice
