#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

#include "audio/frame.hpp"
#include "mix/voices.hpp"

namespace legroom::mix {

/// One participant of a room for one tick. The frames are the caller's and have the room's rate.
struct Seat {
    const audio::Frame* spoken = nullptr;  ///< nullptr: says nothing (muted, or nothing arrived).
    audio::Frame* heard = nullptr;         ///< Where to put what it hears; nullptr: deaf. Not `spoken`.
    VoiceKind kind = kUnrouted;            ///< Of what it says.
    Voices hears = kEverything;            ///< Kinds it may hear.
    bool audible = false;                  ///< Set by the mixer: some other seat it hears said something.
};

/// Gives each seat the sum of what all the others say that it may hear, saturating at full scale. Digital
/// silence counts as saying nothing; who hears nobody else gets exact zeros and `audible` false. The result
/// does not depend on the order of the seats.
///
/// Not quadratic: each voice is added once, to the sum of its kind; each set of kinds that somebody hears is
/// summed once, of those; each listener gets such a sum, less its own voice where that is in it. Without
/// routing there is one kind and one set, and no sum of sums. Allocates when it is made and never again; one
/// serves any number of rooms, one after the other.
class Mixer {
public:
    Mixer();

    void mix(SampleRate rate, std::span<Seat> seats);

    /// How often the latest mix went through a frame's samples to add or to write them: what it cost.
    [[nodiscard]] std::size_t passes() const { return passes_; }

private:
    /// In double, sums of thousands of floats are exact for all an ear can tell: taking one out again leaves
    /// nothing of it behind, and their order does not matter.
    struct Sum {
        std::array<double, audio::Frame::kMaxSamples> samples{};
        std::size_t voices = 0;
        Voices kinds = 0;
    };
    static constexpr std::size_t kKinds = 64;
    /// Different sets of kinds kept in a tick; should there be more, the last place is made anew each time.
    static constexpr std::size_t kMaxSets = 64;

    void add(std::span<const float> voice, Sum& sum);
    void add(const Sum& part, std::size_t size, Sum& sum);
    void add_voices(std::span<const Seat> seats);
    const Sum& sum_of(Voices kinds, std::size_t size);
    const Sum& make_set(Voices kinds, std::size_t size);
    void write(const Sum& sum, std::span<const float> own, std::span<float> out);

    std::unique_ptr<std::array<Sum, kKinds>> by_kind_;
    std::unique_ptr<std::array<Sum, kMaxSets>> sets_;
    Sum nobody_;
    Voices speaking_ = 0;  ///< Kinds somebody speaks in.
    std::size_t set_count_ = 0;
    std::size_t passes_ = 0;
};

}  // namespace legroom::mix
