#include <algorithm>
#include <tuple>

#include "ice/agent_impl.hpp"

namespace legroom::ice {
namespace {

using namespace std::chrono_literals;

/// The peer has left a path when it is not heard there for so long, though asked, and is heard elsewhere.
/// Audio comes every 20 ms; in its pauses the answers to our questions tell.
constexpr Duration kQuiet = 150ms;
/// The same for a far peer: an answer takes a round trip, and half of another is for its jitter.
constexpr Duration kMaxPatience = 600ms;
/// Until a path that was left is checked anew.
constexpr Duration kReturnPause = 1s;
/// While a call is set up, pairs come true one after the other, and the peer has moved nowhere.
constexpr Duration kSettling = 5s;
/// The peer sends by a path while media came by it within so long.
constexpr Duration kSpeaking = 500ms;

}  // namespace

/// Something authentic came by `pair`.
void Agent::Impl::hear(Instant now, Pair& pair) {
    pair.last_heard = now;
    last_heard_ = now;
    if (pair.path.transport == Transport::udp) contacts_.on_heard(pair.path.remote);
    if (&pair == selected_) asked_.reset();
}

void Agent::Impl::media_arrived(Instant now, const Path& path) {
    if (state_ == State::failed) return;
    if (selected_ != nullptr && selected_->path == path && works(selected_)) {
        last_heard_ = now;
        selected_->last_heard = selected_->last_media = now;
        asked_.reset();
        return;
    }
    Pair* pair = learn_pair(path, std::nullopt);
    if (pair != nullptr && pair->expired) return;
    last_heard_ = now;
    if (pair == nullptr) return;
    hear(now, *pair);
    pair->last_media = now;
    const bool here_too = selected_ != nullptr && !asked_ && now < quiet_since();
    if (here_too && pair->state == PairState::succeeded) return;  // it sends by both
    trigger(now, *pair);  // one that worked long ago is asked anew before it is used
    if (pair->state == PairState::waiting) list_.trigger(*pair);
    suspect_selected(now, *pair);
    advance(now);
}

/// The peer is heard on `other`: where we send to, is it still there? On a path that is new we ask at once.
void Agent::Impl::suspect_selected(Instant now, const Pair& other) {
    if (state_ != State::connected || selected_ == nullptr || &other == selected_) return;
    if (asked_ && asks_ >= kAsksToMove) return;  // asked enough: what follows is for the silence to say
    const bool is_new = nominated_ != nullptr && (!other.validated || other.validated_since == now);
    if (is_new || now - selected_->last_heard >= kQuiet) hurry_consent(now);
}

/// Goes where the peer has gone. While it answers on the selected path that is no move: some peers send by
/// two paths, and all check more than one.
void Agent::Impl::follow_peer(Instant now) {
    forget_lost_nomination(now);
    if (!is_quiet(now)) return;
    Pair* rival = find_rival(now);
    if (rival == nullptr) return;
    const bool asked_enough = asks_ >= kAsksToMove && now - latest_probe_ >= patience();
    const bool sends_there = rival->last_media > selected_->last_heard;
    if (!works(selected_) || asked_enough || sends_there) move_to(now, *rival);
}

Duration Agent::Impl::patience() const {
    return std::clamp<Duration>(round_trip_.value_or(kMaxPatience) * 3 / 2, kQuiet, kMaxPatience);
}

Instant Agent::Impl::quiet_since() const { return selected_->last_heard + kQuiet; }

bool Agent::Impl::is_quiet(Instant now) const {
    if (state_ != State::connected || !asked_) return false;
    return !works(selected_) || (now - *asked_ >= patience() && now >= quiet_since());
}

bool Agent::Impl::is_speaking(Instant now, const Pair& pair) const {
    return pair.last_media != Instant{} && now - pair.last_media < kSpeaking;
}

/// A pair that works and was heard on since we asked in vain: at once if the peer began there after it was
/// last heard here; one it has been heard on all along only after a longer silence.
Pair* Agent::Impl::find_rival(Instant now) const {
    const bool silent = !works(selected_) || (path_is_silent(now) && now - latest_probe_ >= patience());
    const bool settled = now - connected_at_ >= kSettling;
    Pair* best = nullptr;
    for (const auto& pair : list_) {
        if (pair.get() == selected_ || pair->state != PairState::succeeded || pair->last_heard < *asked_)
            continue;
        const bool is_new = settled && pair->validated_since > selected_->last_heard;
        if (!silent && !is_new && pair->last_media <= selected_->last_heard) continue;
        const auto recent = [](const Pair& one) { return std::tuple{one.last_media, one.last_heard}; };
        if (best == nullptr || recent(*pair) > recent(*best)) best = pair.get();
    }
    return best;
}

void Agent::Impl::move_to(Instant now, Pair& other) {
    ++counters_.moves;
    if (works(selected_)) {
        selected_->state = PairState::failed;  // until it is checked anew
        selected_->retry_at = now + kReturnPause;
    }
    select(now, other, &other == nominated_);
}

/// The nominated pair is tried again for as long as its consent would have lasted.
void Agent::Impl::forget_lost_nomination(Instant now) {
    if (nominated_ == nullptr || nominated_ == selected_ || nominated_->state == PairState::succeeded) return;
    if (now - nominated_->last_answer < config_.consent_timeout) return;
    nominated_->in_use = false;
    nominated_ = nullptr;
}

void Agent::Impl::path_closed(Instant now, const Path& path) {
    Pair* pair = list_.find(path);
    if (state_ == State::failed || pair == nullptr) return;
    close(*pair);
    leave_closed(now);
    advance(now);
}

void Agent::Impl::remove_local(Instant now, const Endpoint& base) {
    if (state_ == State::failed) return;
    std::erase_if(locals_, [&](const Candidate& one) { return one.base == base; });
    std::erase_if(bases_, [&](const Base& one) { return one.endpoint == base; });
    for (const auto& pair : list_) {
        if (pair->path.local == base) close(*pair);
    }
    leave_closed(now);
    advance(now);
}

void Agent::Impl::close(Pair& pair) {
    pair.closed = true;
    pair.state = PairState::failed;
    pair.check.reset();
    pair.validated = pair.nominate_on_success = false;
    pair.last_heard = pair.last_media = Instant{};
    if (&pair != nominated_) return;
    nominated_ = nullptr;
    pair.in_use = &pair == selected_;
}

/// A pair that was answered on not long ago takes over. Without one the closed pair stays where it is, and
/// the others are asked.
void Agent::Impl::leave_closed(Instant now) {
    if (selected_ == nullptr || works(selected_)) return;
    if (Pair* other = list_.best_valid(fresh_since(now))) return select(now, *other, false);
    asked_ = next_probe_ = now;
    asks_ = 0;
}

}  // namespace legroom::ice
