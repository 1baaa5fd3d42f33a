// Our Handshake against OpenSSL set up in ways we never are.

#include <algorithm>
#include <gtest/gtest.h>

#include "dtls/srtp_keys.hpp"

#include "dtls/handshake_test_support.hpp"
#include "dtls/raw_peer_test_support.hpp"

namespace legroom::dtls {
namespace {

using test::RawConfig;
using test::RawPeer;
using test::Said;

/// One of our handshakes and one raw peer, joined without loss or delay.
class Against {
public:
    explicit Against(const RawConfig& raw) : peer(test::certificate(0), raw), ours(ours_against(raw)) {
        sim::set_openssl_clock(now);
        ours.start(now, Duration{});
        collect();
    }

    void run() {
        if (!peer.finished()) peer.start();
        for (bool moved = true; moved;) {
            moved = false;
            for (const ByteVector& datagram : peer.take_sent()) moved = deliver(datagram);
            for (const ByteVector& datagram : std::exchange(to_peer, {})) {
                peer.handle_datagram(datagram);
                moved = true;
            }
        }
    }
    bool deliver(const ByteVector& datagram) {
        ours.handle_datagram(now, datagram);
        collect();
        return true;
    }
    void collect() {
        while (auto output = ours.poll()) {
            if (auto* datagram = std::get_if<Datagram>(&*output))
                to_peer.push_back(std::move(datagram->bytes));
            if (auto* established = std::get_if<Established>(&*output))
                said.keys = std::move(established->keys);
            if (auto* failed = std::get_if<Failed>(&*output)) said.failed = std::move(failed->reason);
            if (std::holds_alternative<Closed>(*output)) said.closed = true;
        }
    }

