#include "engine/player.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "audio/gain.hpp"

namespace legroom::engine {
namespace {

using Reason = PlaybackEnded::Reason;

FrameQueue* queue_of(const Sound& sound) {
    const auto* queue = std::get_if<std::shared_ptr<FrameQueue>>(&sound);
    return queue == nullptr ? nullptr : queue->get();
}

bool has_ended(const Sound& sound) {
    const FrameQueue* queue = queue_of(sound);
    return queue != nullptr && queue->ended();
}

void add_samples(const audio::Frame& frame, audio::Frame& sum) {
    const auto from = frame.samples();
    const auto to = sum.samples();
    std::ranges::transform(from, to, to.begin(), std::plus{});
}

}  // namespace

Player::~Player() {
    for (const Playing& one : playing_) {
        if (FrameQueue* queue = queue_of(one.sound)) queue->abandon();
    }
}

void Player::add(const StartPlayback& wanted) {
    playing_.push_back({wanted.playback, wanted.sound, audio::GainRamp{audio::factor_of(wanted.decibels)}});
    drop_ended();
}

Player::Iterator Player::find(const PlaybackId& playback) {
    return std::ranges::find(playing_, playback, &Playing::id);
}

void Player::stop(const PlaybackId& playback) {
    const auto found = find(playback);
    if (found == playing_.end()) return;
    end(*found, Reason::stopped);
    playing_.erase(found);
}

void Player::set_gain(const PlaybackId& playback, double decibels) {
    const auto found = find(playback);
    if (found != playing_.end()) found->gain.set(audio::factor_of(decibels));
}

void Player::stop_all() {
    while (!playing_.empty()) {
        end(playing_.front(), Reason::stopped);
        playing_.erase(playing_.begin());
    }
}

bool Player::mix(audio::Frame& out) {
    drop_ended();
    bool sounds = false;
    audio::Frame next{out.rate};
    for (Playing& one : playing_) {
        one.mixed = pull(one, next);
        if (!one.mixed) continue;
        one.gain.apply(next.samples());
        if (!std::exchange(sounds, true)) {
            out = next;
        } else {
            add_samples(next, out);
        }
    }
    if (sounds) audio::clip(out.samples());
    return sounds;
}

bool Player::pull(Playing& one, audio::Frame& out) {
    if (!fetch(one, out)) {
        if (one.ticks > 0) ++one.underruns;
        return false;
    }
    if (one.ticks++ == 0) reports_.emplace_back(PlaybackStarted{one.id});
    return true;
}

bool Player::fetch(Playing& one, audio::Frame& out) {
    FrameQueue* queue = queue_of(one.sound);
    if (queue == nullptr) {
        audio::fill(*std::get<const audio::CallTone*>(one.sound), one.ticks, out);
        return true;
    }
    audio::Frame decoded;
    if (!queue->pop(decoded)) return false;
    one.decimator.process(decoded, out);
    return true;
}

void Player::sent() {
    for (Playing& one : playing_) {
        if (std::exchange(one.mixed, false)) ++one.frames;
    }
}

void Player::wait() { drop_ended(); }

void Player::drop_ended() {
    std::erase_if(playing_, [this](const Playing& one) {
        if (!has_ended(one.sound)) return false;
        const std::string& failure = queue_of(one.sound)->failure();
        end(one, failure.empty() ? Reason::completed : Reason::failed, failure);
        return true;
    });
}

void Player::end(const Playing& one, Reason reason, std::string failure) {
    if (FrameQueue* queue = queue_of(one.sound)) queue->abandon();
    reports_.emplace_back(PlaybackEnded{one.id, reason, std::move(failure), one.frames, one.underruns});
}

}  // namespace legroom::engine
