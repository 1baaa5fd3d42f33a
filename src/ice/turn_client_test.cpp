#include "ice/turn_client.hpp"

#include <gtest/gtest.h>

#include "stun/builder.hpp"
#include "stun/channel_data.hpp"

#include "ice/turn_test_bench.hpp"

namespace legroom::ice {
namespace {

using namespace turn_bench;

TEST(TurnClient, GetsARelayedAddressInTwoRoundTrips) {
    TurnWorld world;
    world.network.run_for(40ms);  // 401 and then the allocation, 20 ms each
    ASSERT_EQ(world.home.candidates.size(), 1U);
    const Candidate& candidate = world.home.candidates.front();
    EXPECT_EQ(candidate.type, CandidateType::relayed);
    EXPECT_EQ(candidate.endpoint, (Endpoint{kRelayIp.ip, 49152}));
    EXPECT_EQ(candidate.base, candidate.endpoint);
    EXPECT_EQ(candidate.related, kTurnNat);
    EXPECT_EQ(candidate.priority, candidate_priority(CandidateType::relayed, 65535));
    EXPECT_TRUE(world.client().settled());
    EXPECT_TRUE(world.home.failures.empty());
    EXPECT_EQ(world.server.counters().challenged, 1U);
}

TEST(TurnClient, PrefersUdpToTcpToTls) {
    std::uint32_t before = ~std::uint32_t{0};
    for (const Transport transport : {Transport::udp, Transport::tcp, Transport::tls}) {
        TurnWorld world{client_config(transport)};
        world.network.run_for(1s);
        ASSERT_EQ(world.home.candidates.size(), 1U);
        EXPECT_LT(world.home.candidates.front().priority, before);
        before = world.home.candidates.front().priority;
    }
    TurnConfig lowest = client_config(Transport::tls);
    lowest.local_preference = 5;
    TurnWorld world{lowest};
    world.network.run_for(1s);
    EXPECT_EQ(world.home.candidates.front().priority, candidate_priority(CandidateType::relayed, 0));
}

TEST(TurnClient, CarriesPacketsBothWays) {
    TurnWorld world;
    world.network.run_for(1s);
    world.send(check_packet(1));
    world.send(check_packet(2));
    world.network.run_for(1s);
    ASSERT_EQ(world.peer.heard.size(), 2U) << "held until the permission was there, and none lost";
    EXPECT_EQ(world.peer.heard[0].bytes, check_packet(1));
    EXPECT_EQ(world.peer.heard[1].bytes, check_packet(2));
    EXPECT_EQ(world.peer.heard[0].path.remote, world.relayed());

    world.reply(check_packet(3));
    world.network.run_for(1s);
    ASSERT_EQ(world.home.received.size(), 1U);
    EXPECT_EQ(world.home.received[0].path, (Path{world.relayed(), kTurnPeer}));
    EXPECT_EQ(world.home.received[0].bytes, check_packet(3));
    EXPECT_EQ(world.server.counters().by_indication, 2U);
    EXPECT_EQ(world.client().peers().channel_count(), 0U) << "checks alone are not worth a channel";
}

TEST(TurnClient, BindsAChannelForMedia) {
    TurnWorld world;
    world.network.run_for(1s);
    world.send(check_packet());
    world.network.run_for(1s);
    world.send(media_packet(1));
    world.network.run_for(1s);
    world.send(media_packet(2));
    world.send(check_packet());
    world.network.run_for(1s);
    EXPECT_EQ(world.peer.heard.size(), 4U);
    EXPECT_EQ(world.client().counters().by_indication, 2U) << "the first packets do not wait for the channel";
    EXPECT_EQ(world.client().counters().by_channel, 2U);
    world.reply(media_packet(3));
    world.network.run_for(1s);
    ASSERT_EQ(world.home.received.size(), 1U);
    EXPECT_EQ(world.home.received[0].bytes, media_packet(3));
    EXPECT_EQ(world.home.received[0].path.remote, kTurnPeer);
}

TEST(TurnClient, LetsAPeerInThatSpeaksFirst) {
    TurnWorld world;
    world.network.run_for(1s);
    world.reply(check_packet());
    world.network.run_for(1s);
    EXPECT_TRUE(world.home.received.empty());
    world.client().permit(world.network.now(), kTurnPeer.ip);
    world.network.pump(world.home);
    world.network.run_for(1s);
    world.reply(check_packet());
    world.network.run_for(1s);
    EXPECT_EQ(world.home.received.size(), 1U);
}

TEST(TurnClient, KeepsACallForHours) {
    TurnWorld world;
    world.network.run_for(1s);
    world.talk_for(2h);
    world.network.run_for(1s);
    EXPECT_EQ(world.home.candidates.size(), 1U);
    EXPECT_TRUE(world.home.failures.empty());
    EXPECT_EQ(world.peer.heard.size(), 7200U + 1440U);
    EXPECT_EQ(world.server.counters().without_permission, 0U);
    EXPECT_NEAR(static_cast<double>(world.server.granted(stun::kRefresh)), 288, 2);     // every 25 s
    EXPECT_NEAR(static_cast<double>(world.server.granted(stun::kChannelBind)), 15, 1);  // every 8 min
    EXPECT_LE(world.server.granted(stun::kCreatePermission), 31U);
    EXPECT_EQ(world.client().counters().by_indication, 2U)
        << "the channel was there from the second second on";
}

TEST(TurnClient, ForgetsPeersNobodyWants) {
    TurnWorld world;
    world.network.run_for(1s);
    world.talk_for(1min);
    EXPECT_EQ(world.client().peers().permission_count(), 1U);
    world.network.run_for(5min);
    EXPECT_EQ(world.client().peers().permission_count(), 0U);
    EXPECT_EQ(world.client().peers().channel_count(), 1U) << "its number is not free yet";
    world.network.run_for(11min);
    EXPECT_EQ(world.client().peers().channel_count(), 0U);
    EXPECT_EQ(world.server.granted(stun::kCreatePermission), 1U);
    EXPECT_EQ(world.server.granted(stun::kChannelBind), 1U);
    world.talk_for(10s);
    EXPECT_EQ(world.peer.heard.size(), 72U + 12U) << "the call's 60 s, and then these 10";
}

TEST(TurnClient, BindsTheSameChannelAgainWhenAPeerComesBack) {
    TurnWorld world;
    world.network.run_for(1s);
    world.talk_for(10s);
    world.network.run_for(12min);  // the binding ran out; its number still rests
    const auto by_channel = world.server.counters().by_channel;
    world.talk_for(10s);
    EXPECT_GT(world.server.counters().by_channel, by_channel);
    EXPECT_EQ(world.server.counters().refused, 0U);
}

TEST(TurnClient, TakesANewNonce) {
    sim::TurnServerConfig serving = server_config();
    serving.nonce_lifetime = 1min;
    TurnWorld world{client_config(), serving};
    world.network.run_for(1s);
    world.talk_for(30min);
    EXPECT_GE(world.server.counters().stale, 20U);
    EXPECT_EQ(world.home.candidates.size(), 1U);
    EXPECT_TRUE(world.home.failures.empty());
    EXPECT_EQ(world.client().counters().by_indication, 2U);
}

TEST(TurnClient, SurvivesLoss) {
    for (int seed = 1; seed <= 50; ++seed) {
        sim::TurnServerConfig serving = server_config();
        serving.nonce_lifetime = 90s;
        TurnWorld world{
            client_config(), serving, {.delay = 50ms, .jitter = 30ms, .loss = 0.3, .duplicate = 0.2}};
        for (int i = 0; i < seed; ++i) world.send(check_packet());  // no allocation yet: only draws chances
        world.network.run_for(10s);
        EXPECT_EQ(world.home.candidates.size(), 1U) << seed;
        world.talk_for(20min);
        EXPECT_EQ(world.home.candidates.size(), 1U) << seed;
        EXPECT_GT(world.peer.heard.size(), 300U) << seed;
        EXPECT_LT(world.client().counters().by_indication, 40U) << seed;
    }
}

TEST(TurnClient, ComesBackAfterTheServerWasRestarted) {
    TurnWorld world;
    world.network.run_for(1s);
    world.talk_for(2min);
    const Endpoint before = world.relayed();
    world.server.restart();
    world.network.run_for(27s);  // the next refresh, and the first wait
    ASSERT_EQ(world.home.failures.size(), 1U);
    EXPECT_EQ(world.home.failures[0].cause, TurnFailure::lost);
    EXPECT_EQ(world.home.failures[0].lost, before);
    EXPECT_EQ(world.home.failures[0].reason, "TURN server 198.51.100.10:3478 (udp): 437 Allocation Mismatch");
    ASSERT_EQ(world.home.candidates.size(), 2U);
    EXPECT_NE(world.relayed(), before);
    world.talk_for(10s);
    EXPECT_EQ(world.peer.heard.back().path.remote, world.relayed());
}

TEST(TurnClient, FindsOutSoonerWhenItTalks) {
    TurnWorld world;
    world.network.run_for(1s);
    world.server.restart();
    world.send(check_packet());  // the permission asked for is refused with 437
    world.network.run_for(2s);
    EXPECT_EQ(world.home.candidates.size(), 2U);
}

TEST(TurnClient, AsksForItsAllocationWhenAPermissionIsABadRequest) {  // coturn, after a restart
    TurnWorld world;
    world.network.run_for(1s);
    world.server.restart();
    world.server.refuse(stun::kCreatePermission, stun::kBadRequest);
    world.send(check_packet());
    world.network.run_for(2s);
    EXPECT_EQ(world.home.candidates.size(), 2U);
}

TEST(TurnClient, OutlivesABlackout) {
    TurnWorld world;
    world.network.run_for(1s);
    world.talk_for(1min);
    world.network.set_link({.loss = 1});
    world.talk_for(3min);
    world.network.set_link({});
    const auto heard = world.peer.heard.size();
    world.talk_for(10s);
    EXPECT_EQ(world.peer.heard.size(), heard + 12) << "permission and channel outlast it";
    world.talk_for(10min);
    EXPECT_EQ(world.home.candidates.size(), 1U);
    ASSERT_EQ(world.home.failures.size(), 1U) << "said once, for the log";
    EXPECT_EQ(world.home.failures[0].cause, TurnFailure::no_answer);
    EXPECT_EQ(world.home.failures[0].lost, std::nullopt);
}

TEST(TurnClient, GivesUpAnAllocationThatRanOutAndGoesOnTrying) {
    TurnWorld world;
    world.network.run_for(1s);
    world.network.detach(kTurnServer);
    world.network.run_for(10min);
    ASSERT_FALSE(world.home.failures.empty());
    EXPECT_EQ(world.home.failures.back().lost, (Endpoint{kRelayIp.ip, 49152}));
    EXPECT_EQ(world.client().relayed(), std::nullopt);
    world.network.run_for(24h);
    world.network.attach(kTurnServer, world.server);
    world.network.run_for(71s);  // the longest wait, and an attempt that was under way
    EXPECT_EQ(world.home.candidates.size(), 2U);
}

TEST(TurnClient, RetransmitsAndBacksOff) {
    TurnWorld world;
    world.network.detach(kTurnServer);
    std::vector<Duration> sent;
    const Instant start = world.network.now();
    world.network.on_send([&](Instant now, const Transmit&) { sent.push_back(now - start); });
    world.network.run_for(10s);
    EXPECT_EQ(sent, (std::vector<Duration>{0ms, 500ms, 1500ms, 3500ms, 7500ms}));  // RFC 8489 §6.2.1
    ASSERT_EQ(world.home.failures.size(), 1U);
    EXPECT_EQ(world.home.failures[0].cause, TurnFailure::no_answer);
    EXPECT_EQ(world.home.failures[0].reason, "TURN server 198.51.100.10:3478 (udp): no answer in 10 s");
    EXPECT_TRUE(world.client().settled());
    sent.clear();
    world.network.run_for(24h);
    EXPECT_EQ(world.home.failures.size(), 1U) << "the same again is no news";
    const double attempts = static_cast<double>(sent.size()) / 5;
    EXPECT_GT(attempts, 24 * 3600 / 71.0);
    EXPECT_LT(attempts, 24 * 3600 / 54.0);
}

struct TurnRefusalCase {
    std::uint16_t error;
    TurnFailure cause;
};

TEST(TurnClient, SaysWhyItWasRefused) {
    const TurnRefusalCase cases[] = {
        {stun::kTryAlternate, TurnFailure::refused},
        {stun::kBadRequest, TurnFailure::refused},
        {stun::kForbidden, TurnFailure::forbidden},
        {stun::kUnsupportedFamily, TurnFailure::family},
        {stun::kUnsupportedTransport, TurnFailure::refused},
        {stun::kAllocationQuotaReached, TurnFailure::quota},
        {stun::kInsufficientCapacity, TurnFailure::capacity},
        {stun::kWrongCredentials, TurnFailure::unauthorized},
        {500, TurnFailure::refused},
    };
    for (const TurnRefusalCase& one : cases) {
        TurnWorld world;
        world.server.refuse(stun::kAllocate, one.error);
        world.network.run_for(1min);
        ASSERT_EQ(world.home.failures.size(), 1U) << one.error;
        EXPECT_EQ(world.home.failures[0].cause, one.cause) << one.error;
        EXPECT_NE(world.home.failures[0].reason.find(std::to_string(one.error)), std::string::npos);
        world.server.refuse(stun::kAllocate, 0);
        world.network.run_for(61s);
        EXPECT_EQ(world.home.candidates.size(), 1U) << one.error;
    }
}

TEST(TurnClient, AsksOnceWithAWrongPassword) {
    TurnConfig config = client_config();
    config.password = "wrong";
    TurnWorld world{config};
    world.network.run_for(500ms);
    ASSERT_EQ(world.home.failures.size(), 1U);
    EXPECT_EQ(world.home.failures[0].cause, TurnFailure::unauthorized);
    EXPECT_EQ(world.home.failures[0].reason, "TURN server 198.51.100.10:3478 (udp): 401 Unauthorized");
    EXPECT_EQ(world.server.counters().requests, 2U);
    world.server.set_password("wrong");
    world.network.run_for(2s);
    EXPECT_EQ(world.home.candidates.size(), 1U);
}

TEST(TurnClient, KeepsTheAllocationUntilItsEndWhenThePasswordChanges) {
    TurnWorld world;
    world.network.run_for(1s);
    world.server.set_password("other");
    world.network.run_for(9min);
    ASSERT_EQ(world.home.failures.size(), 1U);
    EXPECT_EQ(world.home.failures[0].cause, TurnFailure::unauthorized);
    EXPECT_EQ(world.home.failures[0].lost, std::nullopt);
    EXPECT_NE(world.client().relayed(), std::nullopt);
    world.network.run_for(2min);
    EXPECT_EQ(world.client().relayed(), std::nullopt);
}

/// The program was restarted on the same port: the server still holds what it had asked for.
TEST(TurnClient, ReplacesItsOwnLeftover) {
    TurnWorld world;
    world.network.run_for(1s);
    TurnHome again{client_config(), world.network.now()};
    world.network.attach(kTurnHome, again);
    world.network.run_for(2s);
    EXPECT_EQ(again.candidates.size(), 1U);
    EXPECT_TRUE(again.failures.empty());
    EXPECT_EQ(world.server.allocation_count(world.network.now()), 1U);
}

TEST(TurnClient, GivesTheAllocationBack) {
    TurnWorld world;
    world.network.run_for(1s);
    world.client().close();
    EXPECT_EQ(world.client().deadline(), std::nullopt);
    world.network.pump(world.home);
    world.network.run_for(1s);
    EXPECT_EQ(world.server.allocation_count(world.network.now()), 0U);
    world.send(check_packet());
    EXPECT_EQ(world.client().counters().unsent, 1U);
    EXPECT_EQ(world.client().relayed(), std::nullopt);
}

TEST(TurnClient, DoesNotRetransmitOnAStream) {
    TurnWorld world{client_config(Transport::tcp)};
    world.network.detach(kTurnServer);
    world.network.run_for(20s - 1us);
    EXPECT_EQ(world.network.counters().sent, 1U);
    EXPECT_EQ(world.home.disconnects, 0);
    world.network.run_for(1us);
    ASSERT_EQ(world.home.failures.size(), 1U);
    EXPECT_EQ(world.home.failures[0].cause, TurnFailure::no_answer);
    EXPECT_EQ(world.home.disconnects, 1) << "a new connection for the next attempt";
    world.client().stream_closed(world.network.now());  // the answer to that: no news
    world.network.attach(kTurnServer, world.server);
    world.network.run_for(2s);
    EXPECT_EQ(world.home.candidates.size(), 1U);
    EXPECT_EQ(world.home.failures.size(), 1U);
}

TEST(TurnClient, StartsOverWhenItsConnectionDrops) {
    TurnWorld world{client_config(Transport::tls)};
    world.network.run_for(1s);
    const Endpoint before = world.relayed();
    world.server.restart();
    world.client().stream_closed(world.network.now());
    world.network.pump(world.home);
    ASSERT_EQ(world.home.failures.size(), 1U);
    EXPECT_EQ(world.home.failures[0].cause, TurnFailure::disconnected);
    EXPECT_EQ(world.home.failures[0].lost, before);
    EXPECT_EQ(world.home.disconnects, 0);
    world.network.run_for(2s);
    EXPECT_EQ(world.home.candidates.size(), 2U);
}

TEST(TurnClient, WaitsLongerAfterEachDroppedConnection) {
    TurnWorld world{client_config(Transport::tcp)};
    for (int attempt = 0; attempt < 20; ++attempt) {
        world.client().stream_closed(world.network.now());
        world.network.pump(world.home);
        const auto deadline = world.client().deadline();
        ASSERT_TRUE(deadline);
        const Duration wait = *deadline - world.network.now();
        const Duration shortest = std::min<Duration>(1200ms * (1 << std::min(attempt, 10)), 48s);
        EXPECT_GE(wait, shortest);
        EXPECT_LE(wait, shortest * 5 / 4);
        world.network.run_for(wait);
    }
    EXPECT_EQ(world.home.failures.size(), 1U);
}

TEST(TurnClient, ReachesPeersOfItsFamilyOnly) {
    TurnWorld world;
    world.network.run_for(1s);
    world.send(check_packet(), turn_at("[2001:db8::5]:1000"));
    world.send(check_packet(), {kTurnPeer.ip, 0});
    world.send(ByteVector(kMaxRelayedPacket + 1, 0));
    EXPECT_EQ(world.client().counters().unsent, 3U);
    EXPECT_EQ(world.client().peers().permission_count(), 0U);
}

TEST(TurnClient, GetsAnAddressOfIpv6) {
    TurnConfig config = client_config();
    config.ipv6 = true;
    sim::TurnServerConfig serving = server_config();
    serving.relay_ip = turn_at("[2001:db8::11]:1").ip;
    TurnWorld world{config, serving};
    const Endpoint peer6 = turn_at("[2001:db8::5]:1000");
    world.network.attach(peer6, world.peer);
    world.network.run_for(1s);
    ASSERT_EQ(world.home.candidates.size(), 1U);
    EXPECT_TRUE(world.home.candidates[0].endpoint.ip.is_v6());
    world.send(check_packet(), peer6);
    world.network.run_for(1s);
    EXPECT_EQ(world.peer.heard.size(), 1U);
    EXPECT_EQ((TurnWorld{config}.home.candidates.size()), 0U);
}

TEST(TurnClient, TakesTheOtherFamilyWhereThatIsBetterThanNone) {
    sim::TurnServerConfig serving = server_config();
    serving.relay_ip = turn_at("[2001:db8::11]:1").ip;
    TurnWorld strict{client_config(), serving};
    strict.network.run_for(10s);
    EXPECT_TRUE(strict.home.candidates.empty());

    TurnConfig config = client_config();
    config.either_family = true;
    TurnWorld world{config, serving};
    const Endpoint peer6 = turn_at("[2001:db8::5]:1000");
    world.network.attach(peer6, world.peer);
    world.network.run_for(1s);
    ASSERT_EQ(world.home.candidates.size(), 1U);
    EXPECT_TRUE(world.home.candidates[0].endpoint.ip.is_v6());
    EXPECT_TRUE(world.home.failures.empty());
    world.send(check_packet(), peer6);
    world.network.run_for(1s);
    EXPECT_EQ(world.peer.heard.size(), 1U);

    world.server.refuse(stun::kAllocate, stun::kUnsupportedFamily);
    world.server.restart();
    world.network.run_for(1min);
    EXPECT_GE(world.home.failures.size(), 1U) << "neither: said once, and asked again after a wait";
    EXPECT_LE(world.server.counters().refused, 20U);
}

}  // namespace
}  // namespace legroom::ice
