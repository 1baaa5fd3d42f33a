// Whole calls in virtual time: the server's control and media, browsers made of the same machines, and a
// seeded network between them. A failure names its seed; LEGROOM_SEEDS multiplies how many are run.
#include <gtest/gtest.h>

#include "scenario/world.hpp"
#include "sim/seeds.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;

constexpr double kOurs = 440;
constexpr double kTheirs = 660;

ClientConfig tone(double hz) {
    ClientConfig config;
    config.tone_hz = hz;
    return config;
}

/// Two who talk in one room, connected.
struct Pair {
    explicit Pair(World& world, ClientConfig one = tone(kOurs), ClientConfig two = tone(kTheirs))
        : a(world.browser(std::move(one))), b(world.browser(std::move(two))) {
        world.call(a);
        world.call(b);
        world.join(a, "lobby");
        world.join(b, "lobby");
    }
    Browser& a;
    Browser& b;
};

TEST(Call, EachHearsTheOtherAndNotItself) {
    World world(1);
    Pair pair(world);
    ASSERT_TRUE(world.run_until_connected({&pair.a, &pair.b}));
    world.run_for(1s);
    for (int window = 0; window < 25; ++window) {
        world.run_for(200ms);
        EXPECT_GT(pair.a.client.share(kTheirs, 200ms), 0.8) << window;
        EXPECT_GT(pair.b.client.share(kOurs, 200ms), 0.8) << window;
        EXPECT_LT(pair.a.client.share(kOurs, 200ms), 0.02) << window;
        EXPECT_LT(pair.b.client.share(kTheirs, 200ms), 0.02) << window;
    }
}

TEST(Call, ALegAloneHearsSilenceWithoutABreak) {
    World world(2);
    Browser& alone = world.browser();
    world.call(alone);
    ASSERT_TRUE(world.run_until_connected({&alone}));
    world.run_for(1s);
    const auto before = alone.client.packets_heard();
    world.run_for(2s);
    EXPECT_EQ(alone.client.packets_heard() - before, 100U);
    EXPECT_EQ(alone.client.peak(1s), 0.0F);
}

TEST(Call, MuteAndDeafTakeEffectAndAreTakenBack) {
    World world(3);
    Pair pair(world);
    ASSERT_TRUE(world.run_until_connected({&pair.a, &pair.b}));
    auto& legs = world.server().legs();

    ASSERT_TRUE(legs.set_muted(world.now(), pair.a.leg, true));
    world.run_for(1500ms);
    EXPECT_LT(pair.b.client.peak(500ms), 0.001F);
    EXPECT_GT(pair.a.client.share(kTheirs, 500ms), 0.8);

    ASSERT_TRUE(legs.set_muted(world.now(), pair.a.leg, false));
    ASSERT_TRUE(legs.set_deaf(world.now(), pair.a.leg, true));
    world.run_for(1500ms);
    EXPECT_GT(pair.b.client.share(kOurs, 500ms), 0.8);
    EXPECT_LT(pair.a.client.peak(500ms), 0.001F);

    ASSERT_TRUE(legs.set_deaf(world.now(), pair.a.leg, false));
    world.run_for(1500ms);
    EXPECT_GT(pair.a.client.share(kTheirs, 500ms), 0.8);
}

