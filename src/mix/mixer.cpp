#include "mix/mixer.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>

#include "audio/gain.hpp"

namespace legroom::mix {

namespace {

/// In double, sums of thousands of floats are exact for all an ear can tell: taking one out again leaves
/// nothing of it behind, and their order does not matter.
using Sum = std::array<double, audio::Frame::kMaxSamples>;

bool speaks(const Seat& seat) { return seat.spoken != nullptr && !seat.spoken->silent(); }

void add(std::span<const float> samples, Sum& sum) {
    for (std::size_t i = 0; i < samples.size(); ++i) sum[i] += samples[i];
}

std::size_t add_speakers(std::span<const Seat> seats, Sum& sum) {
    std::size_t speakers = 0;
    for (const Seat& seat : seats) {
        if (!speaks(seat)) continue;
        add(seat.spoken->samples(), sum);
        ++speakers;
    }
    return speakers;
}

void write_sum(const Sum& sum, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = audio::clip(static_cast<float>(sum[i]));
}

void write_sum_without(std::span<const float> own, const Sum& sum, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = audio::clip(static_cast<float>(sum[i] - own[i]));
}

}  // namespace

void mix_minus_self(SampleRate rate, std::span<Seat> seats) {
    assert(std::ranges::all_of(
        seats, [rate](const Seat& seat) { return !speaks(seat) || seat.spoken->rate == rate; }));
    Sum sum{};
    const std::size_t speakers = add_speakers(seats, sum);
    for (Seat& seat : seats) {
        const bool speaks_too = speaks(seat);
        // Counted, not computed: no rounding can let somebody hear a trace of themselves.
        seat.audible = speakers > (speaks_too ? 1U : 0U);
        if (seat.heard == nullptr) continue;

        seat.heard->rate = rate;
        if (!seat.audible) {
            seat.heard->clear();
        } else if (speaks_too) {
            write_sum_without(seat.spoken->samples(), sum, seat.heard->samples());
        } else {
            write_sum(sum, seat.heard->samples());
        }
    }
}

}  // namespace legroom::mix
