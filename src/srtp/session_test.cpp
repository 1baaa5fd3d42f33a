#include "srtp/session.hpp"

#include <gtest/gtest.h>

#include "srtp/stream.hpp"

#include "srtp/session_test_support.hpp"

namespace legroom::srtp {
namespace {

using test::rtcp_packet;
using test::rtp_packet;

/// A sender and the receiver of what it sends.
struct Pair {
    explicit Pair(SrtpProfile profile) : Pair(profile, SeededRandom{11}) {}
    Pair(SrtpProfile profile, SeededRandom random) : Pair(profile, test::master_key(profile, random)) {}
    Pair(SrtpProfile profile, const SrtpMasterKey& master)
        : sender(Sender::create(profile, master).value()),
          receiver(Receiver::create(profile, master).value()) {}

    ByteVector rtp(Ssrc ssrc, std::uint16_t sequence) {
        ByteVector packet = rtp_packet(ssrc, sequence);
        EXPECT_TRUE(sender.protect_rtp(packet));
        return packet;
    }
    ByteVector rtcp(Ssrc ssrc) {
        ByteVector packet = rtcp_packet(ssrc);
        EXPECT_TRUE(sender.protect_rtcp(packet));
        return packet;
    }
    /// By value: a refused packet must not spoil the caller's copy.
    error_code open_rtp(ByteVector packet) {
        const auto plain = receiver.unprotect_rtp(packet);
        return plain ? error_code{} : plain.error();
    }
    error_code open_rtcp(ByteVector packet) {
        const auto plain = receiver.unprotect_rtcp(packet);
        return plain ? error_code{} : plain.error();
    }

