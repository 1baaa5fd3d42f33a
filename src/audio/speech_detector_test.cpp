#include "audio/speech_detector.hpp"

#include <array>
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "audio/frame.hpp"
#include "audio/level.hpp"
#include "audio/tone.hpp"
#include "base/random.hpp"

namespace legroom::audio {
namespace {

/// What becomes of frames, 'v' voiced and '.' not: "S" where somebody begins to speak, "E" where that ends,
/// else '-'.
std::string changes(std::string_view frames) {
    SpeechDetector detector;
    std::string seen;
    for (const char frame : frames) {
        const bool before = detector.speaking();
        detector.update(frame == 'v');
        const bool changed = detector.speaking() != before;
        seen += changed ? (before ? 'E' : 'S') : '-';
    }
    return seen;
}

struct SpeechCase {
    const char* name;
    const char* frames;
    const char* changes;
};

const SpeechCase kSpeechCases[] = {
    {"silence", "....................", "--------------------"},
    {"a click of 40 ms", "..vv................", "--------------------"},
    {"clicks with gaps", "vv.vv.vv.vv.vv.vv.vv", "--------------------"},
    {"60 ms", "..vvv...............", "----S--------------E"},
    {"a pause of 280 ms between words", "vvv..............vvv", "--S-----------------"},
    {"300 ms are its end", "vvv...............vvv", "--S--------------E--S"},
    {"one voiced frame begins the pause anew", "vvv..............v...............",
     "--S-----------------------------E"},
};

TEST(SpeechDetector, BeginsAfter60MillisecondsAndEndsAfter300) {
    for (const SpeechCase& c : kSpeechCases) EXPECT_EQ(changes(c.frames), c.changes) << c.name;
}

TEST(SpeechDetector, ForgetsAllWhenItIsReset) {
    SpeechDetector detector;
    for (int i = 0; i < 5; ++i) detector.update(true);
    ASSERT_TRUE(detector.speaking());
    detector.reset();
    EXPECT_FALSE(detector.speaking());
    detector.update(true);
    detector.update(true);
    EXPECT_FALSE(detector.speaking()) << "60 ms from the beginning";
    detector.update(true);
    EXPECT_TRUE(detector.speaking());
}

Frame tone(float amplitude) {
    Frame frame{SampleRate::k16000};
    Tone{SampleRate::k16000, 440, amplitude}.fill(frame.samples());
    return frame;
}

Frame noise(float amplitude, std::uint64_t seed) {
    Frame frame{SampleRate::k16000};
    SeededRandom random{seed};
    for (float& sample : frame.samples()) sample = amplitude * static_cast<float>(2 * random.unit() - 1);
    return frame;
}

TEST(Voiced, IsWhatReaches300OfFullScale) {
    // A sine's root mean square is 0.707 of its peak, that of evenly spread noise 0.577.
    EXPECT_FALSE(voiced(Frame{SampleRate::k16000}.samples())) << "digital silence";
    EXPECT_FALSE(voiced({})) << "no samples";
    EXPECT_FALSE(voiced(tone(0.0125F).samples())) << "RMS 290";
    EXPECT_TRUE(voiced(tone(0.0135F).samples())) << "RMS 313";
    EXPECT_TRUE(voiced(tone(0.5F).samples()));
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        EXPECT_FALSE(voiced(noise(0.0003F, seed).samples())) << "comfort noise, -75 dBFS";
        EXPECT_FALSE(voiced(noise(0.0145F, seed).samples())) << "RMS 274: a fan";
        EXPECT_TRUE(voiced(noise(0.0175F, seed).samples())) << "RMS 331";
    }
}

TEST(Voiced, MeansTheSameBySignalAndByLevel) {
    int differ = 0;
    for (float amplitude = 0.001F; amplitude < 0.2F; amplitude *= 1.02F) {
        const Frame frame = tone(amplitude);
        const std::uint8_t level = level_minus_dbov(frame.samples());
        if (voiced(frame.samples()) != voiced_level(level)) {
            EXPECT_EQ(level, 41) << amplitude;
            ++differ;
        }
    }
    EXPECT_LE(differ, 2) << "the quarter of a decibel that rounding takes";
    EXPECT_TRUE(voiced_level(0)) << "loudest";
    EXPECT_FALSE(voiced_level(127)) << "digital silence";
}

}  // namespace
}  // namespace legroom::audio