    const Instant now{std::chrono::hours{1}};
    RawPeer peer;
    Handshake ours;
    Said said;
    std::vector<ByteVector> to_peer;

private:
    static Handshake ours_against(const RawConfig& raw) {
        const Role role = raw.role == Role::client ? Role::server : Role::client;
        return Handshake{{role, test::certificate(1), {test::certificate(0).fingerprint()}}};
    }
};

class EitherRole : public testing::TestWithParam<Role> {
protected:
    RawConfig raw{.role = GetParam()};
};
INSTANTIATE_TEST_SUITE_P(RawPeerIs, EitherRole, testing::Values(Role::client, Role::server));

TEST_P(EitherRole, AgreesOnEachProfileAndExportsItsKeys) {
    struct Case {
        const char* offered;
        SrtpProfile agreed;
        std::size_t key;
        std::size_t salt;
    };
    for (const Case& c :
         {Case{"SRTP_AES128_CM_SHA1_80", SrtpProfile::aes128_cm_sha1_80, 16, 14},
          Case{"SRTP_AEAD_AES_128_GCM", SrtpProfile::aead_aes_128_gcm, 16, 12},
          Case{"SRTP_AEAD_AES_256_GCM", SrtpProfile::aead_aes_256_gcm, 32, 12},
          Case{"SRTP_AES128_CM_SHA1_32:SRTP_AES128_CM_SHA1_80", SrtpProfile::aes128_cm_sha1_80, 16, 14}}) {
        raw.srtp_profiles = c.offered;
        Against against{raw};
        against.run();
        ASSERT_TRUE(against.said.keys) << c.offered << ": " << against.said.failed.value_or("");
        const SrtpKeys& ours = *against.said.keys;
        EXPECT_EQ(ours.profile, c.agreed);
        EXPECT_EQ(ours.local.key.size(), c.key);
        EXPECT_EQ(ours.local.salt.size(), c.salt);

        const auto theirs = export_srtp_keys(against.peer.ssl(), GetParam());
        ASSERT_TRUE(theirs);
        EXPECT_EQ(ours.local.key, theirs->remote.key);
        EXPECT_EQ(ours.local.salt, theirs->remote.salt);
        EXPECT_EQ(ours.remote.key, theirs->local.key);
        EXPECT_EQ(ours.remote.salt, theirs->local.salt);
    }
}

TEST(RawClient, GetsTheProfileWePrefer) {
    Against against{
        RawConfig{.srtp_profiles = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM"}};
    against.run();
    ASSERT_TRUE(against.said.keys);
    EXPECT_EQ(against.said.keys->profile, SrtpProfile::aead_aes_128_gcm);
}

TEST_P(EitherRole, FailsWithoutACommonProfile) {
    for (const char* offered : {"", "SRTP_AES128_CM_SHA1_32"}) {
        raw.srtp_profiles = offered;
        Against against{raw};
        against.run();
        EXPECT_EQ(against.said.failed, "no common SRTP profile") << offered;
        EXPECT_FALSE(against.said.keys);
    }
}

TEST_P(EitherRole, FailsOnTheOldVersion) {
    raw.version = DTLS1_VERSION;
    Against against{raw};
    against.run();
    EXPECT_TRUE(against.said.failed);
    EXPECT_FALSE(against.said.keys);
    EXPECT_FALSE(against.peer.finished());
}

TEST_P(EitherRole, FailsWithoutAModernCipher) {
    raw.cipher = "ECDHE-ECDSA-AES128-SHA";
    Against against{raw};
    against.run();
    EXPECT_TRUE(against.said.failed);
    EXPECT_FALSE(against.said.keys);
}

TEST(RawClient, MustShowACertificate) {
    Against against{RawConfig{.shows_certificate = false}};
    against.run();
    EXPECT_TRUE(against.said.failed);
    EXPECT_FALSE(against.said.keys);
}

TEST_P(EitherRole, DropsAndCountsApplicationData) {
    Against against{raw};
    against.run();
    ASSERT_TRUE(against.said.keys);
    for (int i = 0; i < 5; ++i) against.peer.write("an SCTP packet, perhaps");
    against.run();
    EXPECT_EQ(against.ours.counters().application_data, 5U);
    EXPECT_FALSE(against.said.failed);
}

TEST_P(EitherRole, DoesNotRenegotiate) {
    Against against{raw};
    against.run();
    ASSERT_TRUE(against.said.keys);
    const auto established_keys = against.said.keys->local.key;
    against.peer.renegotiate();
    against.run();
    EXPECT_EQ(against.said.keys->local.key, established_keys);
}

TEST_P(EitherRole, AnswersCloseNotifyInKind) {
    Against against{raw};
    against.run();
    ASSERT_TRUE(against.said.keys);
    SSL_shutdown(&against.peer.ssl());
    against.run();
    EXPECT_TRUE(against.said.closed);
    EXPECT_NE(SSL_get_shutdown(&against.peer.ssl()) & SSL_RECEIVED_SHUTDOWN, 0);
}

// Browsers with a post-quantum key share send a ClientHello longer than a datagram.
TEST(RawClient, MaySendItsClientHelloInPieces) {
    for (const RawConfig& raw :
         {RawConfig{.mtu = 1200, .padding = 1400}, RawConfig{.mtu = 256, .padding = 600}}) {
        Against against{raw};
        against.peer.start();
        ASSERT_GE(against.peer.sent.size(), 2U);
        against.run();
        EXPECT_TRUE(against.said.keys) << against.said.failed.value_or("");
        EXPECT_TRUE(against.peer.finished());
    }
}

TEST(RawClient, MaySendThePiecesInAnyOrderAndTwice) {
    RawPeer sample{test::certificate(0), RawConfig{.mtu = 300, .padding = 600}};
    sample.start();
    std::vector<std::size_t> order(sample.sent.size());
    ASSERT_GE(order.size(), 3U);
    ASSERT_LE(order.size(), 5U);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    do {
        Against against{RawConfig{.mtu = 300, .padding = 600}};
        against.peer.start();
        const auto pieces = against.peer.take_sent();
        for (const std::size_t i : order) {
            against.deliver(pieces[i]);
            against.deliver(pieces[order.front()]);
        }
        against.run();
        EXPECT_TRUE(against.said.keys) << against.said.failed.value_or("");
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST(RawClient, MaySendThePiecesBeforeStart) {
    RawPeer peer{test::certificate(0), RawConfig{.mtu = 300, .padding = 600}};
    const Instant now{std::chrono::hours{1}};
    sim::set_openssl_clock(now);
    Handshake ours{{Role::server, test::certificate(1), {test::certificate(0).fingerprint()}}};
    peer.start();
    for (const ByteVector& piece : peer.take_sent()) ours.handle_datagram(now, piece);
    EXPECT_FALSE(ours.poll());
    ours.start(now, Duration{});
    const auto answer = ours.poll();
    ASSERT_TRUE(answer);
    EXPECT_TRUE(std::holds_alternative<Datagram>(*answer));
}

}  // namespace
}  // namespace legroom::dtls
