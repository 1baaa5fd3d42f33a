// Routing in the mix: who hears whom, and what it costs.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <gtest/gtest.h>
#include <new>
#include <rapidcheck/gtest.h>
#include <vector>

#include "base/random.hpp"
#include "mix/mixer.hpp"

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace legroom::mix {
namespace {

constexpr SampleRate kRoomRate = SampleRate::k8000;
constexpr VoiceKind kCustomer = kFirstRole;
constexpr VoiceKind kAgent = kFirstRole + 1;
constexpr VoiceKind kSupervisor = kFirstRole + 2;

/// Seats with frames of their own.
struct Table {
    explicit Table(std::size_t size)
        : spoken(size, audio::Frame{kRoomRate}), heard(size, audio::Frame{kRoomRate}), seats(size) {
        for (std::size_t i = 0; i < size; ++i) seats[i] = {.spoken = &spoken[i], .heard = &heard[i]};
    }
    void say(std::size_t seat, float value) { std::ranges::fill(spoken[seat].samples(), value); }

    std::vector<audio::Frame> spoken;
    std::vector<audio::Frame> heard;
    std::vector<Seat> seats;
};

bool may_hear(const Seat& listener, const Seat& source) {
    return (listener.hears & voices_of(source.kind)) != 0;
}

/// The slow way, for one listener and one sample.
double naive_sum(const Table& table, std::size_t listener, std::size_t sample) {
    double sum = 0;
    for (std::size_t i = 0; i < table.seats.size(); ++i) {
        const bool counts = i != listener && table.seats[i].spoken != nullptr;
        if (counts && may_hear(table.seats[listener], table.seats[i]))
            sum += table.spoken[i].samples()[sample];
    }
    return sum;
}

/// Any number of people, of any kinds, who hear any kinds; more sets of kinds than the mixer keeps, too.
Table any_table() {
    Table table{*rc::gen::inRange<std::size_t>(0, 90)};
    SeededRandom random{*rc::gen::arbitrary<std::uint64_t>()};
    const auto kinds = 1 + random.below(64);
    for (std::size_t i = 0; i < table.seats.size(); ++i) {
        Seat& seat = table.seats[i];
        seat.kind = static_cast<VoiceKind>(random.below(kinds));
        seat.hears = random.below(3) == 0 ? kEverything : random.u64();
        if (random.below(5) == 0) seat.spoken = nullptr;
        if (random.below(9) == 0) seat.heard = nullptr;
        if (random.below(4) == 0) continue;  // digital silence
        for (float& sample : table.spoken[i].samples()) sample = static_cast<float>(2 * random.unit() - 1);
    }
    return table;
}

RC_GTEST_PROP(RoutedMix, EveryoneHearsTheSumOfTheOthersItMayHear, ()) {
    Table table = any_table();
    Mixer{}.mix(kRoomRate, table.seats);
    for (std::size_t i = 0; i < table.seats.size(); ++i) {
        if (table.seats[i].heard == nullptr) continue;
        for (std::size_t k = 0; k < samples_per_tick(kRoomRate); ++k) {
            const double expected = std::clamp(naive_sum(table, i, k), -1.0, 1.0);
            RC_ASSERT(std::abs(table.heard[i].samples()[k] - expected) <= 1e-6);
        }
    }
}

RC_GTEST_PROP(RoutedMix, WhatOneMayNotHearLeavesNoTrace, ()) {  // bit by bit
    Table table = any_table();
    RC_PRE(!table.seats.empty());
    Mixer mixer;
    mixer.mix(kRoomRate, table.seats);
    const auto before = table.heard;
    const auto seats_before = table.seats;

    const auto changed = *rc::gen::inRange<std::size_t>(0, table.seats.size());
    table.seats[changed].spoken = &table.spoken[changed];
    table.say(changed, 0.77F);
    mixer.mix(kRoomRate, table.seats);
    for (std::size_t i = 0; i < table.seats.size(); ++i) {
        if (may_hear(table.seats[i], table.seats[changed])) continue;
        RC_ASSERT(table.heard[i].buffer == before[i].buffer);
        RC_ASSERT(table.seats[i].audible == seats_before[i].audible);
    }
}

RC_GTEST_PROP(RoutedMix, IsAudibleExactlyWhereSomebodyElseIsHeard, ()) {
    Table table = any_table();
    Mixer{}.mix(kRoomRate, table.seats);
    for (std::size_t i = 0; i < table.seats.size(); ++i) {
        bool others = false;
        for (std::size_t k = 0; k < table.seats.size(); ++k) {
            const bool says = table.seats[k].spoken != nullptr && !table.spoken[k].silent();
            others = others || (k != i && says && may_hear(table.seats[i], table.seats[k]));
        }
        RC_ASSERT(table.seats[i].audible == others);
        RC_ASSERT(others || table.seats[i].heard == nullptr || table.heard[i].silent());
    }
}

TEST(RoutedMix, ASupervisorWhispersToTheAgentAlone) {
    Table table{4};
    table.seats[0].kind = kCustomer;
    table.seats[0].hears = voices_of(kAgent) | voices_of(kForAll);
    table.seats[1].kind = kAgent;
    table.seats[1].hears = voices_of(kCustomer) | voices_of(kSupervisor) | voices_of(kForAll);
    table.seats[2].kind = kSupervisor;
    table.seats[2].hears = voices_of(kCustomer) | voices_of(kAgent) | voices_of(kForAll);
    table.seats[3].kind = kForAll;
    const float said[] = {0.5F, 0.25F, 0.125F, 0.0625F};
    for (std::size_t i = 0; i < 4; ++i) table.say(i, said[i]);

    Mixer{}.mix(kRoomRate, table.seats);
    EXPECT_EQ(table.heard[0].samples()[0], 0.3125F) << "agent and bridge";
    EXPECT_EQ(table.heard[1].samples()[0], 0.6875F);
    EXPECT_EQ(table.heard[2].samples()[0], 0.8125F);
    EXPECT_EQ(table.heard[3].samples()[0], 0.875F) << "a bridge carries everyone";
}

/// A call centre of `agents`, each with a customer, all in one room: three kinds, three rows.
Table call_centre(std::size_t size) {
    Table table{size};
    const Voices rows[] = {voices_of(kAgent), voices_of(kCustomer) | voices_of(kSupervisor),
                           voices_of(kCustomer) | voices_of(kAgent)};
    for (std::size_t i = 0; i < size; ++i) {
        table.seats[i].kind = static_cast<VoiceKind>(kFirstRole + i % 3);
        table.seats[i].hears = rows[i % 3];
        table.say(i, 0.001F * static_cast<float>(i % 50 + 1));
    }
    return table;
}

TEST(RoutedMix, CostsOnePassForEachVoiceAndListenerAndAFewForTheRows) {
    Mixer mixer;
    Table plain{600};
    for (std::size_t i = 0; i < 600; ++i) plain.say(i, 0.001F);
    mixer.mix(kRoomRate, plain.seats);
    EXPECT_EQ(mixer.passes(), 600U + 600U);

    Table routed = call_centre(600);
    mixer.mix(kRoomRate, routed.seats);
    EXPECT_EQ(mixer.passes(), 600U + 600U + 4U) << "two rows of two kinds each are summed, once";
}

TEST(RoutedMix, AllocatesNothing) {
    Mixer mixer;
    Table table = call_centre(600);
    const auto before = allocations;
    for (int tick = 0; tick < 10; ++tick) mixer.mix(kRoomRate, table.seats);
    EXPECT_EQ(allocations, before);
}

TEST(RoutedMix, NothingIsLeftOfTheTickBefore) {
    Mixer mixer;
    Table loud = call_centre(9);
    mixer.mix(kRoomRate, loud.seats);
    Table quiet = call_centre(9);
    for (audio::Frame& frame : quiet.spoken) frame.clear();
    quiet.say(1, 0.5F);  // an agent
    mixer.mix(kRoomRate, quiet.seats);
    EXPECT_EQ(quiet.heard[0].samples()[0], 0.5F);
    EXPECT_FALSE(quiet.seats[1].audible);
    EXPECT_EQ(quiet.heard[2].samples()[0], 0.5F);
}

}  // namespace
}  // namespace legroom::mix
