#include "audio/decimator.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

#include "audio/tone.hpp"

namespace legroom::audio {
namespace {

/// What becomes of a sine's level, in dB.
double gain_db(SampleRate rate, double frequency_hz) {
    Decimator decimator;
    Tone tone{SampleRate::k48000, frequency_hz, 0.5F};
    Frame in;
    Frame out{rate};
    double power = 0;
    std::size_t count = 0;
    for (int tick = 0; tick < 50; ++tick) {
        tone.fill(in.samples());
        decimator.process(in, out);
        if (tick < 2) continue;
        for (const float sample : out.samples()) power += static_cast<double>(sample) * sample;
        count += out.samples().size();
    }
    return 10 * std::log10(power / static_cast<double>(count) / 0.125 + 1e-12);
}

TEST(Decimator, KeepsWhatTheRateHoldsAndNothingElse) {
    for (const SampleRate rate : {SampleRate::k8000, SampleRate::k16000, SampleRate::k24000}) {
        const double top = hz(rate);
        for (const double part : {0.02, 0.1, 0.25, 0.4})
            EXPECT_NEAR(gain_db(rate, part * top), 0, 0.1) << top << ' ' << part;
        for (const double frequency : {0.5 * top, 0.6 * top, 0.9 * top, top, std::min(1.4 * top, 23'900.0)})
            EXPECT_LT(gain_db(rate, frequency), -60) << top << ' ' << frequency;
    }
    EXPECT_NEAR(gain_db(SampleRate::k48000, 20'000), 0, 1e-6);
}

TEST(Decimator, GoesOnWithoutAClickWhenTheRateChanges) {
    Decimator decimator;
    Tone tone{SampleRate::k48000, 200, 0.5F};
    const SampleRate rates[] = {SampleRate::k16000, SampleRate::k8000, SampleRate::k24000,
                                SampleRate::k16000};
    for (int tick = 0; tick < 40; ++tick) {
        Frame in;
        tone.fill(in.samples());
        Frame out{rates[tick / 10]};
        decimator.process(in, out);
        if (tick == 0) continue;
        const float steepest = 0.5F * 6.3F * 200 / static_cast<float>(hz(out.rate));
        const auto samples = out.samples();
        for (std::size_t i = 1; i < samples.size(); ++i)
            ASSERT_LT(std::abs(samples[i] - samples[i - 1]), steepest * 1.05F) << tick << ' ' << i;
    }
}

}  // namespace
}  // namespace legroom::audio
