#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <rapidcheck/gtest.h>
#include <vector>

#include "audio/gain.hpp"
#include "base/random.hpp"
#include "mix/mixer.hpp"

/// What has to hold in every room, whoever is in it and whatever they say.
namespace legroom::mix {
namespace {

enum class Manner { talks, shouts, whispers, silent, mute };

constexpr SampleRate kNarrow = SampleRate::k8000;

audio::Frame speech(Manner manner, Random& random) {
    const float loudness = manner == Manner::shouts ? 1.0F : manner == Manner::talks ? 0.2F : 1e-6F;
    audio::Frame frame{kNarrow};
    if (manner == Manner::silent) return frame;
    for (float& sample : frame.samples()) sample = loudness * static_cast<float>(2 * random.unit() - 1);
    return frame;
}

/// A room of people, each with a manner of speaking, and the mix they get.
struct Party {
    std::vector<Manner> manners;
    std::vector<audio::Frame> spoken;
    std::vector<audio::Frame> heard;
    std::vector<Seat> seats;

    Party(std::vector<Manner> people, std::uint64_t seed)
        : manners(std::move(people)), heard(manners.size()) {
        SeededRandom random{seed};
        for (const Manner manner : manners) spoken.push_back(speech(manner, random));
        mix();
    }

    void mix() {
        seats.clear();
        for (std::size_t i = 0; i < manners.size(); ++i) {
            seats.push_back({.spoken = says(i) ? &spoken[i] : nullptr, .heard = &heard[i]});
        }
        Mixer{}.mix(kNarrow, seats);
    }

    [[nodiscard]] bool says(std::size_t i) const { return manners[i] != Manner::mute; }
    /// The slow way: for one listener, one sample, add up all others.
    [[nodiscard]] double sum_of_others(std::size_t listener, std::size_t sample) const {
        double sum = 0;
        for (std::size_t i = 0; i < spoken.size(); ++i) {
            if (i != listener && says(i)) sum += spoken[i].samples()[sample];
        }
        return sum;
    }
};

Party any_party() {
    const auto manner =
        rc::gen::element(Manner::talks, Manner::shouts, Manner::whispers, Manner::silent, Manner::mute);
    return {*rc::gen::container<std::vector<Manner>>(manner), *rc::gen::arbitrary<std::uint64_t>()};
}

RC_GTEST_PROP(MixerProperty, EveryoneHearsTheSumOfTheOthersSaturated, ()) {
    const Party party = any_party();
    for (std::size_t i = 0; i < party.seats.size(); ++i) {
        for (std::size_t k = 0; k < samples_per_tick(kNarrow); ++k) {
            const double expected = std::clamp(party.sum_of_others(i, k), -1.0, 1.0);
            RC_ASSERT(std::abs(party.heard[i].samples()[k] - expected) <= 1e-6);
        }
    }
}

RC_GTEST_PROP(MixerProperty, NobodyHearsThemselves, ()) {  // what I say changes nothing of what I hear
    Party party = any_party();
    RC_PRE(!party.seats.empty());
    const auto me = *rc::gen::inRange<std::size_t>(0, party.seats.size());
    const audio::Frame before = party.heard[me];
    const bool audible_before = party.seats[me].audible;

    SeededRandom random{*rc::gen::arbitrary<std::uint64_t>()};
    party.spoken[me] = speech(Manner::shouts, random);
    party.mix();
    RC_ASSERT(party.seats[me].audible == audible_before);
    for (std::size_t k = 0; k < samples_per_tick(kNarrow); ++k) {
        RC_ASSERT(std::abs(party.heard[me].samples()[k] - before.samples()[k]) <= 1e-6F);
    }
}

RC_GTEST_PROP(MixerProperty, WhereNobodyElseSpeaksThereAreOnlyZeros, ()) {
    const Party party = any_party();
    for (std::size_t i = 0; i < party.seats.size(); ++i) {
        bool others = false;
        for (std::size_t k = 0; k < party.seats.size(); ++k) {
            others = others || (k != i && party.says(k) && !party.spoken[k].silent());
        }
        RC_ASSERT(party.seats[i].audible == others);
        RC_ASSERT(others || party.heard[i].silent());
    }
}

RC_GTEST_PROP(MixerProperty, TheOrderOfSeatsDoesNotMatter, ()) {
    const Party party = any_party();
    std::vector<std::size_t> order(party.seats.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    SeededRandom random{*rc::gen::arbitrary<std::uint64_t>()};
    for (std::size_t i = order.size(); i > 1; --i) {
        std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
    }

    std::vector<audio::Frame> heard(order.size());
    std::vector<Seat> seats;
    for (const std::size_t i : order) seats.push_back({.spoken = party.seats[i].spoken, .heard = &heard[i]});
    Mixer{}.mix(kNarrow, seats);
    for (std::size_t i = 0; i < heard.size(); ++i) RC_ASSERT(heard[i].buffer == party.heard[i].buffer);
}

}  // namespace
}  // namespace legroom::mix
