#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "audio/call_tone.hpp"
#include "base/ids.hpp"
#include "engine/frame_queue.hpp"

/// What crosses between control and a shard about playbacks.
namespace legroom::engine {

/// To whom it is played: to one leg alone, in or out of a room, or to everybody in a room.
using PlaybackTarget = std::variant<LegId, RoomId>;

/// Of one target at a time; control keeps it.
inline constexpr std::size_t kMaxPlaybacksPerTarget = 16;

/// A tone never ends by itself. A queue is never null.
using Sound = std::variant<const audio::CallTone*, std::shared_ptr<FrameQueue>>;

/// Ends with exactly one PlaybackEnded, whatever becomes of the target, and even if there is none.
struct StartPlayback {
    PlaybackId playback;
    PlaybackTarget target;
    Sound sound;
    double decibels = 0;  ///< Its gain.
};
struct StopPlayback {
    PlaybackId playback;
    PlaybackTarget target;
};
struct SetPlaybackGain {
    PlaybackId playback;
    PlaybackTarget target;
    double decibels = 0;
};

/// The first frame is about to be sent.
struct PlaybackStarted {
    PlaybackId playback;
};
struct PlaybackEnded {
    enum class Reason : std::uint8_t {
        completed,  ///< The sound came to its end.
        stopped,    ///< By StopPlayback, or because its target is gone.
        failed,
    };
    PlaybackId playback;
    Reason reason = Reason::stopped;
    std::string failure = {};     ///< Why it failed.
    std::uint64_t frames = 0;     ///< Of 20 ms, that have left as RTP.
    std::uint64_t underruns = 0;  ///< Ticks it had to wait for its sound in the middle.
};

}  // namespace legroom::engine
