// Keys pressed and heard through the whole server in virtual time (RFC 4733). A failure names its seed;
// LEGROOM_SEEDS multiplies how many are run.
#include <gtest/gtest.h>

#include "scenario/world.hpp"
#include "sim/seeds.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;

const std::string kKeys = "0123456789*#ABCD";
constexpr std::uint8_t kAt48 = 110;
constexpr std::uint8_t kAt8 = 126;
constexpr auto kPerDigit = 240ms;  ///< 160 ms pressed, 80 ms until the next

ClientConfig quiet(std::optional<std::uint8_t> at_48k = kAt48, std::optional<std::uint8_t> at_8k = kAt8) {
    ClientConfig config;
    config.listens = false;
    config.telephone_event_48k = at_48k;
    config.telephone_event_8k = at_8k;
    return config;
}

ClientConfig talking(double hz) {
    ClientConfig config = quiet();
    config.listens = true;
    config.tone_hz = hz;
    return config;
}

Browser& caller(World& world, ClientConfig config = quiet(), const std::string& room = "") {
    Browser& browser = world.browser(std::move(config));
    world.call(browser);
    if (!room.empty()) world.join(browser, room);
    EXPECT_TRUE(world.run_until_connected({&browser}));
    return browser;
}

void run_through(World& world, std::size_t digits) {
    world.run_for(static_cast<std::chrono::milliseconds::rep>(digits) * kPerDigit + 500ms);
}

void send(World& world, const Browser& browser, const std::string& digits) {
    ASSERT_TRUE(world.server().dtmf().send(browser.leg, digits));
    world.pump_server();
}

TEST(Dtmf, AllSixteenKeysAreReceivedOnBothClocks) {
    const ClientConfig configs[] = {quiet(), quiet(kAt48, std::nullopt), quiet(std::nullopt, kAt8)};
    for (const ClientConfig& config : configs) {
        World world(1);
        Browser& browser = caller(world, config);
        browser.client.press(kKeys + "1111");
        run_through(world, 20);
        EXPECT_EQ(world.server().digits_of(browser.leg), kKeys + "1111");
        EXPECT_EQ(world.server().dtmf().counters().received, 20U);
    }
}

struct Weather {
    const char* name;
    sim::Link link;
};

TEST(Dtmf, AHundredOfAHundredPressesAreReceivedThroughBadNetworks) {
    const Weather weathers[] = {
        {"clear", {}},
        {"10 % loss", {.loss = 0.1}},
        {"reordered", {.delay = 20ms, .jitter = 20ms, .reorder = 0.2}},
        {"duplicated", {.duplicate = 0.3}},
        {"all of it", {.delay = 20ms, .jitter = 10ms, .loss = 0.1, .duplicate = 0.1, .reorder = 0.1}},
    };
    for (const Weather& weather : weathers) {
        for (std::uint64_t seed = 1; seed <= sim::seeds(20); ++seed) {
            SCOPED_TRACE(testing::Message() << weather.name << ", seed " << seed);
            World world(seed, weather.link);
            Browser& browser = caller(world, seed % 2 == 0 ? quiet() : quiet(std::nullopt, kAt8));
            SeededRandom random(seed);
            std::string keys;
            while (keys.size() < 100) keys += kKeys[random.below(16)];
            browser.client.press(keys);
            run_through(world, keys.size());
            EXPECT_EQ(world.server().digits_of(browser.leg), keys);
        }
    }
}

/// Ten packets as RFC 4733 §2.5.1 wants them, and none of anything else between.
void expect_press(std::span<const HeardEvent> packets, std::uint8_t event, std::uint32_t clock_rate) {
    ASSERT_EQ(packets.size(), 10U);
    const rtp::Header& first = packets.front().header;
    for (std::uint16_t i = 0; i < 10; ++i) {
        SCOPED_TRACE(i);
        const HeardEvent& packet = packets[i];
        EXPECT_EQ(packet.event.event, event);
        EXPECT_EQ(packet.event.end, i >= 7);
        EXPECT_EQ(packet.event.duration, std::min(i + 1U, 8U) * clock_rate / 50);
        EXPECT_EQ(packet.header.marker, i == 0);
        EXPECT_EQ(packet.header.timestamp, first.timestamp);
        EXPECT_EQ(packet.header.sequence.value, static_cast<std::uint16_t>(first.sequence.value + i));
        EXPECT_EQ(packet.at - packets.front().at, i * 20ms);
    }
}

