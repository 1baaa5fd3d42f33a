#include "mix/mixer.hpp"

#include <gtest/gtest.h>
#include <vector>

#include "audio/goertzel.hpp"
#include "audio/tone.hpp"

namespace legroom::mix {
namespace {

constexpr SampleRate kRate = SampleRate::k16000;

audio::Frame constant(float value, SampleRate rate = kRate) {
    audio::Frame frame{rate};
    for (float& sample : frame.samples()) sample = value;
    return frame;
}

TEST(Mixer, GivesEveryoneTheOthers) {
    const std::vector<audio::Frame> spoken{constant(0.1F), constant(0.2F), constant(0.4F)};
    std::vector<audio::Frame> heard(3);
    std::vector<Seat> seats;
    for (std::size_t i = 0; i < 3; ++i) seats.push_back({.spoken = &spoken[i], .heard = &heard[i]});

    Mixer{}.mix(kRate, seats);
    EXPECT_NEAR(heard[0].samples()[7], 0.6F, 1e-6);
    EXPECT_NEAR(heard[1].samples()[7], 0.5F, 1e-6);
    EXPECT_NEAR(heard[2].samples()[7], 0.3F, 1e-6);
    for (const Seat& seat : seats) EXPECT_TRUE(seat.audible);
}

TEST(Mixer, WhoSpeaksAloneHearsExactlyNothing) {
    const audio::Frame spoken = constant(0.3F);
    audio::Frame own = constant(1.0F);
    audio::Frame other = constant(1.0F);
    std::vector<Seat> seats{{.spoken = &spoken, .heard = &own}, {.heard = &other}};

    Mixer{}.mix(kRate, seats);
    EXPECT_TRUE(own.silent());
    EXPECT_FALSE(seats[0].audible);
    EXPECT_EQ(other.samples()[0], 0.3F);
    EXPECT_TRUE(seats[1].audible);
}

TEST(Mixer, TakesDigitalSilenceForSayingNothing) {
    const audio::Frame silence{kRate};
    const audio::Frame spoken = constant(-0.5F);
    audio::Frame heard_by_speaker;
    audio::Frame heard_by_silent;
    std::vector<Seat> seats{{.spoken = &spoken, .heard = &heard_by_speaker},
                            {.spoken = &silence, .heard = &heard_by_silent}};

    Mixer{}.mix(kRate, seats);
    EXPECT_FALSE(seats[0].audible);
    EXPECT_TRUE(heard_by_speaker.silent());
    EXPECT_EQ(heard_by_silent.samples()[0], -0.5F);
}

TEST(Mixer, LeavesTheDeafAlone) {
    const audio::Frame spoken = constant(0.5F);
    audio::Frame heard;
    std::vector<Seat> seats{{.spoken = &spoken}, {.heard = &heard}, {}};
    Mixer{}.mix(kRate, seats);
    EXPECT_EQ(heard.samples()[0], 0.5F) << "deaf, but not mute";
    EXPECT_TRUE(seats[2].audible);
}

TEST(Mixer, SaturatesAndNeverWraps) {
    const std::vector<audio::Frame> spoken(1000, constant(1.0F));
    const std::vector<audio::Frame> low(1000, constant(-1.0F));
    for (const auto& [speech, expected] : {std::pair{&spoken, 1.0F}, std::pair{&low, -1.0F}}) {
        audio::Frame heard;
        std::vector<Seat> seats{{.heard = &heard}};
        for (const audio::Frame& frame : *speech) seats.push_back({.spoken = &frame});
        Mixer{}.mix(kRate, seats);
        for (const float sample : heard.samples()) ASSERT_EQ(sample, expected);
    }
}

TEST(Mixer, WritesTheRoomsRate) {
    for (const SampleRate rate :
         {SampleRate::k8000, SampleRate::k16000, SampleRate::k24000, SampleRate::k48000}) {
        const audio::Frame spoken = constant(0.25F, rate);
        audio::Frame heard;
        std::vector<Seat> seats{{.spoken = &spoken}, {.heard = &heard}};
        Mixer{}.mix(rate, seats);
        EXPECT_EQ(heard.rate, rate);
        EXPECT_EQ(heard.samples().back(), 0.25F);
    }
}

TEST(Mixer, NobodyHearsATraceOfTheirOwnTone) {
    audio::Frame low{kRate};
    audio::Frame high{kRate};
    audio::Tone{kRate, 450, 0.5F}.fill(low.samples());
    audio::Tone{kRate, 650, 0.5F}.fill(high.samples());
    audio::Frame heard_by_low;
    audio::Frame heard_by_high;
    std::vector<Seat> seats{{.spoken = &low, .heard = &heard_by_low},
                            {.spoken = &high, .heard = &heard_by_high}};

    Mixer{}.mix(kRate, seats);
    EXPECT_GT(audio::power_share(heard_by_low.samples(), kRate, 650), 0.999);
    EXPECT_LT(audio::power_share(heard_by_low.samples(), kRate, 450), 0.001);
    EXPECT_GT(audio::power_share(heard_by_high.samples(), kRate, 450), 0.999);
    EXPECT_LT(audio::power_share(heard_by_high.samples(), kRate, 650), 0.001);
}

TEST(Mixer, OfAnEmptyRoomDoesNothing) {
    std::vector<Seat> nobody;
    Mixer{}.mix(kRate, nobody);
    EXPECT_TRUE(nobody.empty());
}

}  // namespace
}  // namespace legroom::mix
