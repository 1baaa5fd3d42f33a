#include <gtest/gtest.h>

#include "ice/turn_client.hpp"
#include "stun/builder.hpp"
#include "stun/channel_data.hpp"

#include "ice/turn_test_bench.hpp"

// What a hostile server, or somebody in its place, may do, and what fills up.
namespace legroom::ice {
namespace {

using namespace turn_bench;

const Path kTurnPath{kTurnHome, kTurnServer};

/// The latest request, as the client sends it.
stun::Header last_request(TurnClient& client) {
    stun::Header latest;
    while (const auto output = client.poll()) {
        const auto* transmit = std::get_if<Transmit>(&*output);
        if (transmit != nullptr) latest = stun::peek_header(transmit->bytes).value_or(latest);
    }
    return latest;
}

stun::Builder answer_to(const stun::Header& request, stun::Class kind) {
    return stun::Builder{{kind, request.method, request.transaction}};
}

ByteVector grant_for(const stun::Header& request) {
    auto out = answer_to(request, stun::Class::success);
    return out.xor_relayed_address(turn_at("198.51.100.66:5000")).xor_mapped_address(kTurnNat).take();
}

ByteVector challenge_for(const stun::Header& request, std::uint16_t error, const char* nonce) {
    auto out = answer_to(request, stun::Class::error);
    out.error(error, "").text(stun::Attribute::realm, "r").text(stun::Attribute::nonce, nonce);
    return out.take();
}

struct TurnAlone {
    SeededRandom random{1};
    Instant now{1h};
    TurnClient client{client_config(), random, now};
};

TEST(TurnAttack, AGrantWithoutIntegrityIsNotBelieved) {
    TurnAlone one;
    const stun::Header request = last_request(one.client);
    EXPECT_TRUE(one.client.handle_datagram(one.now, kTurnPath, grant_for(request)));
    EXPECT_EQ(one.client.relayed(), std::nullopt);
    EXPECT_EQ(one.client.request_counters().unauthenticated, 1U);
    one.client.handle_timeout(one.now + 10s);
    std::string reason;
    while (const auto output = one.client.poll()) {
        if (const auto* failed = std::get_if<TurnFailed>(&*output)) reason = failed->reason;
    }
    EXPECT_NE(reason.find("only answers without valid MESSAGE-INTEGRITY in 10 s"), std::string::npos)
        << reason;
}

TEST(TurnAttack, NeitherIsOneSealedWithAnotherPassword) {
    TurnAlone one;
    one.client.handle_datagram(one.now, kTurnPath, challenge_for(last_request(one.client), 401, "n"));
    const stun::Header request = last_request(one.client);
    auto wrong = stun::IntegrityKey::long_term("user", "r", "guess");
    auto out = answer_to(request, stun::Class::success);
    out.xor_relayed_address(turn_at("198.51.100.66:5000")).message_integrity(wrong);
    one.client.handle_datagram(one.now, kTurnPath, out.take());
    EXPECT_EQ(one.client.relayed(), std::nullopt);
    auto right = stun::IntegrityKey::long_term("user", "r", "password");
    auto good = answer_to(request, stun::Class::success);
    good.xor_relayed_address(turn_at("198.51.100.66:5000")).message_integrity(right);
    one.client.handle_datagram(one.now, kTurnPath, good.take());
    EXPECT_EQ(one.client.relayed(), turn_at("198.51.100.66:5000")) << "the request had gone on";
}

TEST(TurnAttack, AnErrorWithWrongIntegrityEndsNothing) {
    TurnAlone one;
    one.client.handle_datagram(one.now, kTurnPath, challenge_for(last_request(one.client), 401, "n"));
    const stun::Header request = last_request(one.client);
    auto wrong = stun::IntegrityKey::long_term("user", "r", "guess");
    auto out = answer_to(request, stun::Class::error);
    one.client.handle_datagram(one.now, kTurnPath, out.error(486, "").message_integrity(wrong).take());
    EXPECT_FALSE(one.client.settled());
    EXPECT_EQ(one.client.request_counters().unauthenticated, 1U);
}

TEST(TurnAttack, OnlyTheServersOwnPathCounts) {
    TurnAlone one;
    const stun::Header request = last_request(one.client);
    const ByteVector challenge = challenge_for(request, 401, "n");
    const Path elsewhere[] = {
        {kTurnHome, turn_at("198.51.100.66:3478")},
        {turn_at("10.0.0.5:5000"), kTurnServer},
        {kTurnHome, kTurnServer, Transport::tcp},
    };
    for (const Path& path : elsewhere) {
        EXPECT_FALSE(one.client.handle_datagram(one.now, path, challenge));
        EXPECT_FALSE(one.client.handle_datagram(one.now, path, stun::ChannelData{0x4000, challenge}.write()));
    }
    EXPECT_EQ(one.client.request_counters().challenges, 0U);
    EXPECT_TRUE(one.client.handle_datagram(one.now, kTurnPath, challenge));
    EXPECT_EQ(one.client.request_counters().challenges, 1U);
}

TEST(TurnAttack, LeavesToOthersWhatIsNotTurns) {
    TurnAlone one;
    const ByteVector binding = stun::Builder{{stun::Class::success, stun::kBinding, {}}}.take();
    for (const ByteVector& bytes :
         {binding, media_packet(), check_packet(), ByteVector{}, ByteVector{22, 254, 253}}) {
        EXPECT_FALSE(one.client.handle_datagram(one.now, kTurnPath, bytes));
    }
}

TEST(TurnAttack, ChallengesForEverEndInAFailure) {
    for (const std::uint16_t error : {stun::kUnauthenticated, stun::kStaleNonce}) {
        TurnAlone one;
        std::uint64_t rounds = 0;
        for (; !one.client.settled() && rounds < 100; ++rounds) {
            const stun::Header request = last_request(one.client);
            one.client.handle_datagram(one.now, kTurnPath, challenge_for(request, error, "n"));
        }
        EXPECT_LE(rounds, 4U);
        EXPECT_EQ(one.client.request_counters().requests, rounds);
    }
}

TEST(TurnAttack, AChallengeWithoutRealmOrNonceIsARefusal) {
    TurnAlone one;
    auto out = answer_to(last_request(one.client), stun::Class::error);
    one.client.handle_datagram(one.now, kTurnPath, out.error(401, "go\naway\xff").take());
    EXPECT_TRUE(one.client.settled());
    std::string reason;
    while (const auto output = one.client.poll()) {
        if (const auto* failed = std::get_if<TurnFailed>(&*output)) reason = failed->reason;
    }
    EXPECT_EQ(reason, "TURN server 198.51.100.10:3478 (udp): 401 go?away?") << "fit for a log and for JSON";
}

TEST(TurnAttack, AnAddressNobodyCanUseIsNone) {
    const Endpoint useless[] = {turn_at("0.0.0.0:5000"), turn_at("224.0.0.1:5000"),
                                turn_at("198.51.100.66:0"), turn_at("[2001:db8::1]:5000")};
    for (const Endpoint& address : useless) {
        TurnAlone one;
        one.client.handle_datagram(one.now, kTurnPath, challenge_for(last_request(one.client), 401, "n"));
        auto key = stun::IntegrityKey::long_term("user", "r", "password");
        auto out = answer_to(last_request(one.client), stun::Class::success);
        one.client.handle_datagram(one.now, kTurnPath,
                                   out.xor_relayed_address(address).message_integrity(key).take());
        EXPECT_EQ(one.client.relayed(), std::nullopt) << address.to_string();
        EXPECT_TRUE(one.client.settled());
    }
}

TEST(TurnAttack, LifetimesOfNothingAndOfYearsAreNotBelieved) {
    for (const std::uint32_t lifetime : {0U, 1U, 0xffffffffU}) {
        TurnAlone one;
        one.client.handle_datagram(one.now, kTurnPath, challenge_for(last_request(one.client), 401, "n"));
        auto key = stun::IntegrityKey::long_term("user", "r", "password");
        auto out = answer_to(last_request(one.client), stun::Class::success);
        out.xor_relayed_address(turn_at("198.51.100.66:5000")).lifetime(std::chrono::seconds{lifetime});
        one.client.handle_datagram(one.now, kTurnPath, out.message_integrity(key).take());
        ASSERT_TRUE(one.client.deadline());
        EXPECT_GE(*one.client.deadline(), one.now + 5s);
        EXPECT_LE(*one.client.deadline(), one.now + 25s);
    }
}

TEST(TurnAttack, DropsAndCountsWhatStrangersSay) {
    TurnWorld world;
    world.network.run_for(1s);
    world.talk_for(2s);
    TurnClient& client = world.client();
    const Instant now = world.network.now();
    const stun::Header data{stun::Class::indication, stun::kData, {}};
    const auto indication = [&](const Endpoint& peer) {
        return stun::Builder{data}.xor_peer_address(peer).data(media_packet()).take();
    };
    EXPECT_TRUE(client.handle_datagram(now, kTurnPath, indication(turn_at("192.0.2.99:7000"))));
    EXPECT_EQ(client.counters().strangers, 1U);
    EXPECT_TRUE(client.handle_datagram(now, kTurnPath, stun::ChannelData{0x4abc, media_packet()}.write()));
    EXPECT_EQ(client.counters().unknown_channels, 1U);

    const ByteVector malformed[] = {
        stun::Builder{data}.data(media_packet()).take(),
        stun::Builder{data}.xor_peer_address(kTurnPeer).take(),
        stun::Builder{data}.xor_peer_address(kTurnPeer).data(media_packet()).attribute(0x7777, {}).take(),
        stun::Builder{{stun::Class::indication, stun::kAllocate, {}}}.take(),
        stun::Builder{{stun::Class::request, stun::kAllocate, {}}}.take(),
        ByteVector{0x40, 0x00, 0x00, 0x09, 1, 2, 3},
        ByteVector{0x40},
    };
    for (const ByteVector& bytes : malformed) EXPECT_TRUE(client.handle_datagram(now, kTurnPath, bytes));
    EXPECT_EQ(client.counters().malformed, std::size(malformed));
    world.network.pump(world.home);
    EXPECT_TRUE(world.home.received.empty());
    EXPECT_TRUE(client.handle_datagram(now, kTurnPath, indication(kTurnPeer)));
    world.network.pump(world.home);
    EXPECT_EQ(world.home.received.size(), 1U);
}

IpAddress stranger_ip(std::uint32_t number) {
    const auto byte = [&](int shift) { return static_cast<std::uint8_t>(number >> shift); };
    return IpAddress::v4({100, byte(16), byte(8), byte(0)});
}

TEST(TurnBounds, PermissionsAreBounded) {
    TurnWorld world;
    world.network.run_for(1s);
    for (std::uint32_t i = 0; i < kMaxPermissions + 10; ++i)
        world.send(check_packet(), {stranger_ip(i), 1000});
    EXPECT_EQ(world.client().peers().permission_count(), kMaxPermissions);
    EXPECT_EQ(world.client().peers().counters().dropped_addresses, 10U);
    EXPECT_EQ(world.client().counters().unsent, 10U);
    world.network.run_for(65s);  // nobody has wanted them for a minute
    world.send(check_packet());
    world.network.run_for(1s);
    EXPECT_EQ(world.peer.heard.size(), 1U) << "the idle give way";
    EXPECT_EQ(world.client().peers().permission_count(), kMaxPermissions);
}

TEST(TurnBounds, ChannelsAreBoundedAndTheRestGoesByIndication) {
    TurnWorld world;
    world.network.run_for(1s);
    world.send(check_packet());
    world.network.run_for(1s);
    for (std::uint32_t i = 0; i < kMaxChannels + 10; ++i) {
        const auto port = static_cast<std::uint16_t>(1000 + i);
        world.network.attach({kTurnPeer.ip, port}, world.peer);
        world.send(media_packet(), {kTurnPeer.ip, port});
    }
    world.network.run_for(1s);
    EXPECT_EQ(world.client().peers().channel_count(), kMaxChannels);
    EXPECT_EQ(world.client().peers().counters().dropped_channels, 10U);
    EXPECT_EQ(world.peer.heard.size(), 1 + kMaxChannels + 10) << "all of them got there";
}

TEST(TurnBounds, HeldPacketsAreBounded) {
    TurnWorld world;
    world.network.run_for(1s);
    for (std::size_t i = 0; i < kMaxHeldForOneAddress + 3; ++i) world.send(check_packet());
    EXPECT_EQ(world.client().peers().counters().dropped_held, 3U);
    for (std::uint32_t i = 0; i < kMaxHeldPackets; ++i) world.send(check_packet(), {stranger_ip(i), 1000});
    EXPECT_EQ(world.client().peers().counters().dropped_held, 3 + kMaxHeldForOneAddress);
    world.network.run_for(1s);
    EXPECT_EQ(world.client().counters().by_indication, kMaxHeldPackets);
    world.send(check_packet(), {stranger_ip(5000), 1000});
    world.network.run_for(1s);
    EXPECT_EQ(world.client().counters().by_indication, kMaxHeldPackets + 1) << "room again";
}

TEST(TurnBounds, ARefusedPeerIsAskedForEveryHalfMinute) {
    TurnWorld world;
    world.network.run_for(1s);
    world.server.refuse(stun::kCreatePermission, stun::kForbidden);
    world.talk_for(5min);
    EXPECT_EQ(world.client().peers().counters().refused, 10U);
    EXPECT_EQ(world.peer.heard.size(), 0U);
    EXPECT_GT(world.client().counters().unsent, 300U);
    EXPECT_TRUE(world.home.failures.empty()) << "one peer is not the relay";
    world.server.refuse(stun::kCreatePermission, 0);
    world.talk_for(31s);
    EXPECT_GT(world.peer.heard.size(), 0U);
}

TEST(TurnBounds, AnUnansweredPermissionIsAskedForAgain) {
    TurnWorld world;
    world.network.run_for(1s);
    world.network.detach(kTurnServer);
    world.talk_for(15s);
    world.network.attach(kTurnServer, world.server);
    world.talk_for(5s);
    EXPECT_GT(world.peer.heard.size(), 0U);
}

TEST(TurnBounds, ARefusedChannelLeavesIndications) {
    TurnWorld world;
    world.network.run_for(1s);
    world.server.refuse(stun::kChannelBind, stun::kBadRequest);
    world.talk_for(10s);
    EXPECT_EQ(world.peer.heard.size(), 12U);
    EXPECT_EQ(world.client().counters().by_channel, 0U);
}

class RelaysBench : public ::testing::Test {
protected:
    static TurnConfig config(std::uint16_t port, Transport transport = Transport::udp) {
        TurnConfig one = client_config(transport);
        one.server.port = port;
        return one;
    }
    SeededRandom random_{1};
    Instant now_{1h};
};

TEST_F(RelaysBench, AskEachServerOnceAndNotTooMany) {
    std::vector<TurnConfig> configs{config(3478), config(3478), config(3478, Transport::tcp)};
    EXPECT_EQ((Relays{configs, random_, now_}.clients().size()), 2U);
    configs.push_back(config(3478));
    configs.back().server.ip = turn_at("[2001:db8::1]:1").ip;
    EXPECT_EQ((Relays{configs, random_, now_}.counters().left_out), 2U) << "not over UDP from IPv4";
    configs.back().transport = Transport::tls;
    EXPECT_EQ((Relays{configs, random_, now_}.clients().size()), 3U);
    for (std::uint16_t port = 1; port < 100; ++port) configs.push_back(config(port));
    const Relays relays{configs, random_, now_};
    EXPECT_EQ(relays.clients().size(), kMaxRelays);
    EXPECT_EQ(relays.counters().left_out, configs.size() - kMaxRelays);
}

TEST_F(RelaysBench, NobodyToAskIsSettledAtOnce) {
    Relays relays{{}, random_, now_};
    EXPECT_TRUE(relays.settled());
    EXPECT_EQ(relays.deadline(), std::nullopt);
    EXPECT_EQ(relays.poll(), std::nullopt);
    EXPECT_FALSE(relays.handle_datagram(now_, kTurnPath, check_packet()));
    EXPECT_FALSE(relays.send(now_, {{kTurnHome, kTurnPeer}, check_packet()}));
}

/// Relays as a shard would drive them: one object for the network to give everything to.
class RelaysHome final : public sim::Node {
public:
    RelaysHome(const std::vector<TurnConfig>& configs, Instant now) : relays(configs, random_, now) {}
    void on_datagram(Instant now, const Path& path, Bytes datagram) override {
        relays.handle_datagram(now, path, datagram);
    }
    void on_timeout(Instant now) override { relays.handle_timeout(now); }
    std::optional<Instant> deadline() const override { return relays.deadline(); }
    std::optional<Transmit> poll() override {
        while (auto output = relays.poll()) {
            if (auto* transmit = std::get_if<Transmit>(&*output)) return std::move(*transmit);
            if (const auto* candidate = std::get_if<Candidate>(&*output)) candidates.push_back(*candidate);
            if (const auto* packet = std::get_if<TurnReceived>(&*output)) received.push_back(*packet);
        }
        return std::nullopt;
    }

private:
    SeededRandom random_{1};

public:
    Relays relays;
    std::vector<Candidate> candidates;
    std::vector<TurnReceived> received;
};

TEST_F(RelaysBench, SendByTheRelayedAddressAndDropWhatIsLost) {
    sim::Network network{1};
    sim::TurnServerConfig second = server_config();
    second.address.port = 3479;
    second.relay_ip = turn_at("198.51.100.12:1").ip;
    sim::TurnServer one{network, server_config()};
    sim::TurnServer two{network, second};
    RelaysHome home{{config(3478), config(3479)}, network.now()};
    TurnPeer peer;
    network.attach(kTurnHome, home);
    network.attach(kTurnPeer, peer);
    EXPECT_FALSE(home.relays.settled());
    network.run_for(1s);
    ASSERT_EQ(home.candidates.size(), 2U);
    EXPECT_TRUE(home.relays.settled());
    for (const Candidate& candidate : home.candidates) {
        EXPECT_TRUE(home.relays.send(network.now(), {{candidate.base, kTurnPeer}, check_packet()}));
    }
    EXPECT_FALSE(home.relays.send(network.now(), {{kTurnHome, kTurnPeer}, check_packet()}));
    network.run_for(1s);
    ASSERT_EQ(peer.heard.size(), 2U);
    EXPECT_NE(peer.heard[0].path.remote, peer.heard[1].path.remote);

    two.restart();
    network.run_for(30s);
    ASSERT_EQ(home.candidates.size(), 3U);
    EXPECT_TRUE(home.relays.send(network.now(), {{home.candidates[1].base, kTurnPeer}, check_packet()}));
    EXPECT_EQ(home.relays.counters().unsent, 1U);

    home.relays.close();
    network.pump(home);
    network.run_for(1s);
    EXPECT_EQ(one.allocation_count(network.now()) + two.allocation_count(network.now()), 0U);
}

TEST_F(RelaysBench, ANewListDisturbsNobodyWhoIsOnIt) {
    sim::Network network{1};
    sim::TurnServerConfig second = server_config();
    second.address.port = 3479;
    second.relay_ip = turn_at("198.51.100.12:1").ip;
    sim::TurnServer one{network, server_config()};
    sim::TurnServer two{network, second};
    RelaysHome home{{config(3478), config(3479)}, network.now()};
    network.attach(kTurnHome, home);
    network.run_for(1s);
    ASSERT_EQ(home.candidates.size(), 2U);

    auto same = config(3479);
    same.local_preference = 7;  // it has moved in the list
    EXPECT_TRUE(home.relays.set(network.now(), {same, config(3478)}).given_up.empty());
    auto other = config(3478);
    other.password = "another";
    const auto change = home.relays.set(network.now(), {same, same, other});
    EXPECT_EQ(change.given_up, std::vector{home.candidates[0].base});
    EXPECT_EQ(change.left_out.size(), 1U) << "twice the same";
    network.pump(home);
    network.run_for(1s);
    EXPECT_EQ(one.allocation_count(network.now()), 0U) << "given back, and refused to the wrong password";
    EXPECT_EQ(two.allocation_count(network.now()), 1U);
    EXPECT_EQ(home.candidates.size(), 2U) << "nobody was asked again";
    EXPECT_TRUE(home.relays.send(network.now(), {{home.candidates[0].base, kTurnPeer}, check_packet()}));
    EXPECT_EQ(home.relays.counters().unsent, 1U) << "what a leg still sends from the old address";
}

TEST_F(RelaysBench, AStreamThatIsGivenUpIsClosedAfterTheGoodbye) {
    Relays relays{{config(3478, Transport::tcp)}, random_, now_};
    while (relays.poll()) continue;
    relays.set(now_, {});
    const auto last = relays.poll();
    ASSERT_TRUE(last && std::holds_alternative<TurnDisconnect>(*last));
    EXPECT_EQ(relays.poll(), std::nullopt);
    EXPECT_EQ(relays.clients().size(), 0U);
}

}  // namespace
}  // namespace legroom::ice
