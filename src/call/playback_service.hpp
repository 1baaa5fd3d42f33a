#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "call/error.hpp"
#include "call/limits.hpp"
#include "call/subject.hpp"
#include "call/switchboard.hpp"
#include "engine/messages.hpp"

namespace legroom::call {

/// A playback as a caller asks for it (contract 02).
struct NewPlayback {
    std::string url;  ///< Exactly one of the two is not empty.
    std::string tone;
    std::string mime_type;    ///< Of what the URL gives; "" = unknown.
    std::int64_t repeat = 0;  ///< Of a URL: 0 and 1 once, N times, negative for ever.
    std::int64_t volume = 0;
};

/// A sound that has to be fetched.
struct FileSound {
    std::string url;  ///< Unchecked.
    std::string mime_type;
    std::int64_t repeat = 0;
};

/// Begins to fetch and decode into the queue, and comes back at once. Whatever happens then, the queue is
/// finished or failed in the end; once it is abandoned, nobody cares. What is handed back, if anything,
/// breaks the fetching off; it is called when the playback is over.
using SoundOpener = std::function<std::function<void()>(FileSound, std::shared_ptr<engine::FrameQueue>)>;

struct PlaybackCounters {
    std::uint64_t started = 0;  ///< Asked for and taken.
    std::uint64_t refused = 0;  ///< Over kMaxPlaybacks, kMaxFilePlaybacks or engine::kMaxPlaybacksPerTarget.
    std::uint64_t completed = 0;  ///< With the next two: how those ended that are over.
    std::uint64_t stopped = 0;
    std::uint64_t failed = 0;
    std::uint64_t underruns = 0;  ///< Ticks in which a decoder was late.
};

/// Tones and files played to legs and rooms (contracts 02, 03). Each playback that is taken has exactly one
/// end: `playback.finished` or `playback.error`, also when its leg or room goes first; it is told by the
/// shard, so never before the answer to the request that began or stopped it. Control thread only. `board`
/// and `random` must outlive the service.
class PlaybackService {
public:
    using Target = Subject;

    PlaybackService(Switchboard& board, Random& random, SoundOpener open)
        : board_(board), random_(random), open_(std::move(open)) {}

    /// Of a tone that is unknown, as of a URL that leads nowhere, the playback's end tells.
    Result<PlaybackId> start(const Target& target, const NewPlayback& wanted);

    /// From the next frame on. The volume is checked first, then the target.
    Result<void> set_volume(const Target& target, const PlaybackId& id, std::int64_t volume);

    /// Whether the target is still there is not looked at.
    Result<void> stop(const Target& target, const PlaybackId& id);

    /// What a shard reports; of all else nothing is made.
    void handle(Instant now, const engine::Event& event);

    [[nodiscard]] std::size_t under_way() const { return playbacks_.size(); }
    [[nodiscard]] const PlaybackCounters& counters() const { return counters_; }

private:
    struct Playback {
        Scope scope;
        std::function<void()> cancel;
        bool by_url = false;
        bool stopping = false;
    };

    Result<void> check_target(const Target& target) const;
    Result<void> check_limits(const Target& target, const NewPlayback& wanted) const;
    Playback* find(const Target& target, const PlaybackId& id);
    engine::Sound open(const NewPlayback& wanted, Playback& playback);
    PlaybackId new_id();
    void publish(Instant now, const Playback& playback, Happening what);
    void on_ended(Instant now, const engine::PlaybackEnded& event);

    Switchboard& board_;
    Random& random_;
    SoundOpener open_;
    std::map<PlaybackId, Playback> playbacks_;
    PlaybackCounters counters_;
};

}  // namespace legroom::call