TEST(Call, AMoveChangesWhoIsHeardAtEveryRate) {
    World world(4);
    Pair pair(world);
    Browser& third = world.browser(tone(1'000));
    world.call(third);
    ASSERT_TRUE(world.run_until_connected({&pair.a, &pair.b, &third}));
    for (const int rate : {8'000, 24'000, 48'000}) {
        const auto room =
            world.server().rooms().create(world.now(), {RoomId{std::to_string(rate)}, "", rate});
        ASSERT_TRUE(room);
        world.join(third, std::to_string(rate));
        world.join(pair.a, std::to_string(rate));
        world.run_for(1500ms);
        EXPECT_GT(pair.a.client.share(1'000, 500ms), 0.8) << rate;
        EXPECT_GT(third.client.share(kOurs, 500ms), 0.8) << rate;
        EXPECT_LT(pair.b.client.peak(500ms), 0.001F) << rate;
    }
}

TEST(Call, ThreeInARoomHearTheTwoOthers) {
    World world(5);
    Pair pair(world);
    Browser& third = world.browser(tone(1'000));
    world.call(third);
    world.join(third, "lobby");
    ASSERT_TRUE(world.run_until_connected({&pair.a, &pair.b, &third}));
    world.run_for(2s);
    EXPECT_NEAR(third.client.share(kOurs, 400ms), 0.5, 0.1);
    EXPECT_NEAR(third.client.share(kTheirs, 400ms), 0.5, 0.1);
    EXPECT_LT(third.client.share(1'000, 400ms), 0.02);
}

struct Condition {
    const char* name;
    sim::Link link;
    Duration limit;  ///< Within which every seed must connect.
};

std::ostream& operator<<(std::ostream& out, const Condition& condition) { return out << condition.name; }

class Through : public testing::TestWithParam<Condition> {};

TEST_P(Through, EverySeedConnectsAndMediaFlowsBothWays) {
    for (std::uint64_t seed = 1; seed <= sim::seeds(150); ++seed) {
        SCOPED_TRACE(seed);
        World world(seed, GetParam().link);
        ClientConfig quiet;
        quiet.listens = false;
        quiet.setup = seed % 2 == 0 ? "actpass" : "active";
        quiet.candidates_in_offer = seed % 3 != 0;  // every third knows no candidate: peer-reflexive alone
        Browser& browser = world.browser(quiet);
        world.call(browser);
        ASSERT_TRUE(world.run_until_connected({&browser}, GetParam().limit));
        world.run_for(2s);  // a hundred packets; half of them lost at the worst
        EXPECT_GT(browser.client.packets_heard(), 20U);
        EXPECT_EQ(world.server().events().front(), "leg.connected");
        EXPECT_EQ(world.server().count("leg.connected"), 1U);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Network, Through,
    testing::Values(Condition{"clean", {.delay = 10ms}, 2s},
                    Condition{"loss 10 %", {.delay = 20ms, .loss = 0.1}, 15s},
                    Condition{"loss 20 %", {.delay = 20ms, .loss = 0.2}, 25s},
                    Condition{"loss 50 %", {.delay = 20ms, .loss = 0.5}, 30s},
                    Condition{"reordering", {.delay = 20ms, .jitter = 40ms, .reorder = 0.3}, 10s},
                    Condition{"duplicates", {.delay = 20ms, .duplicate = 0.5}, 5s},
                    Condition{"300 ms", {.delay = 300ms}, 10s}));

TEST(Call, LateAndRepeatedCandidatesAreWelcome) {
    for (std::uint64_t seed = 1; seed <= sim::seeds(50); ++seed) {
        SCOPED_TRACE(seed);
        World world(seed, {.delay = 20ms, .loss = 0.1});
        ClientConfig config;
        config.candidates_in_offer = false;
        config.listens = false;
        Browser& browser = world.browser(config);
        world.call(browser);
        for (int time = 0; time < 3; ++time) {
            world.run_for(std::chrono::milliseconds{seed * 40 % 3000});
            world.trickle(browser);
        }
        EXPECT_TRUE(world.run_until_connected({&browser}, 20s));
    }
}

TEST(Call, AnIceLiteOffererIsControlled) {
    World world(6, {.delay = 20ms, .loss = 0.1});
    ClientConfig config;
    config.lite = true;
    Browser& browser = world.browser(config);
    world.call(browser);
    EXPECT_TRUE(world.run_until_connected({&browser}, 10s));
}

TEST(Call, APeerThatVanishesEndsWithIceFailure) {
    World world(7);
    Pair pair(world);
    ASSERT_TRUE(world.run_until_connected({&pair.a, &pair.b}));
    world.run_for(2s);
    world.network().remove(pair.a);  // the laptop lid is shut
    world.run_for(40s);
    EXPECT_EQ(world.server().legs().find(pair.a.leg), nullptr);
    EXPECT_NE(world.server().legs().find(pair.b.leg), nullptr);
    EXPECT_EQ(world.server().count("leg.disconnected ice_failure consent_expired"), 1U);
    EXPECT_EQ(world.server().shard().leg_count(), 1U);
}

TEST(Call, APeerThatNeverComesEndsWithIceFailure) {
    World world(8);
    Browser& browser = world.browser();
    world.call(browser);
    world.network().remove(browser);
    world.run_for(29s);
    EXPECT_NE(world.server().legs().find(browser.leg), nullptr);
    world.run_for(2s);
    EXPECT_EQ(world.server().events(), std::vector<std::string>{"leg.disconnected ice_failure no_reply"});
    EXPECT_EQ(world.server().shard().leg_count(), 0U);
}

TEST(Call, ABrowserThatClosesIsGoneAtOnce) {
    World world(9);
    Pair pair(world);
    ASSERT_TRUE(world.run_until_connected({&pair.a, &pair.b}));
    pair.a.client.close(world.now());
    world.network().pump(pair.a);
    world.run_for(100ms);
    EXPECT_EQ(world.server().legs().find(pair.a.leg), nullptr);
    EXPECT_EQ(world.server().count("leg.disconnected ice_failure closed_by_peer"), 1U);
}

TEST(Call, AHangUpTellsTheBrowser) {
    World world(10);
    Pair pair(world);
    ASSERT_TRUE(world.run_until_connected({&pair.a, &pair.b}));
    world.hang_up(pair.a);
    world.run_for(100ms);
    EXPECT_EQ(pair.a.client.failure(), "closed by the peer");
    EXPECT_FALSE(pair.b.client.failure());
    EXPECT_EQ(world.server().count("leg.disconnected api_hangup"), 1U);
}

/// The browser's Wi-Fi becomes a phone network: the old address is dead, the new one tells the server itself.
void change_address(World& world, Browser& browser) {
    const auto elsewhere = *Endpoint::parse("10.9.9.9:6000");
    world.network().attach(elsewhere, browser);
    world.network().detach(*Endpoint::parse("10.0.1.1:5000"));
    browser.client.add_address(world.now(), elsewhere);
    world.network().pump(browser);
}

TEST(Call, AnAddressChangeInMidCallIsFollowedByEverySeed) {
    for (std::uint64_t seed = 1; seed <= sim::seeds(40); ++seed) {
        SCOPED_TRACE(seed);
        World world(seed, {.delay = 30ms, .loss = 0.05});
        ClientConfig quiet;
        quiet.listens = false;
        Browser& browser = world.browser(quiet);
        world.call(browser);
        ASSERT_TRUE(world.run_until_connected({&browser}));
        world.run_for(std::chrono::milliseconds{100 * seed});
        change_address(world, browser);
        world.run_for(20s);
        const auto before = browser.client.packets_heard();
        world.run_for(1s);
        EXPECT_GT(browser.client.packets_heard() - before, 40U);
        EXPECT_FALSE(browser.client.failure());
    }
}

TEST(Call, AnAddressChangeInMidCallIsHeardByNobodyAfterwards) {
    World world(14, {.delay = 30ms});
    Pair pair(world);
    ASSERT_TRUE(world.run_until_connected({&pair.a, &pair.b}));
    world.run_for(1s);
    change_address(world, pair.a);
    world.run_for(10s);
    EXPECT_GT(pair.b.client.share(kOurs, 200ms), 0.8);
    EXPECT_GT(pair.a.client.share(kTheirs, 200ms), 0.8);
}

TEST(Call, AReloadedPageOnTheSamePortIsNotDisturbedByTheCallItLeftBehind) {
    World world(15);
    Pair pair(world);
    ASSERT_TRUE(world.run_until_connected({&pair.a, &pair.b}));
    world.network().remove(pair.a);  // no goodbye: its leg asks for consent for half a minute yet

    ClientConfig config = tone(kOurs);
    config.addresses = {*Endpoint::parse("10.0.1.1:5000")};
    Browser& reloaded = world.browser(config);
    world.call(reloaded);
    world.join(reloaded, "lobby");
    ASSERT_TRUE(world.run_until_connected({&reloaded}, 5s));
    world.run_for(1s);
    for (int window = 0; window < 100; ++window) {
        world.run_for(200ms);
        EXPECT_GT(pair.b.client.share(kOurs, 200ms), 0.8) << window;
    }
    EXPECT_NE(world.server().legs().find(pair.a.leg), nullptr) << "it was there all the time";
}

TEST(Call, ASecondServerRunWithTheSameSeedIsTheSame) {
    const auto run = [](std::uint64_t seed) {
        World world(seed, {.delay = 20ms, .jitter = 30ms, .loss = 0.2, .duplicate = 0.1});
        Pair pair(world);
        world.run_for(5s);
        const auto& counters = world.network().counters();
        return std::tuple{counters.sent, counters.lost, pair.a.client.packets_heard(),
                          pair.b.client.packets_heard()};
    };
    EXPECT_EQ(run(11), run(11));
    EXPECT_NE(run(11), run(12));
}

TEST(Call, StrangersAreNotAnsweredAndDoNoHarm) {
    World world(12);
    Pair pair(world);
    ASSERT_TRUE(world.run_until_connected({&pair.a, &pair.b}));
    SeededRandom noise(99);
    const Path from_stranger{Server::address(), *Endpoint::parse("10.66.6.6:666")};
    const Path from_friend{Server::address(), *Endpoint::parse("10.0.1.1:5000")};
    const auto sent_before = world.network().counters().sent;
    for (int i = 0; i < 20'000; ++i) {
        ByteVector junk(1 + noise.below(200));
        noise.fill(junk);
        if (i % 3 == 0) junk[0] = 22;
        world.server().on_datagram(world.now(), i % 2 == 0 ? from_stranger : from_friend, junk);
    }
    world.pump_server();
    EXPECT_LE(world.network().counters().sent - sent_before, 4U);
    world.run_for(2s);
    EXPECT_GT(pair.b.client.share(kOurs, 400ms), 0.8);
    EXPECT_GT(pair.a.client.share(kTheirs, 400ms), 0.8);
    EXPECT_GE(world.server().shard().counters().unroutable, 10'000U);
}

TEST(Call, NothingIsLeftBehindAfterAThousandCalls) {
    World world(13);
    ClientConfig quiet;
    quiet.listens = false;
    Browser& browser = world.browser(quiet);
    for (int i = 0; i < 1'000; ++i) {
        world.call(browser);
        world.join(browser, "lobby");
        if (i % 10 == 0) world.run_for(200ms);
        world.hang_up(browser);
    }
    world.run_for(1s);
    EXPECT_EQ(world.server().shard().leg_count(), 0U);
    EXPECT_TRUE(world.server().legs().all().empty());
    EXPECT_TRUE(world.server().rooms().all().at(RoomId{"lobby"}).members.empty());
    EXPECT_EQ(world.server().count("leg.disconnected api_hangup"), 1'000U);
}

}  // namespace
}  // namespace legroom::scenario
