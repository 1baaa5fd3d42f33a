#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "audio/frame.hpp"

namespace legroom::engine {

/// What one of a recording's channels has in a tick. Whoever speaks or hears fills it, the recorder takes it
/// at the tick's end.
class TapChannel {
public:
    void take(const audio::Frame& frame);
    void forget() { present_ = sounds_ = false; }

    [[nodiscard]] bool present() const { return present_; }  ///< Something arrived, were it silence.
    [[nodiscard]] bool sounds() const { return sounds_; }    ///< And not all of it is zero.
    [[nodiscard]] SampleRate rate() const { return rate_; }
    [[nodiscard]] std::span<const std::int16_t> samples() const {
        return {samples_.data(), samples_per_tick(rate_)};
    }

private:
    std::array<std::int16_t, audio::Frame::kMaxSamples> samples_{};
    SampleRate rate_ = SampleRate::k48000;
    bool present_ = false;
    bool sounds_ = false;
};

/// What is taken down of a leg. As it says it: whether or not it is muted, without its gain.
struct LegTap {
    TapChannel said;
    TapChannel heard;
};

/// What is taken down of a room: all that is said in it.
struct MixTap {
    audio::Frame frame;
    bool present = false;
};

}  // namespace legroom::engine
