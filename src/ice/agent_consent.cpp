#include <algorithm>
#include <array>

#include "ice/agent_impl.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;

/// After an unanswered check the next comes sooner: of six in 30 s a lossy path may well lose all, of
/// twenty-five it does not.
constexpr Duration kConsentRetry = 1s;
/// When nothing at all has come for so long, we ask: five seconds of silence shall mean a loss.
constexpr Duration kSilence = 2s;
constexpr Duration kSilentRetry = 700ms;  ///< so that a path that is back is found within a second
constexpr Duration kHurry = 60ms;         ///< between two checks when the peer seems to have moved

/// So much of a round trip is taken for the age of an answer.
constexpr Duration kMaxAnswerAge = 1s;

/// A path is silent after so many unanswered checks, and nothing else heard for kSilence.
constexpr int kSilentProbes = 4;

constexpr std::size_t kMaxProbes = 32;       ///< remembered; answers to older ones come too late
constexpr std::size_t kMaxAlternatives = 4;  ///< other valid pairs asked when the path is silent

}  // namespace

/// Uniform in 0.8 to 1.2 times `middle`.
Duration Agent::Impl::around(Duration middle) {
    return Duration{
        static_cast<Duration::rep>(static_cast<double>(middle.count()) * (0.8 + 0.4 * random_.unit()))};
}

/// The selected pair's latest answer was its consent until now; ask again in its turn.
void Agent::Impl::start_consent(Instant now) {
    unanswered_ = 0;
    asked_.reset();
    next_probe_ = std::max(now, selected_->last_answer + around(kConsentInterval));
}

/// An answer may be a round trip old when it arrives, and consent dates from when it was given.
Instant Agent::Impl::consent_end() const {
    const Duration age = std::min(selected_->round_trip.value_or(Duration{}), kMaxAnswerAge);
    return selected_->last_answer - age + config_.consent_timeout;
}

Instant Agent::Impl::probe_due() const {
    const Instant silent = std::max(selected_->last_heard + kSilence, latest_probe_ + kSilentRetry);
    return std::min(next_probe_, silent);
}

void Agent::Impl::probe_consent(Instant now) {
    if (state_ != State::connected || now < probe_due()) return;
    const bool unheard = now - selected_->last_heard >= kSilence;
    latest_probe_ = now;
    next_probe_ = now + around(unheard ? kSilentRetry : kConsentRetry);
    if (works(selected_)) ask_selected(now);
    if (path_is_silent(now)) ask_alternatives(now);
}

void Agent::Impl::ask_selected(Instant now) {
    send_probe(now, *selected_);
    ++unanswered_;
    if (!asked_) asks_ = 0;
    if (!asked_) asked_ = now;
    if (++asks_ < kAsksToMove && find_rival(now) != nullptr) hurry_consent(now);
}

/// The other pairs that have worked, those the peer was heard on last before the others.
void Agent::Impl::ask_alternatives(Instant now) {
    std::vector<Pair*> others;
    for (const auto& pair : list_) {
        if (pair.get() != selected_ && pair->state == PairState::succeeded) others.push_back(pair.get());
    }
    const std::size_t count = std::min(others.size(), kMaxAlternatives);
    std::partial_sort(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(count), others.end(),
                      [](const Pair* a, const Pair* b) { return a->last_heard > b->last_heard; });
    for (std::size_t i = 0; i < count; ++i) send_probe(now, *others[i]);
}

void Agent::Impl::send_probe(Instant now, Pair& pair) {
    if (probes_.size() >= kMaxProbes) probes_.pop_front();
    const auto id = new_transaction();
    ++counters_.checks;
    send_request(pair, request(id, pair, false));
    probes_.push_back({id, pair.path, role_, now});
}

void Agent::Impl::hurry_consent(Instant now) {
    next_probe_ = std::min(next_probe_, std::max(now, latest_probe_ + kHurry));
}

bool Agent::Impl::path_is_silent(Instant now) const {
    if (selected_ == nullptr) return false;
    return !works(selected_) || (unanswered_ >= kSilentProbes && now - selected_->last_heard >= kSilence);
}

/// RFC 7675 §5.1: once consent is lost, its five-tuple is not used again with these credentials, not even
/// when the peer answers there later. Another five-tuple, or an ICE restart, may bring the peer back.
void Agent::Impl::lose_consent() {
    selected_->expired = true;
    selected_->state = PairState::failed;
    for (const auto& pair : list_) {
        pair->check.reset();
        pair->in_use = false;
        if (pair->state == PairState::in_progress) pair->state = PairState::failed;
    }
    list_.clear_triggered();
    probes_.clear();
    selected_ = nominated_ = nullptr;
    asked_.reset();
    enter(State::expired, "consent expired", FailureCode::consent_expired);
}

}  // namespace legroom::ice
