#include "peer/peer.hpp"

#include <gtest/gtest.h>

#include "peer/demux.hpp"
#include "rtp/packet.hpp"
#include "rtp/rtcp.hpp"
#include "sim/network.hpp"
#include "sim/openssl_clock.hpp"

namespace legroom::peer {
namespace {

using namespace std::chrono_literals;

const Endpoint kCaller = *Endpoint::parse("10.0.1.1:5000");
const Endpoint kCallee = *Endpoint::parse("10.0.0.1:10000");

const dtls::Certificate& certificate() {
    static const dtls::Certificate one = dtls::Certificate::generate().value();
    return one;
}

PeerConfig config(ice::Role role, const Endpoint& address) {
    const bool calls = role == ice::Role::controlling;
    ice::Candidate candidate;
    candidate.endpoint = candidate.base = address;
    candidate.priority = ice::candidate_priority(ice::CandidateType::host, 65'535);
    candidate.foundation = "1";

    const ice::Credentials caller{"call", "callercallercallercaller"};
    const ice::Credentials callee{"cale", "calleecalleecalleecallee"};
    PeerConfig made;
    made.ice.role = role;
    made.ice.local = calls ? caller : callee;
    made.ice.remote = calls ? callee : caller;
    made.ice.local_candidates = {candidate};
    made.ice.transaction_tag = calls ? 1 : 2;
    made.dtls.role = calls ? dtls::Role::server : dtls::Role::client;
    made.dtls.certificate = certificate();
    made.dtls.remote_fingerprints = {certificate().fingerprint()};
    made.reports.ssrc = calls ? Ssrc{0xca11e4} : Ssrc{0xca11ee};
    made.reports.cname = "test";
    return made;
}

class Node final : public sim::Node {
public:
    Node(PeerConfig config, Random& random, Instant now) : peer(std::move(config), random, now) {}

    void on_datagram(Instant now, const Path& path, Bytes datagram) override {
        sim::set_openssl_clock(now);
        ByteVector bytes(datagram.begin(), datagram.end());
        peer.handle_datagram(now, path, bytes);
    }
    void on_timeout(Instant now) override {
        sim::set_openssl_clock(now);
        peer.handle_timeout(now);
    }
    std::optional<Transmit> poll() override {
        while (auto output = peer.poll()) {
            if (auto* datagram = std::get_if<Transmit>(&*output)) return std::move(*datagram);
            if (auto* media = std::get_if<RtpReceived>(&*output))
                received.push_back(std::move(media->packet));
            if (auto* failed = std::get_if<Failed>(&*output)) failures.push_back(std::move(failed->detail));
            connected += std::holds_alternative<Connected>(*output) ? 1 : 0;
        }
        return std::nullopt;
    }
    [[nodiscard]] std::optional<Instant> deadline() const override { return peer.deadline(); }

    Peer peer;
    std::vector<ByteVector> received;
    std::vector<std::string> failures;
    int connected = 0;
};

/// A caller who knows the callee's candidate, and a callee who knows nothing.
struct Call {
    explicit Call(std::uint64_t seed, sim::Link link = {},
                  PeerConfig caller_config = config(ice::Role::controlling, kCaller))
        : random(seed),
          network(seed, link),
          caller(std::move(caller_config), random, network.now()),
          callee(config(ice::Role::controlled, kCallee), random, network.now()) {
        sim::set_openssl_clock(network.now());
        network.attach(kCaller, caller);
        network.attach(kCallee, callee);
        ice::Candidate candidate;
        candidate.endpoint = kCallee;
        candidate.priority = 1;
        candidate.foundation = "1";
        caller.peer.add_remote_candidate(network.now(), candidate);
        network.pump(caller);
    }

    bool connect(Duration limit = 30s) {
        return network.run_while_not([this] { return caller.connected == 1 && callee.connected == 1; },
                                     limit);
    }

    void say(Node& who, std::uint16_t sequence) {
        ByteVector packet;
        const Ssrc ssrc = &who == &caller ? Ssrc{0xca11e4} : Ssrc{0xca11ee};
        const ByteVector payload{1, 2, 3};
        rtp::write_packet(packet, {111, false, {sequence}, sequence * 960U, ssrc}, {}, payload);
        who.peer.send_rtp(network.now(), std::move(packet));
        network.pump(who);
    }

    SeededRandom random;
    sim::Network network;
    Node caller;
    Node callee;
};

TEST(Peer, ConnectsOnceAndCarriesRtpBothWays) {
    Call call(1);
    ASSERT_TRUE(call.connect());
    call.say(call.caller, 1);
    call.say(call.callee, 7);
    call.network.run_for(1s);
    ASSERT_EQ(call.callee.received.size(), 1U);
    ASSERT_EQ(call.caller.received.size(), 1U);
    EXPECT_EQ(rtp::parse_packet(call.callee.received[0])->header.sequence.value, 1);
    EXPECT_EQ(rtp::parse_packet(call.caller.received[0])->payload.size(), 3U);
}

TEST(Peer, EverySeedConnectsThroughLoss) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE(seed);
        Call call(seed, {.delay = 30ms, .jitter = 20ms, .loss = 0.3, .duplicate = 0.1});
        EXPECT_TRUE(call.connect());
    }
}

TEST(Peer, WhatIsSentBeforeItIsConnectedIsDropped) {
    Call call(2);
    call.say(call.caller, 1);
    ASSERT_TRUE(call.connect());
    call.network.run_for(1s);
    EXPECT_TRUE(call.callee.received.empty());
}

TEST(Peer, AWrongFingerprintEndsIt) {
    auto wrong = config(ice::Role::controlling, kCaller);
    wrong.dtls.remote_fingerprints[0].digest[0] ^= 1;
    Call call(3, {}, std::move(wrong));
    EXPECT_FALSE(call.connect());
    ASSERT_EQ(call.caller.failures.size(), 1U);
    EXPECT_NE(call.caller.failures[0].find("fingerprint"), std::string::npos) << call.caller.failures[0];
}

TEST(Peer, AHandshakeThatNeverEndsEndsTheSetup) {
    auto deaf = config(ice::Role::controlling, kCaller);
    deaf.dtls.role = dtls::Role::client;  // both wait for the other one's ServerHello
    Call stuck(4, {}, std::move(deaf));
    EXPECT_FALSE(stuck.connect(40s));
    EXPECT_EQ(stuck.caller.failures.size(), 1U);
    EXPECT_EQ(stuck.callee.failures.size(), 1U);
}

TEST(Peer, ForgedAndReplayedMediaIsRefused) {
    Call call(5);
    ASSERT_TRUE(call.connect());
    std::vector<Transmit> sent;
    call.network.on_send([&sent](Instant, const Transmit& datagram) {
        if (datagram.bytes[0] >= 128) sent.push_back(datagram);
    });
    call.say(call.caller, 1);
    call.network.run_for(100ms);
    ASSERT_EQ(sent.size(), 1U);
    const Path arrival{sent[0].path.remote, sent[0].path.local};

    call.callee.on_datagram(call.network.now(), arrival, sent[0].bytes);  // again
    ByteVector forged = sent[0].bytes;
    forged[3] += 1;  // the next sequence number
    call.callee.on_datagram(call.network.now(), arrival, forged);
    call.network.pump(call.callee);
    EXPECT_EQ(call.callee.received.size(), 1U);
    EXPECT_EQ(call.callee.peer.counters().srtp_refused, 2U);
}

/// A NAT gave the peer another port: what it sends is authentic, and where it comes from is checked at once.
TEST(Peer, AuthenticMediaFromAnotherAddressIsTakenAndFollowed) {
    Call call(6);
    ASSERT_TRUE(call.connect());
    std::vector<Transmit> sent;
    call.network.on_send([&sent](Instant, const Transmit& datagram) { sent.push_back(datagram); });
    call.network.set_link({.loss = 1.0});
    call.say(call.caller, 1);
    ASSERT_EQ(sent.size(), 1U);
    const Path elsewhere{kCallee, *Endpoint::parse("10.66.6.6:666")};
    call.callee.on_datagram(call.network.now(), elsewhere, sent[0].bytes);
    call.network.pump(call.callee);
    EXPECT_EQ(call.callee.received.size(), 1U);
    ASSERT_GE(sent.size(), 2U);
    EXPECT_EQ(sent[1].path, elsewhere);
    EXPECT_EQ(protocol_of(sent[1].bytes), Protocol::stun);

    ByteVector forged = sent[0].bytes;
    forged.back() ^= 1;
    const Path stranger{kCallee, *Endpoint::parse("10.66.6.6:667")};
    sent.clear();
    call.callee.on_datagram(call.network.now(), stranger, forged);
    call.network.pump(call.callee);
    EXPECT_TRUE(sent.empty()) << "nothing goes to who proves nothing";
    EXPECT_EQ(call.callee.peer.counters().srtp_refused, 1U);
}

TEST(Peer, DtlsMayComeByAPairThatOnlyThePeerHasChecked) {
    Call call(10, {.delay = 10ms});
    const Path path{kCallee, kCaller};
    const ByteVector hello{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    EXPECT_FALSE(call.callee.peer.has_heard(path));
    call.callee.on_datagram(call.network.now(), path, hello);
    EXPECT_EQ(call.callee.peer.counters().invalid_path, 1U) << "nobody has been heard there";

    call.network.run_for(10ms);
    ASSERT_TRUE(call.callee.peer.has_heard(path));
    ASSERT_FALSE(call.callee.peer.is_valid(path));
    call.callee.on_datagram(call.network.now(), path, hello);
    call.callee.on_datagram(call.network.now(), path, ByteVector{0x80, 111, 0, 1});
    EXPECT_EQ(call.callee.peer.counters().invalid_path, 1U);
    EXPECT_EQ(call.callee.peer.counters().before_keys, 1U) << "DTLS is taken, media without keys is not";
    EXPECT_TRUE(call.connect());
}

TEST(Peer, ReportsTellLossAndRoundTrip) {
    Call call(7, {.delay = 40ms});
    ASSERT_TRUE(call.connect());
    for (std::uint16_t sequence = 1; sequence <= 500; ++sequence) {
        if (sequence % 10 != 0) call.say(call.caller, sequence);
        call.say(call.callee, sequence);
        call.network.run_for(20ms);
    }
    const auto& outgoing = call.caller.peer.reports().outgoing();
    ASSERT_TRUE(outgoing.last_report());
    EXPECT_NEAR(outgoing.last_report()->fraction_lost, 256 / 10, 4);
    ASSERT_TRUE(outgoing.round_trip());
    EXPECT_NEAR(static_cast<double>(outgoing.round_trip()->count()), 80'000, 5'000);
}

TEST(Peer, AClosedPeerSaysGoodbyeAndIsSilentAfterwards) {
    Call call(8);
    ASSERT_TRUE(call.connect());
    call.caller.peer.close(call.network.now());
    call.network.pump(call.caller);
    const auto sent = call.network.counters().sent;
    call.network.run_for(100ms);
    EXPECT_EQ(call.callee.failures, std::vector<std::string>{"closed by the peer"});
    EXPECT_FALSE(call.caller.peer.deadline());
    call.say(call.caller, 1);
    call.network.run_for(60s);
    EXPECT_LE(call.network.counters().sent, sent + 1);  // the callee's own close_notify
    EXPECT_TRUE(call.caller.failures.empty());
}

TEST(Peer, AFaultOfOursEndsItOnce) {
    Call call(9);
    ASSERT_TRUE(call.connect());
    call.callee.peer.abandon("broken invariant");
    call.callee.peer.abandon("again");
    call.network.pump(call.callee);
    call.network.run_for(1s);
    EXPECT_EQ(call.callee.failures, std::vector<std::string>{"broken invariant"});
}

TEST(Peer, KnowsProtocolsByTheFirstByte) {
    for (int first = 0; first < 256; ++first) {
        const ByteVector datagram{static_cast<std::uint8_t>(first)};
        const Protocol expected = first <= 3                    ? Protocol::stun
                                  : first >= 20 && first <= 63  ? Protocol::dtls
                                  : first >= 128 && first < 192 ? Protocol::media
                                                                : Protocol::unknown;
        EXPECT_EQ(protocol_of(datagram), expected) << first;
    }
    EXPECT_EQ(protocol_of({}), Protocol::unknown);
}

}  // namespace
}  // namespace legroom::peer
