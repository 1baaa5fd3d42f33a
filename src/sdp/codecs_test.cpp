#include "sdp/codecs.hpp"

#include <gtest/gtest.h>

#include "sdp/offer_test_support.hpp"

namespace legroom::sdp {
namespace {

TEST(OpusParameters, DefaultToTheStandard) {  // RFC 7587 §6.1
    const OpusParameters opus = parse_opus_parameters("");
    EXPECT_FALSE(opus.use_inband_fec);
    EXPECT_FALSE(opus.use_dtx);
    EXPECT_FALSE(opus.cbr);
    EXPECT_FALSE(opus.stereo);
    EXPECT_EQ(opus.max_playback_rate, 48'000U);
    EXPECT_EQ(opus.max_average_bitrate, std::nullopt);
}

TEST(OpusParameters, ReadsEachOne) {
    const OpusParameters opus = parse_opus_parameters(
        "minptime=10; useinbandfec=1;USEDTX=1;cbr=1; stereo=1 "
        ";maxplaybackrate=16000;maxaveragebitrate=20000");
    EXPECT_TRUE(opus.use_inband_fec);
    EXPECT_TRUE(opus.use_dtx);
    EXPECT_TRUE(opus.cbr);
    EXPECT_TRUE(opus.stereo);
    EXPECT_EQ(opus.max_playback_rate, 16'000U);
    EXPECT_EQ(opus.max_average_bitrate, 20'000U);
}

TEST(OpusParameters, PassesOverWhatMakesNoSense) {
    const OpusParameters opus = parse_opus_parameters(
        ";;=;useinbandfec=yes;usedtx=2;stereo;cbr=;maxplaybackrate=7999;maxaveragebitrate=510001;x=1");
    EXPECT_FALSE(opus.use_inband_fec);
    EXPECT_FALSE(opus.use_dtx);
    EXPECT_FALSE(opus.stereo);
    EXPECT_FALSE(opus.cbr);
    EXPECT_EQ(opus.max_playback_rate, 48'000U);
    EXPECT_EQ(opus.max_average_bitrate, std::nullopt);
    EXPECT_EQ(parse_opus_parameters("maxplaybackrate=96000").max_playback_rate, 48'000U);
    EXPECT_EQ(parse_opus_parameters("maxaveragebitrate=5999").max_average_bitrate, std::nullopt);
}

Codecs codecs_of(const std::string& section) {
    const std::string text = kSession + section;
    const auto document = Document::parse(text);
    return read_codecs(document->sections.at(0)).value();
}

TEST(Codecs, FindsOpusWhateverItsCaseAndNumber) {
    EXPECT_EQ(codecs_of("m=audio 9 RTP/SAVPF 0 35\na=rtpmap:35 OpUs/48000/2\n").opus->payload_type, 35);
    EXPECT_EQ(codecs_of("m=audio 9 RTP/SAVPF 0\na=rtpmap:0 opus/48000/2\n").opus->payload_type, 0);
}

TEST(Codecs, TakesTheFirstOpusOfTheFormatList) {
    const Codecs codecs = codecs_of(
        "m=audio 9 RTP/SAVPF 112 111\na=rtpmap:111 opus/48000/2\na=rtpmap:112 opus/48000/2\n"
        "a=fmtp:111 stereo=1\na=fmtp:112 usedtx=1\n");
    EXPECT_EQ(codecs.opus->payload_type, 112);
    EXPECT_TRUE(codecs.opus->use_dtx);
    EXPECT_FALSE(codecs.opus->stereo);
}

TEST(Codecs, ReadsPacketTimes) {
    const std::string section = "m=audio 9 RTP/SAVPF 111\na=rtpmap:111 opus/48000/2\n";
    EXPECT_EQ(codecs_of(section).opus->ptime_ms, std::nullopt);
    const Codecs codecs = codecs_of(section + "a=ptime:40\na=maxptime:60\n");
    EXPECT_EQ(codecs.opus->ptime_ms, 40U);
    EXPECT_EQ(codecs.opus->max_ptime_ms, 60U);
    const Codecs bad = codecs_of(section + "a=ptime:0\na=maxptime:9999\n");
    EXPECT_EQ(bad.opus->ptime_ms, std::nullopt);
    EXPECT_EQ(bad.opus->max_ptime_ms, std::nullopt);
}

TEST(Codecs, FindsBothTelephoneEvents) {
    const Codecs codecs = codecs_of(
        "m=audio 9 RTP/SAVPF 111 110 126 101\na=rtpmap:111 opus/48000/2\na=rtpmap:110 telephone-event/48000\n"
        "a=rtpmap:126 telephone-event/8000\na=rtpmap:101 telephone-event/8000/1\n");
    EXPECT_EQ(codecs.telephone_event_48k, 110);
    EXPECT_EQ(codecs.telephone_event_8k, 126);
}

TEST(Codecs, KnowTheSpellingsOfRtp) {  // RFC 8829 §5.1.2
    EXPECT_TRUE(is_rtp("UDP/TLS/RTP/SAVPF"));
    EXPECT_TRUE(is_rtp("RTP/AVP"));
    EXPECT_FALSE(is_rtp("UDP/DTLS/SCTP"));
    EXPECT_FALSE(is_rtp("rtp/avp"));
}

}  // namespace
}  // namespace legroom::sdp
