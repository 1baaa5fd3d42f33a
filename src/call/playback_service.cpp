#include "call/playback_service.hpp"

#include <algorithm>
#include <utility>

#include "audio/call_tone.hpp"
#include "sdp/direction.hpp"

namespace legroom::call {
namespace {

bool is_volume(std::int64_t volume) { return volume >= kMinVolume && volume <= kMaxVolume; }

double decibels_of(std::int64_t volume) { return static_cast<double>(volume) * kDecibelsPerVolume; }

Result<void> check(const NewPlayback& wanted) {
    if (!wanted.url.empty() && !wanted.tone.empty()) return Error::url_and_tone;
    if (wanted.url.empty() && wanted.tone.empty()) return Error::url_or_tone_missing;
    if (wanted.url.size() > kMaxUrlBytes) return Error::url_too_long;
    if (wanted.mime_type.size() > kMaxMimeTypeBytes) return Error::mime_type_too_long;
    if (!is_volume(wanted.volume)) return Error::invalid_volume;
    return {};
}

std::shared_ptr<engine::FrameQueue> failed(std::string why) {
    auto queue = std::make_shared<engine::FrameQueue>();
    queue->fail(std::move(why));
    return queue;
}

}  // namespace

Result<PlaybackId> PlaybackService::start(const Target& target, const NewPlayback& wanted) {
    if (const auto there = check_exists(board_, target); !there) return there.error();
    if (const auto checked = check(wanted); !checked) return checked.error();
    if (const auto possible = check_target(target); !possible) return possible.error();
    if (const auto room = check_limits(target, wanted); !room) {
        ++counters_.refused;
        return room.error();
    }
    PlaybackId id = new_id();
    ++counters_.started;
    Playback& playback =
        playbacks_.emplace(id, Playback{scope_of(board_, target), {}, !wanted.url.empty()}).first->second;
    board_.send(engine::StartPlayback{id, target, open(wanted, playback), decibels_of(wanted.volume)});
    return id;
}

/// It exists.
Result<void> PlaybackService::check_target(const Target& target) const {
    if (const auto* id = std::get_if<LegId>(&target)) {
        const Leg& leg = *board_.find(*id);
        const bool for_ever = leg.origin.purpose == Purpose::publish;
        if (for_ever && !sdp::sends(leg.signalling.negotiated.direction)) return Error::no_audio_writer;
    } else if (board_.find(std::get<RoomId>(target))->members.empty()) {
        return Error::room_empty;
    }
    return {};
}

Result<void> PlaybackService::check_limits(const Target& target, const NewPlayback& wanted) const {
    const auto same = [&](const auto& entry) { return entry.second.scope.subject == target; };
    const auto there = static_cast<std::size_t>(std::ranges::count_if(playbacks_, same));
    if (playbacks_.size() >= kMaxPlaybacks || there >= engine::kMaxPlaybacksPerTarget)
        return Error::too_many_playbacks;
    if (wanted.url.empty()) return {};
    const auto by_url =
        std::ranges::count_if(playbacks_, [](const auto& entry) { return entry.second.by_url; });
    if (static_cast<std::size_t>(by_url) >= kMaxFilePlaybacks) return Error::too_many_file_playbacks;
    return {};
}

PlaybackId PlaybackService::new_id() {
    PlaybackId id;
    do {
        id = PlaybackId{"pb-" + random_.hex(8)};
    } while (playbacks_.contains(id));
    return id;
}

engine::Sound PlaybackService::open(const NewPlayback& wanted, Playback& playback) {
    if (!wanted.tone.empty()) {
        if (const auto* tone = audio::find_call_tone(wanted.tone)) return tone;
        return failed("unknown tone \"" + wanted.tone + "\": known are " + audio::call_tone_names());
    }
    auto queue = std::make_shared<engine::FrameQueue>();
    playback.cancel = open_({wanted.url, wanted.mime_type, wanted.repeat}, queue);
    return queue;
}

PlaybackService::Playback* PlaybackService::find(const Target& target, const PlaybackId& id) {
    const auto found = playbacks_.find(id);
    if (found == playbacks_.end()) return nullptr;
    Playback& playback = found->second;
    return playback.scope.subject == target && !playback.stopping ? &playback : nullptr;
}

Result<void> PlaybackService::set_volume(const Target& target, const PlaybackId& id, std::int64_t volume) {
    if (!is_volume(volume)) return Error::invalid_volume;
    if (const auto there = check_exists(board_, target); !there) return there.error();
    if (find(target, id) == nullptr) return Error::playback_not_found;
    board_.send(engine::SetPlaybackGain{id, target, decibels_of(volume)});
    return {};
}

Result<void> PlaybackService::stop(const Target& target, const PlaybackId& id) {
    Playback* playback = find(target, id);
    if (playback == nullptr) return Error::playback_not_found;
    playback->stopping = true;
    board_.send(engine::StopPlayback{id, target});
    return {};
}

void PlaybackService::handle(Instant now, const engine::Event& event) {
    if (const auto* started = std::get_if<engine::PlaybackStarted>(&event)) {
        const auto found = playbacks_.find(started->playback);
        if (found != playbacks_.end()) publish(now, found->second, PlaybackStarted{started->playback});
    } else if (const auto* ended = std::get_if<engine::PlaybackEnded>(&event)) {
        on_ended(now, *ended);
    }
}

void PlaybackService::on_ended(Instant now, const engine::PlaybackEnded& event) {
    using Reason = engine::PlaybackEnded::Reason;
    const auto ended = playbacks_.extract(event.playback);
    if (ended.empty()) return;
    if (ended.mapped().cancel) ended.mapped().cancel();
    counters_.underruns += event.underruns;
    if (event.reason == Reason::failed) {
        ++counters_.failed;
        publish(now, ended.mapped(), PlaybackError{event.playback, event.failure});
        return;
    }
    const bool completed = event.reason == Reason::completed;
    ++(completed ? counters_.completed : counters_.stopped);
    const auto played = static_cast<std::int64_t>(event.frames) * Duration{kTick};
    publish(now, ended.mapped(), PlaybackFinished{event.playback, completed, played});
}

/// The webhook of a room is forgotten with it, before this may be told (contract 03).
void PlaybackService::publish(Instant now, const Playback& playback, Happening what) {
    Event event = event_about(now, playback.scope, std::move(what));
    const auto* room = std::get_if<RoomId>(&playback.scope.subject);
    if (room != nullptr && board_.find(*room) == nullptr) event.webhook.reset();
    board_.gates().say(std::move(event));
}

}  // namespace legroom::call