    Sender sender;
    Receiver receiver;
};

class Session : public testing::TestWithParam<SrtpProfile> {
protected:
    Pair pair{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Profiles, Session, testing::ValuesIn(test::kProfiles));

constexpr Ssrc kSsrc{0xcafe'f00d};
const error_code kOk{};

TEST_P(Session, GivesBackWhatWasProtected) {
    ByteVector packet = rtp_packet(kSsrc, 1);
    const ByteVector plain = packet;
    ASSERT_TRUE(pair.sender.protect_rtp(packet));
    const auto opened = pair.receiver.unprotect_rtp(packet);
    ASSERT_TRUE(opened);
    EXPECT_EQ(ByteVector(opened->begin(), opened->end()), plain);
    EXPECT_EQ(opened->data(), packet.data());

    ByteVector report = rtcp_packet(kSsrc);
    const ByteVector plain_report = report;
    ASSERT_TRUE(pair.sender.protect_rtcp(report));
    const auto opened_report = pair.receiver.unprotect_rtcp(report);
    ASSERT_TRUE(opened_report);
    EXPECT_EQ(ByteVector(opened_report->begin(), opened_report->end()), plain_report);
}

TEST_P(Session, EncryptsThePayloadAndNothingBeforeIt) {
    const ByteVector plain = rtp_packet(kSsrc, 1);
    const ByteVector packet = pair.rtp(kSsrc, 1);
    EXPECT_TRUE(std::equal(plain.begin(), plain.begin() + 12, packet.begin()));
    EXPECT_FALSE(std::equal(plain.begin() + 12, plain.end(), packet.begin() + 12));
}

TEST_P(Session, CarriesAnEmptyPayload) {
    ByteVector packet = rtp_packet(kSsrc, 1, 0);
    ASSERT_TRUE(pair.sender.protect_rtp(packet));
    const auto opened = pair.receiver.unprotect_rtp(packet);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->size(), 12U);

    ByteVector report = test::unhex("80c90001cafef00d");
    ASSERT_TRUE(pair.sender.protect_rtcp(report));
    EXPECT_TRUE(pair.receiver.unprotect_rtcp(report));
}

TEST_P(Session, RefusesEveryOneBitFlipAndStaysUndisturbed) {
    pair.open_rtp(pair.rtp(kSsrc, 65534));
    pair.open_rtcp(pair.rtcp(kSsrc));
    const ByteVector packet = pair.rtp(kSsrc, 0);
    const ByteVector report = pair.rtcp(kSsrc);
    for (std::size_t bit = 0; bit < 8 * packet.size(); ++bit) {
        ByteVector flipped = packet;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_NE(pair.open_rtp(flipped), kOk) << "RTP bit " << bit;
    }
    for (std::size_t bit = 0; bit < 8 * report.size(); ++bit) {
        ByteVector flipped = report;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_NE(pair.open_rtcp(flipped), kOk) << "RTCP bit " << bit;
    }
    EXPECT_EQ(pair.open_rtp(packet), kOk);
    EXPECT_EQ(pair.open_rtcp(report), kOk);
    EXPECT_EQ(pair.open_rtp(pair.rtp(kSsrc, 1)), kOk);
}

TEST_P(Session, RefusesEveryTruncation) {
    const ByteVector packet = pair.rtp(kSsrc, 7);
    const ByteVector report = pair.rtcp(kSsrc);
    for (std::size_t size = 0; size < packet.size(); ++size) {
        EXPECT_NE(pair.open_rtp({packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size)}), kOk);
    }
    for (std::size_t size = 0; size < report.size(); ++size) {
        EXPECT_NE(pair.open_rtcp({report.begin(), report.begin() + static_cast<std::ptrdiff_t>(size)}), kOk);
    }
    EXPECT_GE(pair.receiver.refused(Error::truncated), 12U + 8U);
    EXPECT_EQ(pair.open_rtp(packet), kOk);
    EXPECT_EQ(pair.open_rtcp(report), kOk);
}

TEST_P(Session, RefusesReplays) {
    const ByteVector packet = pair.rtp(kSsrc, 9);
    const ByteVector report = pair.rtcp(kSsrc);
    EXPECT_EQ(pair.open_rtp(packet), kOk);
    EXPECT_EQ(pair.open_rtp(packet), Error::replayed);
    EXPECT_EQ(pair.open_rtcp(report), kOk);
    EXPECT_EQ(pair.open_rtcp(report), Error::replayed);
    EXPECT_EQ(pair.receiver.refused(Error::replayed), 2U);
}

TEST_P(Session, LetsAPacketBe1023LateButNotMore) {
    std::vector<ByteVector> packets;
    std::vector<ByteVector> reports;
    for (std::uint32_t i = 0; i <= 1025; ++i) {
        packets.push_back(pair.rtp(kSsrc, static_cast<std::uint16_t>(65000 + i)));
        reports.push_back(pair.rtcp(kSsrc));
    }
    EXPECT_EQ(pair.open_rtp(packets[0]), kOk);  // so that the wrap is seen
    EXPECT_EQ(pair.open_rtp(packets[1025]), kOk);
    EXPECT_EQ(pair.open_rtp(packets[2]), kOk);
    EXPECT_EQ(pair.open_rtp(packets[1]), Error::replayed);
    EXPECT_EQ(pair.open_rtcp(reports[1025]), kOk);
    EXPECT_EQ(pair.open_rtcp(reports[2]), kOk);
    EXPECT_EQ(pair.open_rtcp(reports[1]), Error::replayed);
}

TEST_P(Session, BeginsWithAnySequenceNumber) {
    std::uint32_t ssrc = 0;
    for (const int first : {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff}) {
        const auto sequence = static_cast<std::uint16_t>(first);
        const Ssrc stream{++ssrc};
        EXPECT_EQ(pair.open_rtp(pair.rtp(stream, sequence)), kOk) << first;
        EXPECT_EQ(pair.open_rtp(pair.rtp(stream, static_cast<std::uint16_t>(sequence + 1))), kOk) << first;
    }
}

TEST_P(Session, KeepsARollOverCounterPerSsrc) {
    const Ssrc other{2};
    for (std::uint32_t i = 0; i < 3 * 65536; i += 8192) {
        EXPECT_EQ(pair.open_rtp(pair.rtp(kSsrc, static_cast<std::uint16_t>(i))), kOk) << i;
    }
    EXPECT_EQ(pair.open_rtp(pair.rtp(other, 3)), kOk);
    EXPECT_EQ(pair.open_rtp(pair.rtp(kSsrc, 0)), kOk);
    EXPECT_EQ(pair.open_rtp(pair.rtp(other, 4)), kOk);

    // A receiver that did not see the wraps has another counter and can check nothing.
    EXPECT_EQ(Pair{GetParam()}.open_rtp(pair.rtp(kSsrc, 1)), Error::bad_tag);
}

TEST_P(Session, CapsTheSsrcsOfBothDirections) {
    for (std::uint32_t ssrc = 0; ssrc < kMaxSsrcs; ++ssrc) {
        EXPECT_EQ(pair.open_rtp(pair.rtp(Ssrc{ssrc}, 1)), kOk);
    }
    ByteVector newcomer = rtp_packet(Ssrc{99}, 1);
    EXPECT_FALSE(pair.sender.protect_rtp(newcomer));
    newcomer = rtcp_packet(Ssrc{99});
    EXPECT_FALSE(pair.sender.protect_rtcp(newcomer));
    EXPECT_EQ(pair.sender.refused(Error::too_many_ssrcs), 2U);

    Pair stranger{GetParam()};
    EXPECT_EQ(pair.open_rtp(stranger.rtp(Ssrc{99}, 1)), Error::too_many_ssrcs);
    EXPECT_EQ(pair.open_rtcp(stranger.rtcp(Ssrc{99})), Error::too_many_ssrcs);
    EXPECT_EQ(pair.receiver.refused(Error::too_many_ssrcs), 2U);
    EXPECT_EQ(pair.open_rtp(pair.rtp(Ssrc{0}, 2)), kOk);
}

TEST_P(Session, GivesNoPlaceToForgedSsrcs) {
    const ByteVector packet = pair.rtp(kSsrc, 1);
    for (std::uint8_t i = 0; i < 200; ++i) {
        ByteVector forged = packet;
        forged[11] = i;
        if (forged == packet) continue;
        EXPECT_EQ(pair.open_rtp(forged), Error::bad_tag);
    }
    EXPECT_EQ(pair.receiver.refused(Error::too_many_ssrcs), 0U);
    EXPECT_EQ(pair.open_rtp(packet), kOk);
}

TEST_P(Session, NeverSendsTwoPacketsUnderOneNonce) {
    pair.rtp(kSsrc, 10);
    pair.rtp(kSsrc, 12);
    pair.rtp(kSsrc, 11);
    ByteVector again = rtp_packet(kSsrc, 11);
    EXPECT_FALSE(pair.sender.protect_rtp(again));
    EXPECT_EQ(again, rtp_packet(kSsrc, 11));
    EXPECT_EQ(pair.sender.refused(Error::replayed), 1U);
}

TEST_P(Session, RefusesUnencryptedRtcp) {
    ByteVector report = pair.rtcp(kSsrc);
    const std::size_t word =
        GetParam() == SrtpProfile::aes128_cm_sha1_80 ? report.size() - 14 : report.size() - 4;
    report[word] &= 0x7f;
    EXPECT_EQ(pair.open_rtcp(report), Error::unencrypted);
}

TEST_P(Session, SendsNothingThatIsNoRtp) {
    for (const char* text :
         {"", "80", "8060000100000000cafef0", "0060000100000000cafef00d", "4060000100000000cafef00d",
          "8160000100000000cafef00d", "9060000100000000cafef00dbede0001"}) {
        ByteVector packet = test::unhex(text);
        EXPECT_FALSE(pair.sender.protect_rtp(packet)) << text;
    }
    for (const char* text : {"", "80c90001cafef0", "00c90001cafef00d"}) {
        ByteVector packet = test::unhex(text);
        EXPECT_FALSE(pair.sender.protect_rtcp(packet)) << text;
    }
}

TEST_P(Session, IsOfNoUseWithAnotherKey) {
    SeededRandom random{12};
    auto stranger = Receiver::create(GetParam(), test::master_key(GetParam(), random)).value();
    ByteVector packet = pair.rtp(kSsrc, 1);
    EXPECT_EQ(stranger.unprotect_rtp(packet).error(), Error::bad_tag);
    ByteVector report = pair.rtcp(kSsrc);
    EXPECT_EQ(stranger.unprotect_rtcp(report).error(), Error::bad_tag);
}

TEST_P(Session, NeedsAKeyThatFits) {
    EXPECT_EQ(Sender::create(GetParam(), {}).error(), Error::bad_key);
    EXPECT_EQ(Receiver::create(GetParam(), {ByteVector(16), ByteVector(13)}).error(), Error::bad_key);
}

}  // namespace
}  // namespace legroom::srtp
