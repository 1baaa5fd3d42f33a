// What a call survives, in virtual time: blackouts, moved NATs, restarts, reloaded pages. A failure names its
// seed; LEGROOM_SEEDS multiplies how many are run.
#include <gtest/gtest.h>
#include <set>

#include "scenario/world.hpp"
#include "sim/seeds.hpp"

namespace legroom::scenario {
namespace {

using namespace std::chrono_literals;

const Endpoint kInside = *Endpoint::parse("10.0.1.1:5000");

bool is_binding_request(Bytes datagram) {
    return datagram.size() > 1 && datagram[0] == 0 && datagram[1] == 1;
}

/// Two in a room, long enough to have settled: one talks, the other listens to it.
struct Conversation {
    explicit Conversation(std::uint64_t seed, sim::Link link = {.delay = 30ms}) : world(seed, link) {
        for (Browser* browser : {&moving, &still}) {
            world.call(*browser);
            world.join(*browser, "lobby");
        }
        EXPECT_TRUE(world.run_until_connected({&moving, &still}));
        world.run_for(std::chrono::milliseconds{3'000 + 37 * seed});
        moving.client.take_longest_gap();
        still.client.take_longest_gap();
    }

    static ClientConfig quiet() {
        ClientConfig config;
        config.listens = false;
        config.reconnect_grace = 1h;  // a browser waits until its page gives up
        return config;
    }

    World world;
    Browser& moving = world.browser(quiet());
    Browser& still = world.browser(quiet());
};

TEST(Staying, ABlackoutIsWaitedOutAndTheSoundIsBackWithinASecond) {
    for (const auto blackout : {5s, 10s, 20s}) {
        for (std::uint64_t seed = 1; seed <= sim::seeds(20); ++seed) {
            SCOPED_TRACE(testing::Message() << blackout.count() << " s, seed " << seed);
            Conversation talk(seed);
            talk.world.network().set_link(kInside.ip, Server::address().ip, {.delay = 30ms, .loss = 1});
            talk.world.run_for(blackout);
            talk.world.network().set_link(kInside.ip, Server::address().ip, {.delay = 30ms});
            talk.world.run_for(5s);

            EXPECT_LE(talk.moving.client.take_longest_gap(), blackout + 1s);
            EXPECT_LE(talk.still.client.take_longest_gap(), 100ms);
            const auto interrupted = talk.world.server().count("leg.interrupted");
            EXPECT_EQ(interrupted, talk.world.server().count("leg.resumed"));
            EXPECT_EQ(interrupted, blackout > 5s ? 1U : interrupted);
            EXPECT_NE(talk.world.server().legs().find(talk.moving.leg), nullptr);
            EXPECT_EQ(talk.world.server().legs().find(talk.moving.leg)->connection,
                      call::Connection::connected);
            EXPECT_EQ(talk.world.server().legs().find(talk.moving.leg)->room, RoomId{"lobby"});
        }
    }
}

TEST(Staying, WhoNeverComesBackIsLetGoAfterTheGrace) {
    for (const Duration grace : {Duration{0s}, Duration{10s}, Duration{30s}}) {
        SCOPED_TRACE(grace.count());
        Conversation talk(1);
        ASSERT_TRUE(talk.world.server().legs().set_reconnect_grace(talk.moving.leg, grace));
        talk.world.pump_server();
        talk.world.network().remove(talk.moving);
        talk.world.run_for(5s + grace - 500ms);
        EXPECT_NE(talk.world.server().legs().find(talk.moving.leg), nullptr);
        talk.world.run_for(2s);
        EXPECT_EQ(talk.world.server().legs().find(talk.moving.leg), nullptr);
        EXPECT_EQ(talk.world.server().count("leg.interrupted"), 1U);
        EXPECT_EQ(talk.world.server().events().back(), "leg.disconnected ice_failure consent_expired");
    }
}

/// RFC 7675 §5.1: nothing is sent to who does not answer any more, however long the leg is kept.
TEST(Staying, MediaStopsWhenConsentEnds) {
    for (std::uint64_t seed = 1; seed <= sim::seeds(20); ++seed) {
        SCOPED_TRACE(seed);
        Conversation talk(seed);
        ASSERT_TRUE(talk.world.server().legs().set_reconnect_grace(talk.moving.leg, 5min));
        talk.world.pump_server();
        Instant last_media{};
        talk.world.network().on_send([&](Instant now, const Transmit& datagram) {
            if (datagram.path.remote == kInside && datagram.bytes[0] >= 128) last_media = now;
        });
        const Instant gone = talk.world.now();
        talk.world.network().remove(talk.moving);
        talk.world.run_for(45s);
        EXPECT_LE(last_media - gone, 30s);
        EXPECT_GE(last_media - gone, 15s);
        EXPECT_NE(talk.world.server().legs().find(talk.moving.leg), nullptr);
    }
}

TEST(Staying, ANatThatForgetsIsFollowedWithinASecond) {
    for (std::uint64_t seed = 1; seed <= sim::seeds(20); ++seed) {
        SCOPED_TRACE(seed);
        Conversation talk(seed);
        for (std::uint16_t port = 7'000; port < 7'005; ++port) {
            talk.world.network().translate(kInside, {*IpAddress::parse("203.0.113.9"), port});
            talk.world.run_for(4s);
            EXPECT_LE(talk.moving.client.take_longest_gap(), 1s);
            EXPECT_LE(talk.still.client.take_longest_gap(), 100ms);
        }
        EXPECT_EQ(talk.world.server().count("leg.interrupted"), 0U);
    }
}

TEST(Restart, AHundredInOneCallLeaveNoGap) {
    Conversation talk(1);
    std::set<std::string> ufrags;
    for (int i = 0; i < 100; ++i) {
        SCOPED_TRACE(i);
        ufrags.insert(talk.world.server().legs().find(talk.moving.leg)->signalling.local_ufrag);
        talk.world.restart(talk.moving);
        talk.world.run_for(600ms);
        ASSERT_EQ(talk.moving.client.restarts(), i + 1);
    }
    EXPECT_EQ(ufrags.size(), 100U);
    EXPECT_LE(talk.moving.client.take_longest_gap(), 25ms) << "not one packet is missing";
    EXPECT_LE(talk.still.client.take_longest_gap(), 25ms);
    EXPECT_EQ(talk.world.server().count("leg.interrupted"), 0U);
}

TEST(Restart, OldCredentialsAreRefusedAfterwards) {
    Conversation talk(1);
    const Path stranger{Server::address(), *Endpoint::parse("198.51.100.7:4000")};
    ByteVector check;  // the browser's latest
    std::size_t answers = 0;
    talk.world.network().on_send([&](Instant, const Transmit& sent) {
        if (sent.path.local == kInside && is_binding_request(sent.bytes)) check = sent.bytes;
        if (sent.path.remote == stranger.remote) ++answers;
    });
    const auto replay = [&](const ByteVector& old) {
        answers = 0;
        talk.world.server().on_datagram(talk.world.now(), stranger, old);
        talk.world.pump_server();
        return answers;
    };
    talk.world.run_for(10s);
    const ByteVector old = check;
    EXPECT_GT(replay(old), 0U);
    talk.world.restart(talk.moving);
    talk.world.run_for(2s);
    ASSERT_EQ(talk.moving.client.restarts(), 1);
    EXPECT_EQ(replay(old), 0U);
    EXPECT_GT(replay(check), 0U) << "the new ones are good";
}

TEST(Restart, FromANewAddressMovesTheCall) {
    for (std::uint64_t seed = 1; seed <= sim::seeds(20); ++seed) {
        SCOPED_TRACE(seed);
        Conversation talk(seed, {.delay = 30ms, .loss = 0.05});
        const auto elsewhere = *Endpoint::parse("10.9.9.9:6000");
        talk.world.network().attach(elsewhere, talk.moving);
        talk.world.network().detach(kInside);
        talk.moving.client.add_address(talk.world.now(), elsewhere);
        talk.world.restart(talk.moving);
        talk.world.run_for(5s);
        EXPECT_EQ(talk.moving.client.restarts(), 1);
        EXPECT_LE(talk.moving.client.take_longest_gap(), 1s);
        EXPECT_NE(talk.world.server().legs().find(talk.moving.leg), nullptr);
    }
}

TEST(Restart, ThatNeverWorksLeavesTheCallAsItWas) {
    Conversation talk(1);
    // The answer is lost on its way: the browser never learns the new credentials.
    ASSERT_TRUE(talk.world.server().legs().reoffer(talk.world.now(), talk.moving.leg,
                                                   talk.moving.client.restart_offer()));
    talk.world.pump_server();
    talk.world.run_for(15s);
    EXPECT_LE(talk.moving.client.take_longest_gap(), 25ms);
    EXPECT_EQ(talk.moving.client.restarts(), 0);
    talk.world.restart(talk.moving);  // and nothing is pending any more
    talk.world.run_for(1s);
    EXPECT_EQ(talk.moving.client.restarts(), 1);
}

TEST(Restart, SavesACallWhoseConsentHasExpired) {
    Conversation talk(1);
    ASSERT_TRUE(talk.world.server().legs().set_reconnect_grace(talk.moving.leg, 5min));
    talk.world.network().set_link(kInside.ip, Server::address().ip, {.loss = 1});
    talk.world.run_for(60s);
    EXPECT_EQ(talk.world.server().legs().find(talk.moving.leg)->connection, call::Connection::interrupted);
    talk.world.network().set_link(kInside.ip, Server::address().ip, {.delay = 30ms});
    ASSERT_FALSE(talk.moving.client.failure());
    talk.world.restart(talk.moving);
    talk.world.run_for(2s);
    EXPECT_EQ(talk.world.server().legs().find(talk.moving.leg)->connection, call::Connection::connected);
}

TEST(Reload, AnotherPageTakesTheLegOver) {
    for (std::uint64_t seed = 1; seed <= sim::seeds(20); ++seed) {
        SCOPED_TRACE(seed);
        Conversation talk(seed, {.delay = 30ms, .loss = 0.05});
        ASSERT_TRUE(talk.world.server().legs().set_muted(talk.world.now(), talk.moving.leg, true));
        const LegId leg = talk.moving.leg;
        talk.world.network().remove(talk.moving);
        talk.world.run_for(2s);
        Browser& reloaded = talk.world.browser(Conversation::quiet());
        talk.world.take_over(reloaded, leg);
        ASSERT_TRUE(talk.world.run_until_connected({&reloaded}, 5s));
        talk.world.run_for(1s);
        const auto before = reloaded.client.packets_heard();
        talk.world.run_for(10s);
        EXPECT_GT(reloaded.client.packets_heard() - before, 450U);
        const call::Leg* same = talk.world.server().legs().find(leg);
        ASSERT_NE(same, nullptr);
        EXPECT_TRUE(same->muted);
        EXPECT_EQ(same->room, RoomId{"lobby"});
        EXPECT_EQ(talk.world.server().count("leg.connected"), 2U) << "that of the two legs, once each";
        EXPECT_EQ(talk.world.server().shard().leg_count(), 2U);
    }
}

TEST(Reload, KeepsTheLegsGrace) {
    Conversation talk(1);
    ASSERT_TRUE(talk.world.server().legs().set_reconnect_grace(talk.moving.leg, 2min));
    Browser& reloaded = talk.world.browser(Conversation::quiet());
    talk.world.take_over(reloaded, talk.moving.leg);
    ASSERT_TRUE(talk.world.run_until_connected({&reloaded}, 5s));
    talk.world.run_for(2s);
    talk.world.network().remove(reloaded);
    talk.world.run_for(2min);
    EXPECT_NE(talk.world.server().legs().find(talk.moving.leg), nullptr);
    talk.world.run_for(10s);
    EXPECT_EQ(talk.world.server().legs().find(talk.moving.leg), nullptr);
}

TEST(Reload, ThatFailsLeavesTheOldPageInTheCall) {
    Conversation talk(1);
    Browser& never = talk.world.browser(Conversation::quiet());
    ASSERT_TRUE(talk.world.server().legs().reoffer(talk.world.now(), talk.moving.leg, never.client.offer()));
    talk.world.pump_server();
    talk.world.run_for(31s);
    EXPECT_LE(talk.moving.client.take_longest_gap(), 25ms);
    EXPECT_FALSE(talk.world.server().legs().find(talk.moving.leg)->signalling.change_pending);
}

TEST(Hold, StopsAndStartsTheMediaOnly) {
    Conversation talk(1);
    talk.moving.client.set_direction("sendonly");
    talk.world.renegotiate(talk.moving);
    talk.world.run_for(1s);
    const auto before = talk.moving.client.packets_heard();
    talk.world.run_for(30s);
    EXPECT_EQ(talk.moving.client.packets_heard(), before);
    EXPECT_EQ(talk.world.server().count("leg.interrupted"), 0U);
    talk.moving.client.set_direction("sendrecv");
    talk.world.renegotiate(talk.moving);
    talk.world.run_for(2s);
    EXPECT_GT(talk.moving.client.packets_heard(), before + 90);
}

}  // namespace
}  // namespace legroom::scenario
