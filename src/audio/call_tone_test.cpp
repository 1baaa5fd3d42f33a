#include "audio/call_tone.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <vector>

#include "audio/goertzel.hpp"

namespace legroom::audio {
namespace {

using namespace std::chrono_literals;

std::vector<float> heard(const CallTone& tone, SampleRate rate, std::uint64_t first_tick,
                         std::uint64_t ticks) {
    std::vector<float> samples;
    Frame frame{rate};
    for (std::uint64_t tick = first_tick; tick < first_tick + ticks; ++tick) {
        fill(tone, tick, frame);
        samples.insert(samples.end(), frame.samples().begin(), frame.samples().end());
    }
    return samples;
}

/// The contract's table, line by line: frequencies as text, then milliseconds on and off.
struct ToneCase {
    const char* name;
    std::vector<double> hz;
    double modulation_hz;
    std::vector<int> cadence_ms;
};

const ToneCase kToneCases[] = {
    {"us_ringback", {440, 480}, 0, {2000, 4000}},
    {"us_busy", {480, 620}, 0, {500, 500}},
    {"us_dial", {350, 440}, 0, {}},
    {"us_congestion", {480, 620}, 0, {250, 250}},
    {"gb_ringback", {400, 450}, 0, {400, 200, 400, 2000}},
    {"gb_busy", {400}, 0, {375, 375}},
    {"gb_dial", {350, 440}, 0, {}},
    {"gb_congestion", {400}, 0, {400, 350, 225, 525}},
    {"de_ringback", {425}, 0, {1000, 4000}},
    {"de_busy", {425}, 0, {480, 480}},
    {"de_dial", {425}, 0, {}},
    {"de_congestion", {425}, 0, {240, 240}},
    {"fr_ringback", {440}, 0, {1500, 3500}},
    {"fr_busy", {440}, 0, {500, 500}},
    {"fr_dial", {440}, 0, {}},
    {"fr_congestion", {440}, 0, {250, 250}},
    {"au_ringback", {400}, 17, {400, 200, 400, 2000}},
    {"au_busy", {400}, 0, {375, 375}},
    {"au_dial", {400, 450}, 0, {}},
    {"au_congestion", {400}, 0, {375, 375}},
    {"jp_ringback", {400}, 16, {1000, 2000}},
    {"jp_busy", {400}, 0, {500, 500}},
    {"jp_dial", {400}, 0, {}},
    {"jp_congestion", {400}, 0, {250, 250}},
    {"it_ringback", {425}, 0, {1000, 4000}},
    {"it_busy", {425}, 0, {500, 500}},
    {"it_dial", {425}, 0, {}},
    {"it_congestion", {425}, 0, {200, 200}},
    {"in_ringback", {400}, 25, {400, 200, 400, 2600}},
    {"in_busy", {400}, 0, {750, 750}},
    {"in_dial", {400}, 0, {}},
    {"in_congestion", {400}, 0, {250, 250}},
    {"br_ringback", {425}, 0, {1000, 4000}},
    {"br_busy", {425}, 0, {250, 250}},
    {"br_dial", {425}, 0, {}},
    {"br_congestion", {425}, 0, {250, 250}},
    {"pl_ringback", {425}, 0, {1000, 4000}},
    {"ru_ringback", {425}, 0, {800, 3200}},
    {"ru_busy", {425}, 0, {350, 350}},
    {"ru_dial", {425}, 0, {}},
    {"ru_congestion", {425}, 0, {175, 175}},
};

/// Where it changes between sound and silence, in milliseconds. A sine's own zeros last no 2 ms, the valley
/// of a modulated one no 20.
std::vector<int> changes_ms(const std::vector<float>& samples, std::size_t per_ms,
                            std::size_t longest_zero_ms) {
    std::vector<int> changes{0};
    std::size_t zeros = 0;
    bool on = true;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        zeros = std::abs(samples[i]) < 1e-3F ? zeros + 1 : 0;
        if (on && zeros == longest_zero_ms * per_ms) {
            changes.push_back(static_cast<int>(i / per_ms - longest_zero_ms));
            on = false;
        } else if (!on && zeros == 0) {
            changes.push_back(static_cast<int>(i / per_ms));
            on = true;
        }
    }
    return changes;
}

TEST(CallTone, EachHasItsFrequenciesAndItsLevel) {
    for (const ToneCase& c : kToneCases) {
        SCOPED_TRACE(c.name);
        const CallTone* tone = find_call_tone(c.name);
        ASSERT_NE(tone, nullptr);
        const auto samples = heard(*tone, SampleRate::k16000, 0, 8);  // all are on for 160 ms
        const std::span steady{samples.data() + 160, 16'000 / 10 * 3 / 2};
        const double each = (c.modulation_hz > 0 ? 2.0 / 3 : 1.0) / static_cast<double>(c.hz.size());
        for (const double hz : c.hz)
            EXPECT_NEAR(power_share(steady, SampleRate::k16000, hz), each, 0.12) << hz;
        const float peak =
            std::abs(*std::ranges::max_element(samples, {}, [](float s) { return std::abs(s); }));
        EXPECT_NEAR(peak, kCallToneLevel, 0.02);
    }
    EXPECT_EQ(std::size(kToneCases), call_tones().size());
}

TEST(CallTone, TheCadenceIsExactToTheMillisecond) {
    for (const ToneCase& c : kToneCases) {
        SCOPED_TRACE(c.name);
        std::vector<int> expected{0};
        for (int round = 0; round < 2; ++round)
            for (const int ms : c.cadence_ms) expected.push_back(expected.back() + ms);
        const auto ticks = static_cast<std::uint64_t>(expected.back() == 0 ? 200 : expected.back() / 20 + 2);
        const auto samples = heard(*find_call_tone(c.name), SampleRate::k8000, 0, ticks);
        auto changes = changes_ms(samples, 8, c.modulation_hz > 0 ? 30 : 5);
        changes.resize(std::min(changes.size(), expected.size()));
        ASSERT_EQ(changes.size(), expected.size());
        for (std::size_t i = 0; i < changes.size(); ++i)
            EXPECT_NEAR(changes[i], expected[i], c.modulation_hz > 0 ? 7 : 2) << i;
    }
}

TEST(CallTone, AModulatedOneSwellsAsOftenAsItSays) {
    const auto samples = heard(*find_call_tone("jp_ringback"), SampleRate::k48000, 0, 50);
    for (const double hz : {384.0, 416.0})
        EXPECT_NEAR(power_share(samples, SampleRate::k48000, hz), 1.0 / 6, 0.02) << hz;
}

TEST(CallTone, BeginsAndEndsWithoutAClick) {
    for (const SampleRate rate :
         {SampleRate::k8000, SampleRate::k16000, SampleRate::k24000, SampleRate::k48000}) {
        const auto samples = heard(*find_call_tone("de_busy"), rate, 0, 50);
        const std::size_t per_ms = hz(rate) / 1000;
        EXPECT_EQ(samples.front(), 0.0F);
        for (const std::size_t edge : {std::size_t{0}, 480 * per_ms - 1, 960 * per_ms})
            for (std::size_t i = 0; i <= per_ms / 2; ++i)
                EXPECT_LT(std::abs(samples[edge == 480 * per_ms - 1 ? edge - i : edge + i]),
                          0.3F * kCallToneLevel);
    }
}

TEST(CallTone, IsTheSameAtEachMomentWhateverTheRateAndHoweverLate) {
    constexpr std::uint64_t kAfterAMonth = 30ULL * 24 * 3600 * 50;
    const CallTone& tone = *find_call_tone("us_dial");
    const auto at_48 = heard(tone, SampleRate::k48000, kAfterAMonth + 7, 3);
    const auto at_8 = heard(tone, SampleRate::k8000, kAfterAMonth + 7, 3);
    for (std::size_t i = 0; i < at_8.size(); ++i) ASSERT_NEAR(at_8[i], at_48[i * 6], 1e-4F) << i;
}

TEST(CallTone, HasOneNameInManySpellings) {
    EXPECT_EQ(find_call_tone("busy"), find_call_tone("us_busy"));
    EXPECT_EQ(find_call_tone("UK_Ringback"), find_call_tone("gb_ringback"));
    for (const char* name :
         {"", "us", "us_", "_busy", "xx_busy", "pl_busy", "us_busy_", "us_busy_tone", "dial tone"})
        EXPECT_EQ(find_call_tone(name), nullptr) << name;
    EXPECT_NE(call_tone_names().find("us_congestion, gb_ringback"), std::string::npos);
}

}  // namespace
}  // namespace legroom::audio
