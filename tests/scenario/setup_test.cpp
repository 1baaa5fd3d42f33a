// How soon a call is up, in virtual time. What is measured is printed; LEGROOM_SEEDS multiplies the seeds.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <vector>

#include "scenario/world.hpp"
#include "sim/seeds.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;

/// What happened when, counted from the moment offer and answer were exchanged.
struct Times {
    std::optional<Duration> media_in;   ///< A packet of the browser's was accepted.
    std::optional<Duration> media_out;  ///< A packet of the server's left it.
};

Times set_up(std::uint64_t seed, const sim::Link& link, const std::string& setup, Duration limit) {
    World world(seed, link);
    ClientConfig config;
    config.listens = false;
    config.setup = setup;
    Browser& browser = world.browser(config);
    Times found;
    const Instant begin = world.now();
    world.network().on_send([&](Instant now, const Transmit& datagram) {
        const bool ours = datagram.path.local == Server::address() && datagram.bytes[0] >= 128;
        if (ours && !found.media_out) found.media_out = now - begin;
    });
    world.call(browser);
    world.network().run_while_not([&] { return browser.client.packets_heard() > 0; }, limit);
    if (browser.client.packets_heard() == 0) return {};
    world.run_for(500ms);
    world.server().ask(browser.leg, [&](const peer::PeerReport& report) {
        if (report.milestones.first_media) found.media_in = *report.milestones.first_media - begin;
    });
    return found;
}

/// 100 ms there and back. A check and its answer take one round trip, DTLS 1.2 two. Who is its client has the
/// keys, and could take media, one round trip before the other side can send any.
TEST(SetUp, TakesNoMoreRoundTripsThanItsProtocols) {
    struct Role {
        const char* setup;
        double in;
        double out;
    };
    for (const Role& role : {Role{"actpass", 3, 3}, Role{"active", 3.5, 2.5}}) {
        const Times found = set_up(1, {.delay = 50ms}, role.setup, 5s);
        ASSERT_TRUE(found.media_in && found.media_out) << role.setup;
        const auto round_trips = [](Duration time) { return static_cast<double>(time.count()) / 100'000.0; };
        const double in = round_trips(*found.media_in);
        const double out = round_trips(*found.media_out);
        fmt::print("  {}: media in after {:.2f} round trips, out after {:.2f}\n", role.setup, in, out);
        EXPECT_LE(in, role.in + 0.25) << role.setup;  // the 20 ms tick is 0.2
        EXPECT_LE(out, role.out + 0.25) << role.setup;
    }
}

TEST(SetUp, SurvivesLoss) {
    struct Weather {
        double loss;
        Duration limit;
        double share;
    };
    for (const Weather& weather :
         {Weather{0.1, 5s, 0.99}, Weather{0.2, 10s, 0.99}, Weather{0.5, 30s, 0.95}}) {
        const std::uint64_t calls = sim::seeds(100);
        std::vector<double> seconds;
        for (std::uint64_t seed = 1; seed <= calls; ++seed) {
            const auto found =
                set_up(seed, {.delay = 30ms, .jitter = 10ms, .loss = weather.loss}, "actpass", weather.limit);
            if (found.media_out) seconds.push_back(std::chrono::duration<double>(*found.media_out).count());
        }
        std::sort(seconds.begin(), seconds.end());
        fmt::print("  {:.0f} % loss: {} of {} within {} s, half within {:.2f} s, the slowest {:.2f} s\n",
                   100 * weather.loss, seconds.size(), calls,
                   std::chrono::duration_cast<std::chrono::seconds>(weather.limit).count(),
                   seconds.at(seconds.size() / 2), seconds.back());
        EXPECT_GE(static_cast<double>(seconds.size()), weather.share * static_cast<double>(calls));
    }
}

}  // namespace
}  // namespace legroom::scenario
