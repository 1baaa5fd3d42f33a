#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "audio/decimator.hpp"
#include "audio/frame.hpp"
#include "audio/gain_ramp.hpp"
#include "engine/playback.hpp"

namespace legroom::engine {

using PlaybackReport = std::variant<PlaybackStarted, PlaybackEnded>;

/// What is played to one leg or into one room: any number of sounds at once, each with its gain. While its
/// owner can send to nobody it is not asked for frames, and everything waits. A sound whose frames do not
/// come in time waits too, and holds up none of the others.
///
/// Owns no clock; not thread-safe. An empty one has allocated nothing.
class Player {
public:
    Player() = default;
    ~Player();  ///< Ends everything, and tells nobody.
    Player(const Player&) = delete;
    Player& operator=(const Player&) = delete;

    void add(const StartPlayback& wanted);
    /// Of none that is here: no effect, as set_gain(). Its end is reported.
    void stop(const PlaybackId& playback);
    void set_gain(const PlaybackId& playback, double decibels);
    /// Stops all of them. If this throws, it may be called again for those that are left.
    void stop_all();

    /// Overwrites the frame, at the rate it says, with the sum of the next 20 ms of everything, saturating.
    /// False: nothing sounds, and the frame is as it was.
    bool mix(audio::Frame& out);
    /// What was mixed last has left as RTP.
    void sent();
    /// A tick in which nobody can be sent to: all that is due is to tell of sounds that have failed.
    void wait();

    /// Hands what there is to tell since the last call to `report`, one by one. Where that throws, the rest
    /// is still there.
    template <class Report>
    void tell(Report report) {
        while (!reports_.empty()) {
            std::visit(report, reports_.front());
            reports_.erase(reports_.begin());
        }
    }
    [[nodiscard]] bool empty() const { return playing_.empty(); }

private:
    struct Playing {
        PlaybackId id;
        Sound sound;
        audio::GainRamp gain;
        std::uint64_t ticks = 0;   ///< Of its frames that were mixed.
        std::uint64_t frames = 0;  ///< Of those, sent.
        std::uint64_t underruns = 0;
        bool mixed = false;  ///< In the latest mix.
        audio::Decimator decimator = {};
    };
    using Iterator = std::vector<Playing>::iterator;

    Iterator find(const PlaybackId& playback);
    bool fetch(Playing& one, audio::Frame& out);
    bool pull(Playing& one, audio::Frame& out);
    void drop_ended();
    void end(const Playing& one, PlaybackEnded::Reason reason, std::string failure = {});

    std::vector<Playing> playing_;
    std::vector<PlaybackReport> reports_;
};

}  // namespace legroom::engine
