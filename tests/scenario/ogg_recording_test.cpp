// The packets of calls as Ogg files, played by libsndfile: real media in virtual time.
#include <algorithm>
#include <gtest/gtest.h>

#include "scenario/ogg_reader.hpp"
#include "scenario/studio.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;

std::vector<float> part(const std::vector<float>& samples, double from, double to) {
    const auto at = [&](double second) {
        const auto sample = std::min(static_cast<std::size_t>(second * 48'000), samples.size());
        return samples.begin() + static_cast<std::ptrdiff_t>(sample);
    };
    return {at(from), at(to)};
}

constexpr float kSilence = 1e-6F;  ///< A decoder ends in less than nothing.

double seconds(const std::vector<float>& samples) { return static_cast<double>(samples.size()) / 48'000; }

TEST(OggRecording, HasWhatTheLegSendsAndNothingElse) {
    // In rooms of other rates, muted, and while others speak.
    World world(71);
    Studio studio(world);
    Browser& one = world.browser(saying(10'000));
    Browser& other = world.browser(saying(1'000));
    for (Browser* browser : {&one, &other}) {
        world.call(*browser);
        world.join(*browser, "narrow");  // 16 kHz
    }
    ASSERT_TRUE(world.run_until_connected({&one, &other}));
    world.run_for(1s);
    studio.start(one.leg, "call", false, "ogg");
    world.run_for(2s);
    ASSERT_TRUE(world.server().legs().set_muted(world.now(), one.leg, true));
    world.run_for(1s);
    for (const char* room : {"second", "third", "fourth"}) {
        world.join(one, room);
        world.run_for(1s);
    }
    const std::string file = studio.stop(one.leg).file;
    EXPECT_EQ(file, studio.path("call.ogg"));
    const auto samples = play_ogg(file);
    EXPECT_NEAR(seconds(samples), 6, 0.02);
    for (double second = 0; second < 5.5; ++second) {
        const auto heard = part(samples, second + 0.1, second + 0.9);
        EXPECT_GT(share(heard, 48'000, 10'000), 0.97) << "no room of 16 kHz has this";
        EXPECT_LT(share(heard, 48'000, 1'000), 0.001);
        EXPECT_NEAR(decibels(heard), -9, 1);
    }
}

TEST(OggRecording, IsAsLongAsTheCallWhateverTheNetworkDoes) {
    World world(72, {.delay = 20ms, .jitter = 30ms, .loss = 0.1});
    Studio studio(world);
    Browser& one = world.browser(saying(440));
    world.call(one);
    ASSERT_TRUE(world.run_until_connected({&one}));
    world.run_for(1s);
    studio.start(one.leg, "long", false, "ogg");
    const Instant begun = world.now();
    world.run_for(10s);
    world.network().set_link({.loss = 1});
    world.run_for(3s);
    world.network().set_link({.delay = 20ms, .jitter = 30ms, .loss = 0.1});
    world.run_for(5s);
    one.client.set_sending(false);  // DTX
    world.run_for(4s);
    one.client.set_sending(true);
    world.run_for(5s);
    const double wall = std::chrono::duration<double>(world.now() - begun).count();
    const auto samples = play_ogg(studio.stop(one.leg).file);
    EXPECT_NEAR(seconds(samples), wall, 0.02);
    EXPECT_GT(share(part(samples, 1, 9), 48'000, 440), 0.5);
    EXPECT_LT(audio::rms(part(samples, 10.5, 12.8)), kSilence) << "when nothing came";
    EXPECT_GT(audio::rms(part(samples, 14, 17)), 0.2F);
    EXPECT_LT(audio::rms(part(samples, 18.5, 21.8)), kSilence) << "when nothing was sent";
    EXPECT_GT(audio::rms(part(samples, 23, 26)), 0.2F);
}

TEST(OggRecording, APauseIsSilenceAndTakesItsTime) {
    World world(73);
    Studio studio(world);
    Browser& one = world.browser(saying(440));
    world.call(one);
    ASSERT_TRUE(world.run_until_connected({&one}));
    world.run_for(1s);
    studio.start(one.leg, "paused", false, "ogg");
    world.run_for(2s);
    auto& recordings = world.server().recordings();
    EXPECT_TRUE(recordings.set_paused(world.now(), one.leg, true).value());
    world.run_for(3s);
    EXPECT_TRUE(recordings.set_paused(world.now(), one.leg, false).value());
    world.run_for(2s);
    const auto samples = play_ogg(studio.stop(one.leg).file);
    EXPECT_NEAR(seconds(samples), 7, 0.02);
    EXPECT_GT(share(part(samples, 0.1, 1.9), 48'000, 440), 0.99);
    EXPECT_LT(audio::rms(part(samples, 2.05, 4.95)), kSilence);
    EXPECT_GT(share(part(samples, 5.1, 6.9), 48'000, 440), 0.99);
}

TEST(OggRecording, OfALegThatEndsIsWhole) {
    World world(74);
    Studio studio(world);
    Browser& one = world.browser(saying(440));
    Browser& silent = world.browser(saying(440));
    world.call(one);
    world.call(silent);
    silent.client.set_sending(false);
    ASSERT_TRUE(world.run_until_connected({&one}));
    studio.start(one.leg, "", false, "ogg");
    studio.start(silent.leg, "nothing", false, "ogg");
    world.run_for(3s);
    world.hang_up(one);
    world.hang_up(silent);
    studio.write();
    const auto names = studio.names();
    ASSERT_EQ(names.size(), 1U);
    EXPECT_TRUE(names[0].ends_with(".ogg")) << names[0];
    EXPECT_NEAR(seconds(play_ogg(studio.path(names[0]))), 3, 0.1);
}

}  // namespace
}  // namespace legroom::scenario
