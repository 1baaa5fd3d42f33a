#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdp/answer.hpp"

#include "sdp/offer_test_support.hpp"

namespace legroom::sdp {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What each of tests/data/offers says and has to be answered.
struct OfferCase {
    const char* name;
    const char* mid;
    int opus;
    std::optional<std::uint8_t> event_48k;
    std::optional<std::uint8_t> event_8k;
    std::optional<std::uint8_t> audio_level;
    std::optional<std::uint8_t> mid_extension;
    const char* ufrag;
    std::size_t candidates;
    bool reduced_size;
    bool fec;
    bool stereo;
    const char* media;
};

const OfferCase kOfferCases[] = {
    {"chromium156", "0", 111, 110, 126, 1, 4, "mkwq", 4, true, true, false, "SAVPF 111 110 126\r\n"},
    {"chromium156-mdns-trickle", "0", 111, 110, 126, 1, 4, "1ddN", 0, true, true, false,
     "SAVPF 111 110 126\r\n"},
    {"firefox153", "0", 109, {}, 101, 1, 3, "401e8b42", 4, false, true, true, "SAVPF 109 101\r\n"},
    {"firefox153-mdns", "0", 109, {}, 101, 1, 3, "5ce41a5c", 4, false, true, true, "SAVPF 109 101\r\n"},
    {"aiortc14", "0", 96, {}, {}, 2, 1, "YyYq", 1, false, false, false, "SAVPF 96\r\n"},
    {"gstreamer122",
     "audio0",
     111,
     {},
     {},
     {},
     {},
     "M3utLV15K7e0BO8MNjgoMZSmPUD+udM2",
     6,
     true,
     false,
     false,
     "SAVPF 111\r\n"},
};

class RealOffer : public testing::TestWithParam<OfferCase> {
protected:
    void SetUp() override {
        auto result = answer(read_offer(GetParam().name), test_ours());
        ASSERT_TRUE(result) << result.error().message();
        answer_ = std::move(*result);
    }
    Answer answer_;
};

TEST_P(RealOffer, IsUnderstood) {
    const OfferCase& test = GetParam();
    const Negotiated& negotiated = answer_.negotiated;
    EXPECT_EQ(negotiated.mid, test.mid);
    EXPECT_EQ(negotiated.mline_index, 0);
    EXPECT_EQ(negotiated.direction, Direction::sendrecv);
    EXPECT_EQ(negotiated.setup, Setup::active);
    EXPECT_EQ(negotiated.remote_ufrag, test.ufrag);
    EXPECT_FALSE(negotiated.remote_ice_lite);
    EXPECT_EQ(negotiated.remote_candidates.size(), test.candidates);
    ASSERT_EQ(negotiated.remote_fingerprints.size(), 1U);
    EXPECT_EQ(negotiated.remote_fingerprints[0].algorithm, "sha-256");
    EXPECT_EQ(negotiated.opus.payload_type, test.opus);
    EXPECT_EQ(negotiated.opus.use_inband_fec, test.fec);
    EXPECT_EQ(negotiated.opus.stereo, test.stereo);
    EXPECT_EQ(negotiated.telephone_event_48k, test.event_48k);
    EXPECT_EQ(negotiated.telephone_event_8k, test.event_8k);
    EXPECT_EQ(negotiated.audio_level_extension, test.audio_level);
    EXPECT_EQ(negotiated.mid_extension, test.mid_extension);
    EXPECT_EQ(negotiated.reduced_size_rtcp, test.reduced_size);
}

TEST_P(RealOffer, IsAnsweredInFull) {
    const std::string mid = GetParam().mid;
    for (const std::string& line :
         {"v=0\r\n" + std::string{"o=- 4611686018427387904 "}, "a=group:BUNDLE " + mid + "\r\n",
          "a=mid:" + mid + "\r\n", "m=audio 10000 UDP/TLS/RTP/" + std::string{GetParam().media},
          std::string{"c=IN IP4 192.0.2.1\r\n"}, std::string{"a=setup:active\r\n"},
          std::string{"a=rtcp-mux\r\n"}, std::string{"a=sendrecv\r\n"},
          std::string{"a=msid:stream-1 track-1\r\n"},
          "a=rtpmap:" + std::to_string(GetParam().opus) + " opus/48000/2\r\n",
          std::string{"a=ice-options:trickle\r\n"}, std::string{"a=end-of-candidates\r\n"}}) {
        EXPECT_THAT(answer_.text, HasSubstr(line));
    }
    for (const char* other : {"PCMU", "G722", "transport-cc", "abs-send-time", "red/", "csrc-audio-level"}) {
        EXPECT_THAT(answer_.text, Not(HasSubstr(other)));
    }
}

INSTANTIATE_TEST_SUITE_P(All, RealOffer, testing::ValuesIn(kOfferCases), [](const auto& offer) {
    std::string name = offer.param.name;
    for (char& c : name) c = c == '-' ? '_' : c;
    return name;
});

}  // namespace
}  // namespace legroom::sdp
