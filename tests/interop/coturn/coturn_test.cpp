#include "coturn.hpp"

#include <gtest/gtest.h>

#include "io/clock.hpp"
#include "socket_client.hpp"

// What the RFC leaves open, and a simulated server would only repeat our own opinion of, is asked of coturn.
namespace legroom::interop {
namespace {

using namespace std::chrono_literals;
using ice::TurnFailure;

constexpr Duration kSoon = 10s;

/// Like a check, and like media, to a demultiplexer.
ByteVector check_of(std::uint16_t size) { return ByteVector(size, 1); }
ByteVector media_of(std::uint8_t number) {
    ByteVector packet(161, number);  // not of whole words: a stream has to pad it
    packet[0] = 0x80;
    return packet;
}

bool has_address(SocketClient& client) {
    return run(
        {&client}, [&] { return client.turn().relayed().has_value(); }, kSoon);
}

/// Both let the other in, and hear one check each; the first of them waits for its permission.
bool introduce(SocketClient& a, SocketClient& b) {
    a.received.clear();
    b.received.clear();
    b.permit(a.relayed().ip);
    const auto open = [&] { return b.turn().peers().open(io::now(), a.relayed().ip); };
    run({&a, &b}, open, kSoon);
    a.send(b.relayed(), check_of(20));
    run(
        {&a, &b}, [&] { return !b.received.empty(); }, kSoon);
    b.send(a.relayed(), check_of(24));
    run(
        {&a, &b}, [&] { return !a.received.empty(); }, kSoon);
    return a.received.size() == 1 && b.received.size() == 1 && b.received[0].bytes == check_of(20);
}

/// Sends 100 packets of media each way, and waits for them.
void talk(SocketClient& a, SocketClient& b) {
    a.received.clear();
    b.received.clear();
    for (std::uint8_t i = 0; i < 100; ++i) {
        a.send(b.relayed(), media_of(i));
        b.send(a.relayed(), media_of(i));
        run(
            {&a, &b}, [&] { return a.received.size() > i && b.received.size() > i; }, 100ms);
    }
    run(
        {&a, &b}, [&] { return a.received.size() >= 100 && b.received.size() >= 100; }, kSoon);
    EXPECT_EQ(a.received.size(), 100U);
    EXPECT_EQ(b.received.size(), 100U);
    ASSERT_FALSE(a.received.empty());
    EXPECT_EQ(a.received.back().bytes, media_of(99));
    EXPECT_EQ(a.received.back().path, (Path{a.relayed(), b.relayed()}));
}

struct CallCase {
    const char* name;
    const char* ip;
    Transport first;
    Transport second;
};

class CoturnCalls : public ::testing::TestWithParam<CallCase> {};

TEST_P(CoturnCalls, CarryDataBothWays) {
    const CallCase& one = GetParam();
    Coturn coturn{one.ip};
    SocketClient a{coturn.address(), one.first};
    SocketClient b{coturn.address(), one.second};
    ASSERT_TRUE(has_address(a) && has_address(b));
    ASSERT_EQ(a.candidates.size(), 1U);
    EXPECT_EQ(a.candidates[0].endpoint.ip, coturn.address().ip);
    EXPECT_EQ(a.candidates[0].related->ip, coturn.address().ip);
    EXPECT_NE(a.relayed(), b.relayed());
    ASSERT_TRUE(introduce(a, b));
    talk(a, b);
    for (SocketClient* client : {&a, &b}) {
        EXPECT_GE(client->turn().counters().by_channel, 90U)
            << "all but the first, before the channel was there";
        EXPECT_EQ(client->turn().counters().malformed, 0U);
        EXPECT_EQ(client->turn().request_counters().unauthenticated, 0U);
        EXPECT_EQ(client->turn().request_counters().challenges, 1U);
        EXPECT_TRUE(client->failures.empty());
    }
}

INSTANTIATE_TEST_SUITE_P(All, CoturnCalls,
                         ::testing::Values(CallCase{"udp", "127.0.0.1", Transport::udp, Transport::udp},
                                           CallCase{"tcp", "127.0.0.1", Transport::tcp, Transport::tcp},
                                           CallCase{"udp_tcp", "127.0.0.1", Transport::udp, Transport::tcp},
                                           CallCase{"ipv6", "::1", Transport::udp, Transport::tcp}),
                         [](const auto& which) { return which.param.name; });

TEST(Coturn, SaysThatThePasswordIsWrong) {
    Coturn coturn{"127.0.0.1"};
    for (const Transport transport : {Transport::udp, Transport::tcp}) {
        SocketClient client{coturn.address(), transport, "wrong"};
        ASSERT_TRUE(run(
            {&client}, [&] { return !client.failures.empty(); }, kSoon));
        EXPECT_EQ(client.failures[0].cause, TurnFailure::unauthorized);
        EXPECT_EQ(client.failures[0].reason, "TURN server " + coturn.address().to_string() + " (" +
                                                 std::string{to_string(transport)} + "): 401 Unauthorized");
        EXPECT_EQ(client.turn().request_counters().requests, 2U) << "once for the challenge, once in vain";
    }
}

TEST(Coturn, IsNotThere) {
    Endpoint nowhere;
    {
        Coturn coturn{"127.0.0.1"};
        nowhere = coturn.address();
    }
    SocketClient client{nowhere, Transport::tcp};
    ASSERT_TRUE(run(
        {&client}, [&] { return !client.failures.empty(); }, kSoon));
    EXPECT_EQ(client.failures[0].cause, TurnFailure::disconnected);
}

TEST(Coturn, TakesBackWhatIsClosed) {
    Coturn coturn{"127.0.0.1", {"--user-quota=1"}};
    for (const Transport transport : {Transport::udp, Transport::tcp}) {
        SocketClient first{coturn.address(), transport};
        ASSERT_TRUE(has_address(first));
        SocketClient second{coturn.address(), transport};
        ASSERT_TRUE(run(
            {&first, &second}, [&] { return !second.failures.empty(); }, kSoon));
        EXPECT_EQ(second.failures[0].cause, TurnFailure::quota) << second.failures[0].reason;
        first.close();
        EXPECT_TRUE(has_address(second)) << "the next attempt, after a wait";
        second.close();
    }
}

TEST(Coturn, ReplacesALeftoverOfTheSamePort) {
    Coturn coturn{"127.0.0.1"};
    SocketClient client{coturn.address(), Transport::udp};
    ASSERT_TRUE(has_address(client));
    client.forget_everything();
    ASSERT_TRUE(has_address(client));
    EXPECT_EQ(client.candidates.size(), 2U);
    EXPECT_TRUE(client.failures.empty()) << client.failures[0].reason;
}

TEST(Coturn, IsFollowedThroughARestart) {
    for (const Transport transport : {Transport::udp, Transport::tcp}) {
        Coturn coturn{"127.0.0.1"};
        SocketClient a{coturn.address(), transport};
        SocketClient b{coturn.address(), transport};
        ASSERT_TRUE(has_address(a) && has_address(b));
        ASSERT_TRUE(introduce(a, b));
        coturn.restart();
        // Over UDP a request is what finds out: of a new peer here, of the refresh every 25 s otherwise.
        const Endpoint stranger = *Endpoint::parse("127.0.0.2:9");
        a.send(stranger, check_of(20));
        b.send(stranger, check_of(20));
        ASSERT_TRUE(run(
            {&a, &b}, [&] { return a.candidates.size() == 2 && b.candidates.size() == 2; }, 10s));
        const auto cause = transport == Transport::udp ? TurnFailure::lost : TurnFailure::disconnected;
        ASSERT_EQ(a.failures.size(), 1U);
        EXPECT_EQ(a.failures[0].cause, cause) << a.failures[0].reason;
        EXPECT_EQ(a.failures[0].lost, a.candidates[0].endpoint);
        ASSERT_TRUE(introduce(a, b));
        talk(a, b);
    }
}

TEST(Coturn, ChangesItsNonce) {
    Coturn coturn{"127.0.0.1", {"--stale-nonce=1"}};
    SocketClient a{coturn.address(), Transport::udp};
    SocketClient b{coturn.address(), Transport::tcp};
    ASSERT_TRUE(has_address(a) && has_address(b));
    run(
        {&a, &b}, [] { return false; }, 2500ms);
    ASSERT_TRUE(introduce(a, b));
    talk(a, b);
    EXPECT_GE(a.turn().request_counters().challenges, 2U) << "the nonce had run out meanwhile";
    EXPECT_GE(b.turn().request_counters().challenges, 2U);
    EXPECT_TRUE(a.failures.empty() && b.failures.empty());
}

TEST(Coturn, RefusesAForbiddenPeerAndNothingElse) {
    Coturn coturn{"127.0.0.1", {"--denied-peer-ip=192.0.2.1"}};
    SocketClient a{coturn.address(), Transport::udp};
    SocketClient b{coturn.address(), Transport::udp};
    ASSERT_TRUE(has_address(a) && has_address(b));
    a.send(*Endpoint::parse("192.0.2.1:1000"), check_of(20));
    ASSERT_TRUE(run(
        {&a, &b}, [&] { return a.turn().peers().counters().refused == 1; }, kSoon));
    EXPECT_EQ(a.turn().peers().counters().dropped_held, 1U);
    EXPECT_TRUE(introduce(a, b));
    EXPECT_TRUE(a.failures.empty());
}

TEST(Coturn, RelaysTheLongestPacket) {
    Coturn coturn{"127.0.0.1"};
    SocketClient a{coturn.address(), Transport::tcp};
    SocketClient b{coturn.address(), Transport::udp};
    ASSERT_TRUE(has_address(a) && has_address(b));
    ASSERT_TRUE(introduce(a, b));
    a.received.clear();
    b.received.clear();
    const ByteVector longest = check_of(ice::kMaxRelayedPacket);
    a.send(b.relayed(), longest);
    b.send(a.relayed(), longest);
    ASSERT_TRUE(run(
        {&a, &b}, [&] { return a.received.size() == 1 && b.received.size() == 1; }, kSoon));
    EXPECT_EQ(a.received[0].bytes, longest);
    EXPECT_EQ(b.received[0].bytes, longest);
}

}  // namespace
}  // namespace legroom::interop
