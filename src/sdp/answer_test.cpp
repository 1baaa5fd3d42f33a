#include "sdp/answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdp/text.hpp"
#include "sdp/transport.hpp"

#include "sdp/offer_test_support.hpp"

namespace legroom::sdp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

Answer answered(const std::string& offer, const Ours& ours = test_ours()) {
    auto result = answer(offer, ours);
    EXPECT_TRUE(result) << offer;
    return result ? *result : Answer{};
}

std::string changed(std::string_view what, std::string_view instead) {
    return with(small_offer(), what, instead);
}

/// The m-lines of a description.
std::vector<std::string> media_lines(const std::string& text) {
    std::vector<std::string> lines;
    for (std::string_view line : split(text, '\n')) {
        if (line.starts_with("m=")) lines.emplace_back(line.substr(0, line.size() - 1));
    }
    return lines;
}

TEST(Answer, IsThisText) {
    const std::string offer =
        kSession + "a=group:BUNDLE 0\na=extmap-allow-mixed\n" + audio_section("0") + kTransport +
        "a=rtcp-rsize\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n"
        "a=extmap:4/recvonly urn:ietf:params:rtp-hdrext:sdes:mid\na=extmap:3 urn:x-something-else\n" +
        video_section("1");
    EXPECT_EQ(answered(offer).text,
              "v=0\r\n"
              "o=- 4611686018427387904 1 IN IP4 0.0.0.0\r\n"
              "s=-\r\n"
              "t=0 0\r\n"
              "a=group:BUNDLE 0\r\n"
              "a=extmap-allow-mixed\r\n"
              "a=ice-options:trickle\r\n"
              "m=audio 10000 UDP/TLS/RTP/SAVPF 111\r\n"
              "c=IN IP4 192.0.2.1\r\n"
              "a=mid:0\r\n"
              "a=rtcp-mux\r\n"
              "a=rtcp-rsize\r\n"
              "a=ice-ufrag:srvU\r\n"
              "a=ice-pwd:serverPasswordOf24Chars+\r\n"
              "a=fingerprint:" +
                  kSha256 +
                  "\r\n"
                  "a=setup:active\r\n"
                  "a=sendrecv\r\n"
                  "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
                  "a=extmap:4/sendonly urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                  "a=rtpmap:111 opus/48000/2\r\n"
                  "a=fmtp:111 minptime=10;useinbandfec=1\r\n"
                  "a=ptime:20\r\n"
                  "a=msid:stream-1 track-1\r\n"
                  "a=ssrc:305419896 cname:cname-1\r\n"
                  "a=ssrc:305419896 msid:stream-1 track-1\r\n"
                  "a=candidate:1 1 udp 2130706431 192.0.2.1 10000 typ host\r\n"
                  "a=candidate:2 1 udp 2130706175 2001:db8::1 10000 typ host\r\n"
                  "a=end-of-candidates\r\n"
                  "m=video 0 UDP/TLS/RTP/SAVPF 96\r\n"
                  "c=IN IP4 0.0.0.0\r\n"
                  "a=mid:1\r\n"
                  "a=inactive\r\n");
}

TEST(Answer, IsTheSameForLfAndCrlf) {
    std::string crlf;
    for (const char c : small_offer()) crlf += c == '\n' ? std::string{"\r\n"} : std::string{c};
    EXPECT_EQ(answered(crlf).text, answered(small_offer()).text);
    EXPECT_EQ(answered(crlf).negotiated.remote_ufrag, "abcd");
}

TEST(Answer, MirrorsTheDirection) {
    const struct {
        const char* offered;
        const char* answered;
        Direction ours;
    } cases[] = {
        {"a=sendrecv\n", "a=sendrecv\r\n", Direction::sendrecv},
        {"a=sendonly\n", "a=recvonly\r\n", Direction::recvonly},
        {"a=recvonly\n", "a=sendonly\r\n", Direction::sendonly},
        {"a=inactive\n", "a=inactive\r\n", Direction::inactive},
        {"", "a=sendrecv\r\n", Direction::sendrecv},
    };
    for (const auto& test : cases) {
        const Answer answer = answered(small_offer() + test.offered);
        EXPECT_EQ(answer.negotiated.direction, test.ours) << test.offered;
        EXPECT_THAT(answer.text, HasSubstr(test.answered));
        const bool sends = test.ours == Direction::sendrecv || test.ours == Direction::sendonly;
        EXPECT_EQ(answer.text.find("a=msid:") != std::string::npos, sends) << test.offered;
    }
    const std::string session_level = with(small_offer(), "t=0 0\n", "t=0 0\na=sendonly\n");
    EXPECT_EQ(answered(session_level).negotiated.direction, Direction::recvonly);
    EXPECT_EQ(answered(session_level + "a=recvonly\n").negotiated.direction, Direction::sendonly);
}

