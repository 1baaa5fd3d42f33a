#include "dtls/handshake.hpp"

#include <array>
#include <atomic>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <thread>

#include "dtls/handshake_test_support.hpp"

namespace legroom::dtls {
namespace {

using test::certificate;
using test::config;
using test::Wire;
using namespace std::chrono_literals;

void expect_mirrored(const SrtpKeys& one, const SrtpKeys& other) {
    EXPECT_EQ(one.profile, other.profile);
    EXPECT_EQ(one.local.key, other.remote.key);
    EXPECT_EQ(one.local.salt, other.remote.salt);
    EXPECT_EQ(one.remote.key, other.local.key);
    EXPECT_EQ(one.remote.salt, other.local.salt);
    EXPECT_NE(one.local.key, one.remote.key);
}

TEST(Handshake, GivesBothSidesTheSameKeys) {
    Wire wire;
    wire.start_and_run();
    ASSERT_TRUE(wire.both_established());
    expect_mirrored(*wire.client().keys, *wire.server().keys);
    EXPECT_EQ(wire.client().keys->profile, SrtpProfile::aead_aes_128_gcm);
    EXPECT_EQ(wire.client().keys->local.key.size(), 16U);
    EXPECT_EQ(wire.client().keys->local.salt.size(), 12U);
    EXPECT_LE(wire.longest(), kMaxOutputDatagram);
    EXPECT_FALSE(wire.handshake(0).deadline());
    EXPECT_FALSE(wire.handshake(1).deadline());
    EXPECT_EQ(wire.now() - Instant{1h}, 40ms);  // two round trips, nothing sent twice
}

TEST(Handshake, GivesEveryCallOtherKeys) {
    Wire one;
    Wire two;
    EXPECT_NE(one.start_and_run().client().keys->local.key, two.start_and_run().client().keys->local.key);
}

TEST(Handshake, RefusesAnotherCertificateWithAnAlert) {
    for (const Role deceived : {Role::client, Role::server}) {
        HandshakeConfig client = config(Role::client);
        HandshakeConfig server = config(Role::server);
        HandshakeConfig& victim = deceived == Role::client ? client : server;
        victim.remote_fingerprints = {victim.certificate.fingerprint()};
        Wire wire{client, server};
        wire.start_and_run();
        const auto& said = deceived == Role::client ? wire.client() : wire.server();
        const auto& other = deceived == Role::client ? wire.server() : wire.client();
        EXPECT_EQ(said.failed, "fingerprint mismatch");
        EXPECT_EQ(other.failed, "alert from the peer: bad certificate");
        EXPECT_FALSE(said.keys);
        EXPECT_FALSE(other.keys);
    }
}

TEST(Handshake, ChecksEveryFingerprint) {
    for (const auto hash : {HashFunction::sha1, HashFunction::sha384, HashFunction::sha512}) {
        HandshakeConfig client = config(Role::client);
        client.remote_fingerprints.push_back(certificate(1).fingerprint(hash));
        EXPECT_TRUE(Wire(client, config(Role::server)).start_and_run().both_established());
        client.remote_fingerprints.back().digest[3] ^= 1;
        EXPECT_EQ(Wire(client, config(Role::server)).start_and_run().client().failed, "fingerprint mismatch");
    }
}

TEST(Handshake, RefusesSha1AloneAndNoFingerprintAtAll) {
    HandshakeConfig client = config(Role::client);
    client.remote_fingerprints = {certificate(1).fingerprint(HashFunction::sha1)};
    Wire sha1{client, config(Role::server)};
    EXPECT_EQ(sha1.start_and_run().client().failed, "no fingerprint better than sha-1");
    EXPECT_EQ(sha1.datagrams(), 0U);

    client.remote_fingerprints.clear();
    EXPECT_TRUE(Wire(client, config(Role::server)).start_and_run().client().failed);
}

TEST(Handshake, ServerKeepsWhatComesBeforeStart) {
    Wire wire;
    wire.handshake(0).start(wire.now(), 20ms);
    while (auto output = wire.handshake(0).poll()) {
        wire.inject(1, std::get<Datagram>(*output).bytes);
    }
    EXPECT_EQ(wire.datagrams(), 0U);
    wire.start_and_run();
    EXPECT_TRUE(wire.both_established());
    EXPECT_EQ(wire.wakeups(), 0U);
}

TEST(Handshake, KeepsFewEarlyDatagramsAndAClientNone) {
    Wire wire;
    const ByteVector noise(100, 22);
    for (std::size_t i = 0; i < kMaxEarlyDatagrams + 3; ++i) wire.inject(1, noise);
    EXPECT_EQ(wire.handshake(1).counters().early_dropped, 3U);
    wire.inject(0, noise);
    EXPECT_EQ(wire.handshake(0).counters().early_dropped, 1U);
    EXPECT_TRUE(wire.start_and_run().both_established());
}

TEST(Handshake, DropsGarbage) {
    SeededRandom random{3};
    Wire wire;
    wire.start();
    for (int round = 0; round < 200; ++round) {
        ByteVector noise(random.below(300));
        random.fill(noise);
        if (!noise.empty() && round % 2 == 0) noise[0] = static_cast<std::uint8_t>(20 + random.below(44));
        wire.inject(static_cast<std::size_t>(round % 2), noise);
    }
    wire.inject(0, ByteVector(kMaxInputDatagram + 1, 22));
    wire.run();
    EXPECT_TRUE(wire.both_established())
        << wire.client().failed.value_or("") << wire.server().failed.value_or("");
    EXPECT_GT(wire.handshake(0).counters().garbage, 0U);
}

TEST(Handshake, FailsInAFlood) {
    Wire wire;
    wire.start();
    for (std::size_t sent = 0; sent <= kMaxHandshakeBytes; sent += 1000) wire.inject(1, ByteVector(1000, 22));
    EXPECT_EQ(wire.server().failed, "flood of handshake datagrams");
    EXPECT_FALSE(wire.handshake(1).deadline());
}

TEST(Handshake, EndsWithCloseNotifyFromEitherSide) {
    for (const std::size_t closer : {0U, 1U}) {
        Wire wire;
        wire.start_and_run();
        ASSERT_TRUE(wire.both_established());
        wire.close(closer);
        wire.run();
        EXPECT_TRUE((closer == 0 ? wire.server() : wire.client()).closed);
        EXPECT_FALSE((closer == 0 ? wire.client() : wire.server()).closed);
        EXPECT_FALSE(wire.client().failed);
        EXPECT_FALSE(wire.server().failed);
        const std::size_t datagrams = wire.datagrams();
        wire.close(0);
        wire.close(1);
        EXPECT_EQ(wire.datagrams(), datagrams);
    }
}

TEST(Handshake, IsSilentWhenClosedBeforeItsEnd) {
    Wire wire;
    wire.close(0);
    wire.start();
    EXPECT_FALSE(wire.handshake(0).deadline());
    EXPECT_EQ(wire.datagrams(), 0U);

    Wire half;
    half.start();
    half.close(0);
    half.run(100ms);
    EXPECT_FALSE(half.client().anything());
    EXPECT_GT(half.handshake(0).counters().garbage, 0U);  // the server's flight
}

TEST(Handshake, SurvivesBeingMoved) {
    Wire wire;
    wire.start();
    Handshake elsewhere = std::move(wire.handshake(0));
    wire.handshake(0) = std::move(elsewhere);
    wire.run();
    EXPECT_TRUE(wire.both_established());
}

TEST(Handshake, SharesItsCertificateBetweenThreads) {
    certificate(0);
    std::array<std::atomic<int>, 2> established{};
    const auto work = [&established](std::size_t thread) {
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            established.at(thread) += Wire({}, seed).start_and_run().both_established() ? 1 : 0;
        }
    };
    std::thread one{work, 0};
    std::thread two{work, 1};
    one.join();
    two.join();
    EXPECT_EQ(established[0], 10);
    EXPECT_EQ(established[1], 10);
}

TEST(Handshake, LeavesNoErrorsBehindAndMindsNone) {
    HandshakeConfig client = config(Role::client);
    client.remote_fingerprints = {client.certificate.fingerprint()};
    EXPECT_TRUE(Wire(client, config(Role::server)).start_and_run().client().failed);
    EXPECT_EQ(ERR_peek_error(), 0U);

    ERR_raise(ERR_LIB_SSL, SSL_R_BAD_PACKET);  // some other code's
    EXPECT_TRUE(Wire{}.start_and_run().both_established());
}

}  // namespace
}  // namespace legroom::dtls
