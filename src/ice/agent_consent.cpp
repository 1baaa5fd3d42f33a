#include <algorithm>

#include "ice/agent_impl.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;

/// RFC 7675 §5.1: a check every 5 s, each wait varied by a fifth so that agents do not fall into step. The
/// same datagrams keep NAT bindings open (RFC 8445 §11).
constexpr Duration kConsentInterval = 5s;
/// After an unanswered one the next comes sooner: of six checks in 30 s a lossy path may well lose all,
/// of twenty-five it does not.
constexpr Duration kConsentRetry = 1s;

/// A path is silent after so many unanswered checks with nothing else heard for so long.
constexpr int kSilentProbes = 4;
constexpr Duration kSilence = 2s;

constexpr std::size_t kMaxProbes = 16;       ///< remembered; answers to older ones come too late
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
    next_probe_ = std::max(now, selected_->last_answer + around(kConsentInterval));
}

void Agent::Impl::probe_consent(Instant now) {
    if (state_ != State::connected || now < next_probe_) return;
    send_probe(now, *selected_);
    ++unanswered_;
    latest_probe_ = now;
    next_probe_ = now + around(kConsentRetry);
    if (!path_is_silent(now)) return;
    std::size_t asked = 0;
    for (const auto& pair : list_) {
        if (pair.get() == selected_ || pair->state != PairState::succeeded) continue;
        send_probe(now, *pair);
        if (++asked == kMaxAlternatives) return;
    }
}

void Agent::Impl::send_probe(Instant now, const Pair& pair) {
    if (probes_.size() >= kMaxProbes) probes_.pop_front();
    const auto id = new_transaction();
    ++counters_.checks;
    outbox_.emplace_back(Transmit{pair.path, request(id, pair, false)});
    probes_.push_back({id, pair.path, role_, now});
}

void Agent::Impl::hurry_consent(Instant now) {
    if (unanswered_ == 0) next_probe_ = std::min(next_probe_, std::max(now, latest_probe_ + kConsentRetry));
}

bool Agent::Impl::path_is_silent(Instant now) const {
    return selected_ != nullptr && unanswered_ >= kSilentProbes && now - selected_->last_heard >= kSilence;
}

std::optional<Agent::Impl::Probe> Agent::Impl::take_probe(const stun::TransactionId& id) {
    const auto found =
        std::find_if(probes_.begin(), probes_.end(), [&](const Probe& probe) { return probe.id == id; });
    if (found == probes_.end()) return std::nullopt;
    const Probe probe = *found;
    probes_.erase(found);
    return probe;
}

/// Consent is for the path the answer came by, which must be the one that was asked about.
void Agent::Impl::finish_probe(Instant now, const Probe& probe, const Path& path) {
    Pair* pair = list_.find(probe.path);
    if (path != probe.path) ++counters_.asymmetric_answers;
    if (pair == nullptr || path != probe.path) return;
    measure(now - probe.sent, true);
    const bool silent = path_is_silent(now);
    pair->last_answer = pair->last_heard = now;
    if (pair == selected_) {
        unanswered_ = 0;
        next_probe_ = std::max(now, probe.sent + around(kConsentInterval));
    } else if (silent) {
        abandon_selected(now, *pair);
    }
}

/// The peer is heard on `other` and no longer where we send to.
void Agent::Impl::abandon_selected(Instant now, Pair& other) {
    if (&other != selected_) {
        selected_->state = PairState::failed;  // until it is checked anew
        selected_->retry_at = now + kConsentRetry;
    }
    select(now, other, false);
}

}  // namespace legroom::ice