TEST(Answer, TakesTheOtherDtlsRole) {  // RFC 8842 §5.3, RFC 4145 §4
    const auto setup = [](std::string_view line) {
        return answered(changed("a=setup:actpass\n", line)).negotiated.setup;
    };
    EXPECT_EQ(setup("a=setup:actpass\n"), Setup::active);
    EXPECT_EQ(setup("a=setup:passive\n"), Setup::active);
    EXPECT_EQ(setup("a=setup:active\n"), Setup::passive);
    EXPECT_EQ(setup(""), Setup::passive);
    EXPECT_THAT(answered(changed("setup:actpass", "setup:active")).text, HasSubstr("a=setup:passive\r\n"));
}

TEST(Answer, ReadsTransportFromTheSessionToo) {
    const std::string offer = kSession + "a=ice-lite\n" + kTransport + audio_section("0");
    const Negotiated negotiated = answered(offer).negotiated;
    EXPECT_EQ(negotiated.remote_ufrag, "abcd");
    EXPECT_EQ(negotiated.remote_password, "abcdefghijklmnopqrstuv");
    ASSERT_EQ(negotiated.remote_fingerprints.size(), 1U);
    EXPECT_EQ(negotiated.remote_fingerprints[0].algorithm + " " + negotiated.remote_fingerprints[0].value,
              kSha256);
    EXPECT_EQ(negotiated.setup, Setup::active);
    EXPECT_TRUE(negotiated.remote_ice_lite);
    EXPECT_FALSE(answered(small_offer()).negotiated.remote_ice_lite);
}

TEST(Answer, TheSectionsTransportComesBeforeTheSessions) {
    const std::string session = with(with(kTransport, "abcd", "SESSION"), "actpass", "active");
    const Negotiated negotiated = answered(kSession + session + audio_section("0") + kTransport).negotiated;
    EXPECT_EQ(negotiated.remote_ufrag, "abcd");
    EXPECT_EQ(negotiated.setup, Setup::active);
}

TEST(Answer, KeepsEverySectionInItsPlace) {
    const std::string audio = audio_section("a") + kTransport;
    const std::string video = video_section("v") + kTransport;
    const std::string data = data_section("d") + kTransport;
    std::vector<std::pair<std::string, std::string>> sections{
        {audio, "m=audio 10000 UDP/TLS/RTP/SAVPF 111"},
        {data, "m=application 0 UDP/DTLS/SCTP webrtc-datachannel"},
        {video, "m=video 0 UDP/TLS/RTP/SAVPF 96"},
    };
    std::sort(sections.begin(), sections.end());
    do {
        std::string offer = kSession + "a=group:BUNDLE d a v\n";
        std::vector<std::string> expected;
        for (const auto& [offered, answer] : sections) {
            offer += offered;
            expected.push_back(answer);
        }
        const Answer answer = answered(offer);
        EXPECT_EQ(media_lines(answer.text), expected);
        EXPECT_THAT(answer.text, HasSubstr("a=group:BUNDLE a\r\n"));
        EXPECT_THAT(media_lines(answer.text)[answer.negotiated.mline_index], StartsWith("m=audio"));
        EXPECT_EQ(answer.negotiated.mid, "a");
    } while (std::next_permutation(sections.begin(), sections.end()));
}

TEST(Answer, AcceptsTheFirstAudioThatHasOpus) {
    const std::string pcmu = with(with(audio_section("0"), "111", "0"), "111 opus/48000/2", "0 PCMU/8000");
    const std::string offer =
        kSession + pcmu + kTransport + audio_section("1") + kTransport + audio_section("2") + kTransport;
    const Answer answer = answered(offer);
    EXPECT_EQ(answer.negotiated.mline_index, 1);
    EXPECT_THAT(media_lines(answer.text),
                ElementsAre("m=audio 0 UDP/TLS/RTP/SAVPF 0", "m=audio 10000 UDP/TLS/RTP/SAVPF 111",
                            "m=audio 0 UDP/TLS/RTP/SAVPF 111"));
}

TEST(Answer, WithoutABundleOfferedThereIsNoneAnswered) {
    EXPECT_THAT(answered(small_offer()).text, Not(HasSubstr("a=group")));
    const std::string other = with(small_offer(), "t=0 0\n", "t=0 0\na=group:LS 0\na=group:BUNDLE 7\n");
    EXPECT_THAT(answered(other).text, Not(HasSubstr("a=group")));
}

TEST(Answer, ABundledAudioSectionSpeaksForItself) {  // RFC 8843 §7.3.1: we reject the tagged one
    const std::string offer = kSession + "a=group:BUNDLE v a\n" + video_section("v") +
                              with(kTransport, "abcd", "VIDEO") + audio_section("a") + kTransport;
    EXPECT_EQ(answered(offer).negotiated.remote_ufrag, "abcd");
}

TEST(Answer, ABundleOnlySectionIsSpokenForByTheTaggedOne) {  // RFC 8843 §6, §7.2.1
    const std::string offer =
        kSession + "a=group:BUNDLE v a\n" + video_section("v") + with(kTransport, "abcd", "VIDEO") +
        "a=candidate:1 1 udp 1 192.0.2.9 9 typ host\n" + audio_section("a", 0) + "a=bundle-only\n";
    const Answer answer = answered(offer);
    EXPECT_EQ(answer.negotiated.remote_ufrag, "VIDEO");
    EXPECT_THAT(answer.negotiated.remote_candidates, ElementsAre("candidate:1 1 udp 1 192.0.2.9 9 typ host"));
    EXPECT_EQ(answer.negotiated.mline_index, 1);
    EXPECT_THAT(answer.text, HasSubstr("m=audio 10000"));
    EXPECT_THAT(answer.text, Not(HasSubstr("bundle-only")));
}

