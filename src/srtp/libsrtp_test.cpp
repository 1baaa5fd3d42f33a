// The same packets through libsrtp2: byte for byte alike when protected, the same verdicts when opened.

#include <gtest/gtest.h>
#include <optional>
#include <srtp2/srtp.h>
#include <vector>

#include "srtp/session.hpp"

#include "srtp/session_test_support.hpp"

namespace legroom::srtp {
namespace {

using test::random_rtp;

/// One direction of one libsrtp2 session.
class Reference {
public:
    Reference(SrtpProfile profile, const SrtpMasterKey& master, srtp_ssrc_type_t direction) {
        static const srtp_err_status_t initialised = srtp_init();
        EXPECT_EQ(initialised, srtp_err_status_ok);
        ByteVector key = master.key;
        key.insert(key.end(), master.salt.begin(), master.salt.end());
        srtp_policy_t policy{};
        const auto number = static_cast<srtp_profile_t>(profile);
        EXPECT_EQ(srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, number), srtp_err_status_ok);
        EXPECT_EQ(srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, number), srtp_err_status_ok);
        policy.ssrc.type = direction;
        policy.key = key.data();
        policy.window_size = 1024;
        EXPECT_EQ(srtp_create(&session_, &policy), srtp_err_status_ok);
    }
    Reference(const Reference&) = delete;
    Reference& operator=(const Reference&) = delete;
    ~Reference() { srtp_dealloc(session_); }

    std::optional<ByteVector> protect_rtp(const ByteVector& plain) { return run(srtp_protect, plain); }
    std::optional<ByteVector> protect_rtcp(const ByteVector& plain) { return run(srtp_protect_rtcp, plain); }
    std::optional<ByteVector> unprotect_rtp(const ByteVector& packet) { return run(srtp_unprotect, packet); }
    std::optional<ByteVector> unprotect_rtcp(const ByteVector& packet) {
        return run(srtp_unprotect_rtcp, packet);
    }

private:
    using Function = srtp_err_status_t (*)(srtp_t, void*, int*);

    std::optional<ByteVector> run(Function function, ByteVector packet) {
        int length = static_cast<int>(packet.size());
        packet.resize(packet.size() + SRTP_MAX_TRAILER_LEN + 4);
        if (function(session_, packet.data(), &length) != srtp_err_status_ok) return std::nullopt;
        packet.resize(static_cast<std::size_t>(length));
        return packet;
    }

    srtp_t session_ = nullptr;
};

std::optional<ByteVector> owned(const Result<Bytes>& bytes) {
    if (!bytes) return std::nullopt;
    return ByteVector(bytes->begin(), bytes->end());
}

/// Three speakers, whose sequence numbers jump (loss before us) and wrap several times.
class Speakers {
public:
    explicit Speakers(Random& random) : random_(random) {
        for (std::uint32_t i = 0; i < 3; ++i) speakers_.push_back({Ssrc{random.u32()}, random.u32()});
    }
    ByteVector next_rtp() {
        Speaker& speaker = pick();
        speaker.sequence += 1 + (random_.below(2) == 0 ? random_.below(200) : 0);
        return random_rtp(random_, speaker.ssrc, static_cast<std::uint16_t>(speaker.sequence));
    }
    ByteVector next_rtcp() {
        ByteVector packet;
        ByteWriter out{packet};
        out.u32(0x80c8'0006);
        out.u32(static_cast<std::uint32_t>(pick().ssrc));
        out.bytes(test::random_bytes(random_, std::size_t{4} * random_.below(100)));
        return packet;
    }
    std::vector<Ssrc> ssrcs() const {
        std::vector<Ssrc> all;
        for (const Speaker& speaker : speakers_) all.push_back(speaker.ssrc);
        return all;
    }

private:
    struct Speaker {
        Ssrc ssrc;
        std::uint32_t sequence;
    };
    Speaker& pick() { return speakers_[random_.below(3)]; }

    Random& random_;
    std::vector<Speaker> speakers_;
};

/// What the network makes of a series of packets: some lost, some twice, some damaged, some late.
std::vector<ByteVector> mangle(const std::vector<ByteVector>& sent, Random& random) {
    std::vector<ByteVector> arrived;
    for (const ByteVector& packet : sent) {
        if (random.below(10) == 0) continue;
        arrived.push_back(packet);
        if (random.below(10) == 0) arrived.push_back(packet);
        if (random.below(10) == 0) {
            arrived.push_back(packet);
            arrived.back()[random.below(static_cast<std::uint32_t>(packet.size()))] ^=
                static_cast<std::uint8_t>(1U << random.below(8));
        }
    }
    for (std::size_t i = 0; i + 40 < arrived.size(); ++i) {
        if (random.below(4) == 0) std::swap(arrived[i], arrived[i + random.below(40)]);
    }
    return arrived;
}

class Libsrtp : public testing::TestWithParam<SrtpProfile> {
protected:
    SeededRandom random{21};
    SrtpMasterKey master = test::master_key(GetParam(), random);
    Sender sender = Sender::create(GetParam(), master).value();
    Receiver receiver = Receiver::create(GetParam(), master).value();
    Reference reference_sender{GetParam(), master, ssrc_any_outbound};
    Reference reference_receiver{GetParam(), master, ssrc_any_inbound};
    Speakers speakers{random};
};

INSTANTIATE_TEST_SUITE_P(Profiles, Libsrtp, testing::ValuesIn(test::kProfiles));

constexpr int kPackets = 9000;

TEST_P(Libsrtp, AgreesOnRtp) {
    std::vector<ByteVector> sent;
    for (int i = 0; i < kPackets; ++i) {
        ByteVector packet = speakers.next_rtp();
        const auto reference = reference_sender.protect_rtp(packet);
        ASSERT_TRUE(sender.protect_rtp(packet)) << i;
        ASSERT_EQ(packet, reference) << i;
        sent.push_back(std::move(packet));
    }
    int opened = 0;
    for (const ByteVector& packet : mangle(sent, random)) {
        ByteVector copy = packet;
        const auto plain = owned(receiver.unprotect_rtp(copy));
        ASSERT_EQ(plain, reference_receiver.unprotect_rtp(packet));
        if (plain) ++opened;
    }
    EXPECT_GT(opened, kPackets * 3 / 4);
}

TEST_P(Libsrtp, AgreesOnRtcp) {
    // libsrtp2 counts from 1, RFC 3711 §3.4 from 0: one report ahead, both have the same indices.
    for (const Ssrc ssrc : speakers.ssrcs()) {
        ByteVector first = test::rtcp_packet(ssrc);
        ASSERT_TRUE(sender.protect_rtcp(first));
        ASSERT_TRUE(reference_receiver.unprotect_rtcp(first));
    }
    std::vector<ByteVector> sent;
    for (int i = 0; i < kPackets; ++i) {
        ByteVector packet = speakers.next_rtcp();
        const auto reference = reference_sender.protect_rtcp(packet);
        ASSERT_TRUE(sender.protect_rtcp(packet)) << i;
        ASSERT_EQ(packet, reference) << i;
        sent.push_back(std::move(packet));
    }
    int opened = 0;
    for (const ByteVector& packet : mangle(sent, random)) {
        ByteVector copy = packet;
        const auto plain = owned(receiver.unprotect_rtcp(copy));
        ASSERT_EQ(plain, reference_receiver.unprotect_rtcp(packet));
        if (plain) ++opened;
    }
    EXPECT_GT(opened, kPackets * 3 / 4);
}

}  // namespace
}  // namespace legroom::srtp
