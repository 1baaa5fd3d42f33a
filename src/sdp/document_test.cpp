#include "sdp/document.hpp"

#include <gtest/gtest.h>

#include "sdp/answer.hpp"
#include "sdp/text.hpp"

#include "sdp/offer_test_support.hpp"

namespace legroom::sdp {
namespace {

TEST(Document, TakesADescriptionApart) {
    const std::string text = kSession + "a=group:BUNDLE 0 1\na=ice-lite\n" + audio_section("0") +
                             "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\n" + data_section("1");
    const auto document = Document::parse(text);
    ASSERT_TRUE(document);
    EXPECT_EQ(document->attributes.find("group"), "BUNDLE 0 1");
    EXPECT_EQ(document->attributes.find("ice-lite"), "");
    EXPECT_EQ(document->attributes.find("mid"), std::nullopt);
    ASSERT_EQ(document->sections.size(), 2U);
    const Section& audio = document->sections[0];
    EXPECT_EQ(audio.media, "audio");
    EXPECT_EQ(audio.port, 9);
    EXPECT_EQ(audio.protocol, "UDP/TLS/RTP/SAVPF");
    EXPECT_EQ(audio.formats, std::vector<std::string_view>{"111"});
    EXPECT_EQ(audio.attributes.find("candidate"), "1 1 udp 1 192.0.2.1 9 typ host");
    EXPECT_EQ(document->sections[1].formats, std::vector<std::string_view>{"webrtc-datachannel"});
}

struct DocumentCase {
    const char* name;
    std::string text;
    bool fine;
};

const std::string kHead = "v=0\no=- 1 2 IN IP4 127.0.0.1\ns=-\n";

const DocumentCase kDocumentCases[] = {
    {"least of all", kHead, true},
    {"CRLF", "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n", true},
    {"mixed line ends", "v=0\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\n", true},
    {"last line without an end", "v=0\no=- 1 2 IN IP4 127.0.0.1\ns=-", true},
    {"blank lines at the end", kHead + "\r\n\n", true},
    {"every line type",
     kHead + "i=x\nu=x\ne=x\np=x\nc=x\nb=x\nt=0 0\nr=x\nz=x\nk=x\na=x\nm=x 1 y z\ni=x\nc=x\nb=x\nk=x\na=x\n",
     true},
    {"UTF-8 in a name", "v=0\no=- 1 2 IN IP4 127.0.0.1\ns=gr\xc3\xbc\xc3\x9f\n", true},
    {"port with a count", kHead + "m=audio 9/2 RTP/AVP 0\n", true},
    {"blank after the formats", kHead + "m=audio 9 RTP/AVP 0 \n", true},

    {"nothing", "", false},
    {"only line ends", "\r\n\r\n", false},
    {"JSON", "{\"sdp\":\"v=0\"}", false},
    {"version 1", "v=1\no=- 1 2 IN IP4 127.0.0.1\ns=-\n", false},
    {"version only", "v=0\n", false},
    {"no version", "o=- 1 2 IN IP4 127.0.0.1\ns=-\n", false},
    {"no origin", "v=0\ns=-\nt=0 0\n", false},
    {"origin too short", "v=0\no=- 1 2 IN IP4\ns=-\n", false},
    {"origin with two blanks", "v=0\no=- 1  IN IP4 127.0.0.1\ns=-\n", false},
    {"no name", "v=0\no=- 1 2 IN IP4 127.0.0.1\nt=0 0\n", false},
    {"blank line inside", kHead + "\nt=0 0\n", false},
    {"line without equals sign", kHead + "hello\n", false},
    {"unknown line type", kHead + "y=1\n", false},
    {"upper-case line type", kHead + "A=x\n", false},
    {"t= in a section", kHead + "m=audio 9 RTP/AVP 0\nt=0 0\n", false},
    {"second version", kHead + "v=0\n", false},
    {"carriage return inside a line", kHead + "a=x\ra=y\n", false},
    {"NUL inside a line", kHead + std::string{"a=x\0y\n", 6}, false},
    {"attribute without a name", kHead + "a=:x\n", false},
    {"attribute with a blank in its name", kHead + "a=x y\n", false},
    {"empty attribute", kHead + "a=\n", false},
    {"empty m-line", kHead + "m=\n", false},
    {"m-line without formats", kHead + "m=audio 9 RTP/AVP\n", false},
    {"m-line without protocol", kHead + "m=audio 9\n", false},
    {"port too large", kHead + "m=audio 65536 RTP/AVP 0\n", false},
    {"port negative", kHead + "m=audio -1 RTP/AVP 0\n", false},
    {"port no number", kHead + "m=audio 9x RTP/AVP 0\n", false},
    {"two blanks between formats", kHead + "m=audio 9 RTP/AVP 0  8\n", false},
    {"protocol with an empty part", kHead + "m=audio 9 RTP//AVP 0\n", false},
    {"media no token", kHead + "m=au(dio 9 RTP/AVP 0\n", false},
};

TEST(Document, AcceptsOrRefuses) {
    for (const DocumentCase& test : kDocumentCases) {
        const auto document = Document::parse(test.text);
        EXPECT_EQ(document.has_value(), test.fine) << test.name;
        if (!document) {
            EXPECT_EQ(document.error(), Error::invalid_offer) << test.name;
        }
    }
}

std::string repeated(const std::string& piece, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += piece;
    return text;
}

TEST(Document, StopsAtEachMaximum) {
    const auto parses = [](const std::string& text) { return Document::parse(text).has_value(); };

    EXPECT_TRUE(parses(kHead + repeated("m=x 1 y z\n", kMaxSections)));
    EXPECT_FALSE(parses(kHead + repeated("m=x 1 y z\n", kMaxSections + 1)));
    EXPECT_TRUE(parses(kHead + repeated("a=x\n", kMaxAttributes)));
    EXPECT_FALSE(parses(kHead + repeated("a=x\n", kMaxAttributes + 1)));
    EXPECT_TRUE(parses(kHead + "m=x 1 y" + repeated(" z", kMaxFormats) + "\n"));
    EXPECT_FALSE(parses(kHead + "m=x 1 y" + repeated(" z", kMaxFormats + 1) + "\n"));
    EXPECT_TRUE(parses(kHead + "a=" + std::string(kMaxLineLength - 2, 'x') + "\r\n"));
    EXPECT_FALSE(parses(kHead + "a=" + std::string(kMaxLineLength - 1, 'x') + "\r\n"));

    const std::string line = "a=" + std::string(1021, 'x') + "\n";
    const std::string full = kHead + repeated(line, kMaxText / line.size() - 1);
    EXPECT_TRUE(parses(full + "a=" + std::string(kMaxText - full.size() - 2, 'x')));
    EXPECT_FALSE(parses(full + "a=" + std::string(kMaxText - full.size() - 1, 'x')));
}

TEST(Document, OfTwoAttributesTheFirstCounts) {
    const std::string text = kHead + "a=x:1\na=x:2\n";
    const auto document = Document::parse(text);
    ASSERT_TRUE(document);
    EXPECT_EQ(document->attributes.find("x"), "1");
    EXPECT_EQ(document->attributes.all("x"), (std::vector<std::string_view>{"1", "2"}));
}

TEST(Text, ReadsOnlyPlainNumbers) {
    EXPECT_EQ(to_number("0", 127), 0U);
    EXPECT_EQ(to_number("127", 127), 127U);
    for (const char* bad : {"", "128", "-1", "+1", " 1", "1 ", "0x1", "1.0", "99999999999999999999"}) {
        EXPECT_EQ(to_number(bad, 127), std::nullopt) << bad;
    }
}

TEST(Text, SplitsAndTrims) {
    EXPECT_EQ(split("a::b", ':'), (std::vector<std::string_view>{"a", "", "b"}));
    EXPECT_EQ(split("", ':'), std::vector<std::string_view>{""});
    EXPECT_EQ(split("a:", ':'), (std::vector<std::string_view>{"a", ""}));
    EXPECT_EQ(trimmed(" \ta b\t "), "a b");
    EXPECT_EQ(trimmed("  "), "");
}

}  // namespace
}  // namespace legroom::sdp
