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
constexpr int kMaxTransmissions = 5;  ///< to an address the peer is heard from; to others see contacts.hpp

/// Of the few checks an address gets before it answers, so many are kept for the pairs by our relays.
constexpr int kKeptForRelays = 2;

/// TCP retransmits by itself (RFC 8489 §6.2.2). An answer that is not there by then has met a peer that had
/// not our credentials yet; its own checks bring ours again.
constexpr Duration kStreamTimeout = 10s;

/// A failed pair is tried again while there is no better: NATs open late. Doubled up to eight times that.
constexpr Duration kRetryPause = 500ms;
constexpr int kMaxDoublings = 3;
/// The peer checks the same pair now: what we sent before may have been stopped at its NAT.
constexpr Duration kMinResend = 50ms;

/// Controlling: how long a first valid pair waits for a better one to nominate.
constexpr Duration kNominationDelay = 200ms;

Duration doubled(Duration pause, int times) { return pause * (1 << std::clamp(times, 0, kMaxDoublings)); }

}  // namespace

/// RFC 8445 §7.3.1.4. A check already under way is sent again rather than replaced: both its answers count.
/// A pair that worked long ago is checked anew, for the peer may nominate it now, and its consent must not
/// run out before it was asked for again (RFC 7675 §5.1).
void Agent::Impl::trigger(Instant now, Pair& pair) {
    if (pair.is_dead()) return;
    const bool lately = state_ == State::connected && pair.last_answer >= fresh_since(now);
    if (pair.state == PairState::succeeded && (lately || &pair == selected_)) return;
    if (pair.state != PairState::in_progress) {
        pair.state = PairState::waiting;
        list_.trigger(pair);
    } else if (now - pair.check->last_sent >= kMinResend && pair.path.transport == Transport::udp) {
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
        if (credit(*pair) == 0) {
            give_up(now, *pair);
            continue;
        }
        pair->state = PairState::in_progress;
        send_check(now, *pair, false);
        next_check_ = now + kPacing;
    }
}

void Agent::Impl::send_check(Instant now, Pair& pair, bool nominating) {
    Check check;
    check.id = new_transaction();
    check.bytes = request(check.id, pair, nominating);
    check.role = role_;
    check.nominating = nominating;
    check.first_sent = check.last_sent = now;
    check.transmissions = 1;
    ++counters_.checks;
    send_request(pair, check.bytes);
    check.timeout = first_timeout(pair);
    check.next = now + check.timeout;
    pair.check = std::move(check);
}

void Agent::Impl::send_request(Pair& pair, const ByteVector& bytes) {
    ++pair.requests_sent;
    if (pair.path.transport == Transport::udp) contacts_.on_sent(pair.path.remote);
    outbox_.emplace_back(Transmit{pair.path, bytes});
}

Duration Agent::Impl::first_timeout(const Pair& pair) const {
    if (pair.path.transport != Transport::udp) return kStreamTimeout;
    const Duration paced = kPacing * static_cast<int>(list_.unsettled());  // RFC 8445 §14.3
    const Duration usual = std::clamp<Duration>(paced, kMinTimeout, kMaxFirstTimeout);
    const Endpoint& remote = pair.path.remote;
    return contacts_.is_heard(remote) ? usual : std::max(usual, contacts_.patience(remote));
}

Duration Agent::Impl::next_timeout(const Pair& pair) const {
    const Endpoint& remote = pair.path.remote;
    if (!contacts_.is_heard(remote)) return contacts_.patience(remote);
    return std::min(pair.check->timeout * 2, kMaxTimeout);
}

