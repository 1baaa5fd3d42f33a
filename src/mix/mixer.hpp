#pragma once

#include <span>

#include "audio/frame.hpp"

namespace legroom::mix {

/// One participant of a room for one tick. The frames are the caller's and have the room's rate.
struct Seat {
    const audio::Frame* spoken = nullptr;  ///< nullptr: says nothing (muted, or nothing arrived).
    audio::Frame* heard = nullptr;         ///< Where to put what it hears; nullptr: deaf. Not `spoken`.
    bool audible = false;                  ///< Set by the mixer: some other seat said something.
};

/// Gives each seat the sum of what all the others say, saturating at full scale. One pass sums, one
/// subtracts, so the cost is linear in seats. Digital silence counts as saying nothing; who hears nobody
/// else gets exact zeros and `audible` false. The result does not depend on the order of the seats.
void mix_minus_self(SampleRate rate, std::span<Seat> seats);

}  // namespace legroom::mix