TEST(Answer, GathersCandidatesAsWrittenUpToAMaximum) {
    std::string offer = small_offer() + "a=candidate:not even one\na=end-of-candidates\n";
    EXPECT_THAT(answered(offer).negotiated.remote_candidates, ElementsAre("candidate:not even one"));
    for (std::size_t i = 0; i < kMaxRemoteCandidates + 2; ++i) offer += "a=candidate:x\n";
    const Negotiated negotiated = answered(offer).negotiated;
    EXPECT_EQ(negotiated.remote_candidates.size(), kMaxRemoteCandidates);
    EXPECT_EQ(negotiated.remote_candidates_dropped, 3U);
}

TEST(Answer, PutsTheFirstCandidateIntoItsMediaLine) {
    Ours ours = test_ours();
    std::swap(ours.candidates[0], ours.candidates[1]);
    EXPECT_THAT(answered(small_offer(), ours).text, HasSubstr("c=IN IP6 2001:db8::1\r\n"));

    ours.candidates.clear();
    ours.gathering_done = false;
    const std::string text = answered(small_offer(), ours).text;
    EXPECT_THAT(text, HasSubstr("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\n"));
    EXPECT_THAT(text, Not(HasSubstr("candidate")));
}

TEST(Answer, TakesTelephoneEventsAsOffered) {
    const std::string offer = with(small_offer(), "SAVPF 111", "SAVPF 111 126 110") +
                              "a=rtpmap:110 telephone-event/48000\na=rtpmap:126 telephone-event/8000\n";
    const Answer answer = answered(offer);
    EXPECT_EQ(answer.negotiated.telephone_event_48k, 110);
    EXPECT_EQ(answer.negotiated.telephone_event_8k, 126);
    EXPECT_THAT(answer.text, HasSubstr("SAVPF 111 110 126\r\n"));
    EXPECT_THAT(answer.text, HasSubstr("a=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-15\r\n"));
    EXPECT_THAT(answer.text, HasSubstr("a=rtpmap:126 telephone-event/8000\r\na=fmtp:126 0-15\r\n"));
}

constexpr const char* kLevel = " urn:ietf:params:rtp-hdrext:ssrc-audio-level\n";

TEST(Answer, UsesOnlyExtensionsThatAreClear) {
    const auto level = [](const std::string& lines) {
        return answered(small_offer() + lines).negotiated.audio_level_extension;
    };
    EXPECT_EQ(level(std::string{"a=extmap:14"} + kLevel), 14);
    EXPECT_EQ(level("a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on\n"), 1);
    EXPECT_EQ(level(std::string{"a=extmap:1/sendonly"} + kLevel), 1);
    EXPECT_EQ(level(""), std::nullopt);
    EXPECT_EQ(level(std::string{"a=extmap:0"} + kLevel), std::nullopt);
    EXPECT_EQ(level(std::string{"a=extmap:15"} + kLevel), std::nullopt);
    EXPECT_EQ(level(std::string{"a=extmap:4096"} + kLevel), std::nullopt);
    EXPECT_EQ(level(std::string{"a=extmap:x"} + kLevel), std::nullopt);
    EXPECT_EQ(level(std::string{"a=extmap:1/inactive"} + kLevel), std::nullopt);
    EXPECT_EQ(level(std::string{"a=extmap:1/sideways"} + kLevel), std::nullopt);
    EXPECT_EQ(level(std::string{"a=extmap:1"} + kLevel + "a=extmap:1 urn:x-other\n"), std::nullopt);
    EXPECT_EQ(answered(small_offer() + "a=extmap:1/sendonly" + kLevel).negotiated.audio_level_direction,
              Direction::recvonly);
    const std::string session_level =
        with(small_offer(), "t=0 0\n", std::string{"t=0 0\na=extmap:3"} + kLevel);
    EXPECT_EQ(answered(session_level).negotiated.audio_level_extension, 3);
}

TEST(Answer, ReducedSizeRtcpOnlyWhenOffered) {
    EXPECT_FALSE(answered(small_offer()).negotiated.reduced_size_rtcp);
    EXPECT_THAT(answered(small_offer()).text, Not(HasSubstr("rtcp-rsize")));
    EXPECT_TRUE(answered(small_offer() + "a=rtcp-rsize\n").negotiated.reduced_size_rtcp);
}

TEST(Answer, RepeatsAnyTokenAsMid) {
    const std::string mid = "!#$%&'*+-.^_`{|}~09azAZ";
    const Answer answer = answered(changed("a=mid:0", "a=mid:" + mid));
    EXPECT_EQ(answer.negotiated.mid, mid);
    EXPECT_THAT(answer.text, HasSubstr("a=mid:" + mid + "\r\n"));
}

}  // namespace
}  // namespace legroom::sdp
