// Handshakes over bad networks, in virtual time.

#include <gtest/gtest.h>

#include "dtls/handshake_test_support.hpp"

namespace legroom::dtls {
namespace {

using test::Link;
using test::Wire;
using namespace std::chrono_literals;

TEST(HandshakeLoss, SurvivesTheLossOfAnySingleDatagram) {
    const std::size_t datagrams = Wire{}.start_and_run().datagrams();
    ASSERT_GE(datagrams, 4U);
    for (std::size_t lost = 0; lost < datagrams; ++lost) {
        Link link;
        link.drop = [lost](std::size_t number) { return number == lost; };
        Wire wire{link};
        wire.start_and_run();
        EXPECT_TRUE(wire.both_established()) << "datagram " << lost;
        EXPECT_LT(wire.now() - Instant{1h}, 500ms) << "datagram " << lost;
    }
}

TEST(HandshakeLoss, SurvivesTheLossOfAnyTwoDatagrams) {
    for (std::size_t first = 0; first < 8; ++first) {
        for (std::size_t second = first + 1; second < 14; ++second) {
            Link link;
            link.drop = [first, second](std::size_t number) { return number == first || number == second; };
            Wire wire{link};
            wire.start_and_run();
            EXPECT_TRUE(wire.both_established()) << "datagrams " << first << " and " << second;
        }
    }
}

TEST(HandshakeLoss, CompletesThroughRandomLoss) {
    for (const double loss : {0.1, 0.2, 0.5}) {
        for (std::uint64_t seed = 0; seed < 400; ++seed) {
            Link link;
            link.loss = loss;
            Wire wire{link, seed};
            wire.start_and_run();
            EXPECT_TRUE(wire.both_established())
                << "loss " << loss << " seed " << seed << " client " << wire.client().failed.value_or("-")
                << " server " << wire.server().failed.value_or("-");
        }
    }
}

TEST(HandshakeLoss, CompletesThroughReorderingDuplicatesAndDelay) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Link link;
        link.delay = 300ms;
        link.jitter = 200ms;
        link.duplicates = 0.5;
        link.loss = 0.1;
        Wire wire{link, seed};
        wire.start_and_run();
        EXPECT_TRUE(wire.both_established()) << "seed " << seed;
    }
}

TEST(HandshakeLoss, NeedsNoRetransmissionOnASlowCleanPath) {
    Link link;
    link.delay = 300ms;  // the first interval is 1 s, the round trip 600 ms
    Wire wire{link};
    wire.start_and_run();
    EXPECT_TRUE(wire.both_established());
    EXPECT_EQ(wire.wakeups(), 0U);
}

TEST(HandshakeLoss, RetransmitsEverLessOftenAndGivesUp) {
    Link link;
    link.drop = [](std::size_t) { return true; };
    Wire wire{link};
    wire.start_and_run();
    ASSERT_TRUE(wire.client().failed);
    EXPECT_NE(wire.client().failed->find("no answer"), std::string::npos) << *wire.client().failed;
    EXPECT_FALSE(wire.server().anything());
    EXPECT_EQ(wire.datagrams(), 1U + 2 * 1U + 3 * 2U + 3 * 3U + 4 * 4U);  // more copies each third time
    // 50, 100, ... 800, 1000, 1000 ... ms: each wakeup did something
    EXPECT_LE(wire.wakeups(), 16U);
    EXPECT_GT(wire.now() - Instant{1h}, 8s);
    EXPECT_LT(wire.now() - Instant{1h}, 12s);
}

TEST(HandshakeLoss, FirstIntervalIsTwiceTheRoundTripWithinBounds) {
    struct Case {
        Duration round_trip;
        Duration first;
    };
    for (const Case& c :
         {Case{0ms, 50ms}, Case{1ms, 50ms}, Case{40ms, 80ms}, Case{300ms, 600ms}, Case{5s, 1s}}) {
        const Instant now{1h};
        sim::set_openssl_clock(now);
        Handshake client{test::config(Role::client)};
        EXPECT_FALSE(client.deadline());
        client.start(now, c.round_trip);
        EXPECT_EQ(client.deadline(), now + c.first);
    }
}

TEST(HandshakeLoss, IgnoresEarlyTimeouts) {
    const Instant now{1h};
    sim::set_openssl_clock(now);
    Handshake client{test::config(Role::client)};
    client.handle_timeout(now);
    client.start(now, 100ms);
    while (client.poll()) {
    }
    sim::set_openssl_clock(now + 100ms);
    client.handle_timeout(now + 100ms);
    EXPECT_FALSE(client.poll());
    EXPECT_EQ(client.deadline(), now + 200ms);
    sim::set_openssl_clock(now + 200ms);
    client.handle_timeout(now + 200ms);
    EXPECT_TRUE(client.poll());
    EXPECT_EQ(client.deadline(), now + 600ms);
}

}  // namespace
}  // namespace legroom::dtls