/// Whoever has connected to us is where he says. A machine with many interfaces shall not spend on them what
/// the relays need: until a first check has gone through one, it lets nothing in.
int Agent::Impl::credit(const Pair& pair) const {
    if (pair.path.transport != Transport::udp) return kMaxUnanswered;
    const Endpoint& remote = pair.path.remote;
    const int left = contacts_.credit(remote);
    if (left == 0 || pair.relayed || contacts_.has_answered(remote)) return left;
    return std::max(0, left - std::min(kKeptForRelays, list_.untried_relayed(remote)));
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
                                    static_cast<std::uint16_t>(pair.local_priority >> 8),
                                    pair.path.transport));
    return out.message_integrity(remote_key_).fingerprint().take();
}

void Agent::Impl::retransmit_checks(Instant now) {
    for (const auto& pair : list_) {
        if (pair->check && now >= pair->check->next) retransmit(now, *pair);
    }
}

void Agent::Impl::retransmit(Instant now, Pair& pair) {
    Check& check = *pair.check;
    if (!may_retransmit(now, pair)) return give_up(now, pair);
    if (check.role != role_) return send_check(now, pair, false);  // says what is no longer true
    check.last_sent = now;
    ++check.transmissions;
    ++counters_.retransmissions;
    send_request(pair, check.bytes);
    check.timeout = next_timeout(pair);
    check.next = now + check.timeout;
}

/// An address that says nothing gets no more once a pair is nominated (RFC 8445 §8.1.2), and its other pairs
/// get one check each before this one gets another.
bool Agent::Impl::may_retransmit(Instant now, const Pair& pair) const {
    if (pair.path.transport != Transport::udp || credit(pair) == 0) return false;
    const Endpoint& remote = pair.path.remote;
    if (contacts_.is_heard(remote)) return pair.check->transmissions < kMaxTransmissions;
    return !is_concluded(now) && credit(pair) > list_.untried(remote);
}

/// A nomination that got no answer leaves its pair valid: whether it still works is for consent to say.
void Agent::Impl::give_up(Instant now, Pair& pair) {
    if (pair.state == PairState::succeeded) {
        nominate_after_ = now + doubled(kRetryPause, refused_nominations_);
    } else {
        pair.state = PairState::failed;
        pair.retry_at = now + doubled(kRetryPause, pair.failures++);
        if (credit(pair) == 0) ++counters_.withheld_checks;
    }
    pair.check.reset();
}

void Agent::Impl::revive_failed_pairs(Instant now) {
    for (const auto& pair : list_) {
        if (may_retry(now, *pair) && now >= pair->retry_at) pair->state = PairState::waiting;
    }
}

/// Failed pairs are worth another try when nothing works yet, or what should work does not.
bool Agent::Impl::may_retry(Instant now, const Pair& pair) const {
    if (pair.state != PairState::failed || pair.is_dead() || credit(pair) == 0) return false;
    return state_ == State::checking || path_is_silent(now) || &pair == nominated_;
}

/// Regular nomination (RFC 8445 §8.1.1): the best pair that works, once no better one may come or the
/// wait for it has been long enough. Later, the one the peer has moved to.
void Agent::Impl::nominate(Instant now) {
    if (!may_nominate() || now < nomination_due()) return;
    Pair* best = nominated_ == nullptr ? list_.best_valid(fresh_since(now)) : nullptr;
    send_check(now, best == nullptr ? *selected_ : *best, true);
}

bool Agent::Impl::may_nominate() const {
    if (role_ != Role::controlling || !works(selected_) || selected_is_nominated()) return false;
    return std::none_of(list_.begin(), list_.end(),
                        [](const auto& pair) { return pair->check && pair->check->nominating; });
}

Instant Agent::Impl::nomination_due() const {
    const bool waits = nominated_ == nullptr && better_may_come();
    return waits ? std::max(nominate_after_, connected_at_ + kNominationDelay) : nominate_after_;
}

bool Agent::Impl::better_may_come() const {
    return std::any_of(list_.begin(), list_.end(), [this](const auto& pair) {
        const bool unsettled = pair->state == PairState::waiting || pair->state == PairState::in_progress;
        return unsettled && pair->priority > selected_->priority;
    });
}

}  // namespace legroom::ice
