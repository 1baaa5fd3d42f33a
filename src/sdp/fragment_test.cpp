#include "sdp/fragment.hpp"

#include <gtest/gtest.h>

#include "sdp/direction.hpp"
#include "sdp/document.hpp"

#include "sdp/offer_test_support.hpp"

namespace legroom::sdp {
namespace {

const std::string kCredentials = "a=ice-ufrag:EsAw\r\na=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y\r\n";
const std::string kOneCandidate = "a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host\r\n";

std::string candidates(std::size_t count) {
    std::string lines;
    for (std::size_t i = 0; i < count; ++i) lines += kOneCandidate;
    return lines;
}

/// As RFC 9725 §4.3.2 shows one.
const std::string kTrickle =
    "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n" + kCredentials +
    "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id "
    "1\r\n"
    "a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0\r\n"
    "a=end-of-candidates\r\n";

TEST(Fragment, ReadsWhatABrowserTrickles) {
    const auto fragment = parse_fragment(kTrickle);
    ASSERT_TRUE(fragment);
    EXPECT_EQ(fragment->ufrag, "EsAw");
    EXPECT_EQ(fragment->password, "bP+XJMM09aR8AiX1jdukzR6Y");
    ASSERT_EQ(fragment->candidates.size(), 2U);
    EXPECT_EQ(fragment->candidates[0],
              "candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw "
              "network-id 1");
    EXPECT_TRUE(fragment->end_of_candidates);
}

struct FragmentCase {
    const char* name;
    std::string text;
    bool fine;
    std::size_t candidates = 0;
};

const FragmentCase kFragments[] = {
    {"credentials alone", kCredentials, true},
    {"ufrag alone", "a=ice-ufrag:EsAw\r\n", true},
    {"LF lines", "a=ice-ufrag:EsAw\n" + kOneCandidate, true, 1},
    {"no line end at the end", "a=ice-ufrag:EsAw\r\na=end-of-candidates", true},
    {"blank lines at the end", kCredentials + "\r\n\r\n", true},
    {"credentials in the section", "m=audio 9 RTP/AVP 0\r\na=mid:0\r\n" + kCredentials + kOneCandidate, true,
     1},
    {"the same credentials twice", kCredentials + "m=audio 9 RTP/AVP 0\r\n" + kCredentials, true},
    {"two sections of one bundle",
     kCredentials + "m=audio 9 RTP/AVP 0\r\na=mid:0\r\n" + kOneCandidate +
         "m=video 9 RTP/AVP 0\r\na=mid:1\r\n" + kOneCandidate,
     true, 2},
    {"unknown attributes", kCredentials + "a=ice-pacing:50\r\na=x-google:1\r\n", true},
    {"a whole description", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n" + kCredentials, true},
    {"as many as may be", kCredentials + candidates(kMaxFragmentCandidates), true, kMaxFragmentCandidates},

    {"one candidate more", kCredentials + candidates(kMaxFragmentCandidates + 1), false},
    {"empty", "", false},
    {"no ufrag", kOneCandidate, false},
    {"empty ufrag", "a=ice-ufrag:\r\n", false},
    {"ufrag of 3", "a=ice-ufrag:EsA\r\n", false},
    {"ufrag with a blank", "a=ice-ufrag:Es w\r\n", false},
    {"ufrag too long", "a=ice-ufrag:" + std::string(257, 'x') + "\r\n", false},
    {"two ufrags", kCredentials + "a=ice-ufrag:other\r\n", false},
    {"two passwords", kCredentials + "a=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Z\r\n", false},
    {"password of 21", "a=ice-ufrag:EsAw\r\na=ice-pwd:bP+XJMM09aR8AiX1jdukz\r\n", false},
    {"JSON", R"({"candidate":""})", false},
    {"blank line in between", "a=ice-ufrag:EsAw\r\n\r\na=end-of-candidates\r\n", false},
    {"a type SDP does not have", kCredentials + "x=1\r\n", false},
    {"attribute without a name", kCredentials + "a=\r\n", false},
    {"a NUL", kCredentials + std::string("a=x:\0\r\n", 7), false},
    {"line too long", kCredentials + "a=x:" + std::string(kMaxLineLength, 'x') + "\r\n", false},
    {"text too long", kCredentials + candidates(kMaxText / kOneCandidate.size()), false},
};

TEST(Fragment, TakesWhatItCanReadAndRefusesTheRest) {
    for (const FragmentCase& c : kFragments) {
        SCOPED_TRACE(c.name);
        const auto fragment = parse_fragment(c.text);
        ASSERT_EQ(fragment.has_value(), c.fine);
        if (!c.fine) {
            EXPECT_EQ(fragment.error(), Error::invalid_fragment);
            continue;
        }
        EXPECT_EQ(fragment->ufrag, "EsAw");
        EXPECT_EQ(fragment->candidates.size(), c.candidates);
    }
}

TEST(Fragment, IsWrittenAsItIsRead) {
    const Fragment ours{
        "8chars00", "aPasswordOf24Characters0", {"candidate:1 1 udp 1 192.0.2.1 9 typ host"}, true};
    const std::string text = write_fragment(ours, "audio");
    EXPECT_EQ(
        text,
        "a=ice-options:trickle\r\na=group:BUNDLE audio\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:audio\r\n"
        "a=ice-ufrag:8chars00\r\na=ice-pwd:aPasswordOf24Characters0\r\n"
        "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=end-of-candidates\r\n");
    const auto again = parse_fragment(text);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->password, ours.password);
    EXPECT_EQ(again->candidates, ours.candidates);
    EXPECT_TRUE(again->end_of_candidates);
}

struct LimitCase {
    const char* offered;
    bool sends;
    bool receives;
    Direction ours;
};

TEST(Answer, SendsOrReceivesOnlyIfItMay) {  // RFC 9725 §4.2, WHEP likewise
    const LimitCase cases[] = {
        {"sendrecv", true, true, Direction::sendrecv},  {"sendrecv", false, true, Direction::recvonly},
        {"sendonly", false, true, Direction::recvonly}, {"recvonly", false, true, Direction::inactive},
        {"inactive", false, true, Direction::inactive}, {"sendrecv", true, false, Direction::sendonly},
        {"recvonly", true, false, Direction::sendonly}, {"sendonly", true, false, Direction::inactive},
    };
    for (const LimitCase& c : cases) {
        SCOPED_TRACE(testing::Message() << c.offered << c.sends << c.receives);
        Ours ours;
        ours.sends = c.sends;
        ours.receives = c.receives;
        const auto answered = answer(small_offer() + "a=" + c.offered + "\n", ours);
        ASSERT_TRUE(answered);
        EXPECT_EQ(answered->negotiated.direction, c.ours);
        EXPECT_NE(answered->text.find("a=" + std::string{name(c.ours)} + "\r\n"), std::string::npos);
    }
}

}  // namespace
}  // namespace legroom::sdp