TEST(Dtmf, SentDigitsHaveTheirDurationAndGap) {
    for (const std::uint32_t clock_rate : {48'000U, 8'000U}) {
        SCOPED_TRACE(clock_rate);
        World world(3);
        Browser& browser = caller(world, clock_rate == 48'000 ? quiet() : quiet(std::nullopt, kAt8));
        send(world, browser, kKeys);
        run_through(world, 16);
        const std::span heard{browser.client.events_heard()};
        ASSERT_EQ(heard.size(), 160U);
        for (std::uint8_t key = 0; key < 16; ++key) {
            SCOPED_TRACE(kKeys[key]);
            expect_press(heard.subspan(key * 10U, 10), key, clock_rate);
            const HeardEvent& first = heard[key * 10U];
            EXPECT_EQ(first.header.payload_type, clock_rate == 48'000 ? kAt48 : kAt8);
            EXPECT_EQ(first.header.ssrc, heard[0].header.ssrc);
            EXPECT_EQ(first.header.timestamp - heard[0].header.timestamp, key * 11'520U)
                << "240 ms of the sound's clock";
            EXPECT_EQ(first.header.sequence.value - heard[0].header.sequence.value, key * 12);
        }
        EXPECT_EQ(world.server().dtmf().counters().sent, 16U);
        EXPECT_EQ(world.server().legs().find(browser.leg)->digits_waiting, 0U);
        EXPECT_EQ(world.server().digits_of(browser.leg), "");
    }
}

TEST(Dtmf, SentDigitsSurviveBadNetworks) {
    for (std::uint64_t seed = 1; seed <= sim::seeds(20); ++seed) {
        SCOPED_TRACE(seed);
        World world(seed, {.delay = 20ms, .jitter = 10ms, .loss = 0.1, .duplicate = 0.1, .reorder = 0.1});
        Browser& browser = caller(world);
        send(world, browser, kKeys + kKeys);
        run_through(world, 32);
        EXPECT_EQ(browser.client.digits_heard(), kKeys + kKeys);
    }
}

TEST(Dtmf, DigitsOrderedBeforeTheCallIsUpAreSentThen) {
    World world(4);
    Browser& browser = world.browser(quiet());
    world.call(browser);
    send(world, browser, "42");
    ASSERT_TRUE(world.run_until_connected({&browser}));
    run_through(world, 2);
    EXPECT_EQ(browser.client.digits_heard(), "42");
}

TEST(Dtmf, RoomMatesThatAcceptGetThePressesAndNobodyElse) {
    World world(5);
    Browser& presses = caller(world, quiet(), "lobby");
    Browser& accepts = caller(world, quiet(std::nullopt, kAt8), "lobby");
    Browser& rejects = caller(world, quiet(), "lobby");
    Browser& takes_none = caller(world, quiet(std::nullopt, std::nullopt), "lobby");
    Browser& elsewhere = caller(world, quiet(), "other");
    Browser& alone = caller(world);
    ASSERT_TRUE(world.server().dtmf().set_accepting(rejects.leg, false));
    ASSERT_TRUE(world.server().dtmf().set_accepting(presses.leg, false));  // what it presses counts as ever
    ASSERT_TRUE(world.server().legs().set_muted(world.now(), presses.leg, true));
    const auto before = takes_none.client.packets_heard();

    presses.client.press("147*");
    run_through(world, 5);
    EXPECT_EQ(accepts.client.digits_heard(), "147*");
    for (const Browser* other : {&presses, &rejects, &elsewhere, &alone}) {
        EXPECT_EQ(other->client.digits_heard(), "");
    }
    EXPECT_GT(takes_none.client.packets_heard(), before + 60) << "its sound goes on";
    EXPECT_EQ(world.server().digits_of(presses.leg), "147*");
    EXPECT_EQ(world.server().count("dtmf.received"), 4U) << "a forwarded digit is nobody's press";

    ASSERT_TRUE(world.server().dtmf().set_accepting(rejects.leg, true));
    world.join(accepts, "other");
    send(world, presses, "5");  // by request: not passed on
    presses.client.press("9");
    run_through(world, 2);
    EXPECT_EQ(rejects.client.digits_heard(), "9");
    EXPECT_EQ(accepts.client.digits_heard(), "147*");
    EXPECT_EQ(presses.client.digits_heard(), "5");
}

TEST(Dtmf, TheSoundComesBackAfterADigit) {
    World world(6);
    Browser& one = caller(world, talking(440), "lobby");
    Browser& other = caller(world, talking(660), "lobby");
    world.run_for(1s);
    send(world, other, "1");  // it hears no voice meanwhile,
    one.client.press("2");    // nor does this one say anything
    run_through(world, 1);
    world.run_for(1s);
    for (int window = 0; window < 5; ++window) {
        world.run_for(200ms);
        EXPECT_GT(one.client.share(660, 200ms), 0.8);
        EXPECT_GT(other.client.share(440, 200ms), 0.8);
    }
    EXPECT_EQ(other.client.digits_heard(), "12");
}

TEST(Dtmf, ASecondOfferChangesThePayloadTypes) {
    World world(7);
    Browser& browser = caller(world);
    const auto both_ways = [&](const std::string& digits) {
        browser.client.press(digits);
        send(world, browser, digits);
        run_through(world, digits.size());
    };
    both_ways("12");
    browser.client.set_telephone_events(99, std::nullopt);
    world.renegotiate(browser);
    both_ways("34");
    EXPECT_EQ(browser.client.events_heard().back().header.payload_type, 99);
    browser.client.set_telephone_events(std::nullopt, 98);
    world.renegotiate(browser);
    both_ways("56");
    EXPECT_EQ(browser.client.events_heard().back().header.payload_type, 98);
    EXPECT_EQ(browser.client.digits_heard(), "123456");
    EXPECT_EQ(world.server().digits_of(browser.leg), "123456");

    send(world, browser, "7777");
    browser.client.set_telephone_events(std::nullopt, std::nullopt);
    world.renegotiate(browser);
    run_through(world, 4);
    EXPECT_EQ(world.server().dtmf().send(browser.leg, "8").error(), call::Error::dtmf_not_negotiated);
    EXPECT_EQ(world.server().dtmf().counters().dropped, 4U);
    EXPECT_EQ(world.server().legs().find(browser.leg)->digits_waiting, 0U);
}

TEST(Dtmf, HoldStopsDigitsBothWays) {
    World world(8);
    Browser& browser = caller(world);
    send(world, browser, "1234");
    world.run_for(300ms);
    browser.client.set_direction("inactive");
    world.renegotiate(browser);
    browser.client.press("9");
    const auto before = browser.client.events_heard().size();
    run_through(world, 4);
    EXPECT_EQ(world.server().digits_of(browser.leg), "");
    EXPECT_LE(browser.client.events_heard().size(), before + 1) << "what was under way";
    EXPECT_EQ(world.server().dtmf().counters().dropped, 3U) << "they would be stale afterwards";
    EXPECT_EQ(world.server().dtmf().send(browser.leg, "5").error(), call::Error::peer_does_not_receive);

    browser.client.set_direction("sendrecv");
    world.renegotiate(browser);
    browser.client.press("6");
    send(world, browser, "7");
    run_through(world, 1);
    EXPECT_EQ(world.server().digits_of(browser.leg), "6");
    EXPECT_EQ(browser.client.digits_heard().back(), '7');
}

TEST(Dtmf, AReloadedPageGetsWhatItsPredecessorDidNot) {
    World world(9);
    Browser& first = caller(world);
    first.client.press("12");
    run_through(world, 2);
    Browser& second = world.browser(quiet(std::nullopt, kAt8));
    send(world, first, "3456");
    world.take_over(second, first.leg);
    world.network().remove(first);
    run_through(world, 10);
    EXPECT_TRUE(second.client.connected());
    const std::string heard = second.client.digits_heard();
    EXPECT_FALSE(heard.empty());
    EXPECT_EQ(heard, std::string{"3456"}.substr(4 - heard.size())) << "the last ones, whole";
    EXPECT_EQ(world.server().dtmf().counters().sent, 4U);
    second.client.press("78");
    run_through(world, 2);
    EXPECT_EQ(world.server().digits_of(second.leg), "1278") << "seq goes on";
}

}  // namespace
}  // namespace legroom::scenario
