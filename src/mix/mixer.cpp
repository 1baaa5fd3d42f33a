#include "mix/mixer.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include "audio/gain.hpp"

namespace legroom::mix {

namespace {

bool speaks(const Seat& seat) { return seat.spoken != nullptr && !seat.spoken->silent(); }

}  // namespace

Mixer::Mixer()
    : by_kind_(std::make_unique<std::array<Sum, kKinds>>()),
      sets_(std::make_unique<std::array<Sum, kMaxSets>>()) {}

void Mixer::mix(SampleRate rate, std::span<Seat> seats) {
    assert(std::ranges::all_of(
        seats, [rate](const Seat& seat) { return !speaks(seat) || seat.spoken->rate == rate; }));
    passes_ = set_count_ = 0;
    add_voices(seats);
    for (Seat& seat : seats) {
        const Sum& sum = sum_of(seat.hears & speaking_, samples_per_tick(rate));
        const bool in_it = speaks(seat) && (sum.kinds & voices_of(seat.kind)) != 0;
        // Counted, not computed: no rounding can let somebody hear a trace of themselves.
        seat.audible = sum.voices > (in_it ? 1U : 0U);
        if (seat.heard == nullptr) continue;

        seat.heard->rate = rate;
        if (!seat.audible) {
            seat.heard->clear();
        } else {
            write(sum, in_it ? seat.spoken->samples() : std::span<const float>{}, seat.heard->samples());
        }
    }
}

void Mixer::add_voices(std::span<const Seat> seats) {
    speaking_ = 0;
    for (const Seat& seat : seats) {
        if (!speaks(seat)) continue;
        Sum& sum = (*by_kind_)[seat.kind];
        if ((speaking_ & voices_of(seat.kind)) == 0) {
            sum.voices = 0;
            sum.kinds = voices_of(seat.kind);
            speaking_ |= sum.kinds;
        }
        add(seat.spoken->samples(), sum);
    }
}

/// The first voice overwrites what an earlier tick left.
void Mixer::add(std::span<const float> voice, Sum& sum) {
    if (sum.voices == 0) {
        std::ranges::copy(voice, sum.samples.begin());
    } else {
        for (std::size_t i = 0; i < voice.size(); ++i) sum.samples[i] += voice[i];
    }
    ++sum.voices;
    ++passes_;
}

void Mixer::add(const Sum& part, std::size_t size, Sum& sum) {
    if (sum.voices == 0) {
        std::copy_n(part.samples.begin(), size, sum.samples.begin());
    } else {
        for (std::size_t i = 0; i < size; ++i) sum.samples[i] += part.samples[i];
    }
    sum.voices += part.voices;
    ++passes_;
}

/// `kinds` are all spoken in.
const Mixer::Sum& Mixer::sum_of(Voices kinds, std::size_t size) {
    if (kinds == 0) return nobody_;
    if (std::has_single_bit(kinds)) return (*by_kind_)[static_cast<std::size_t>(std::countr_zero(kinds))];
    const auto made = std::span{*sets_}.first(set_count_);
    const auto found = std::ranges::find(made, kinds, &Sum::kinds);
    return found == made.end() ? make_set(kinds, size) : *found;
}

const Mixer::Sum& Mixer::make_set(Voices kinds, std::size_t size) {
    set_count_ = std::min(set_count_ + 1, kMaxSets);
    Sum& sum = (*sets_)[set_count_ - 1];
    sum.voices = 0;
    sum.kinds = kinds;
    for (Voices left = kinds; left != 0; left &= left - 1) {
        add((*by_kind_)[static_cast<std::size_t>(std::countr_zero(left))], size, sum);
    }
    return sum;
}

/// `own`: what of the sum is the listener's; empty: nothing.
void Mixer::write(const Sum& sum, std::span<const float> own, std::span<float> out) {
    ++passes_;
    if (own.empty()) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = audio::clip(static_cast<float>(sum.samples[i]));
    } else {
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = audio::clip(static_cast<float>(sum.samples[i] - own[i]));
    }
}

}  // namespace legroom::mix
