#include <gtest/gtest.h>

#include "sdp/answer.hpp"

#include "sdp/offer_test_support.hpp"

namespace legroom::sdp {
namespace {

struct BadOffer {
    const char* name;
    std::string offer;
    error_code error;
};

std::string altered(std::string_view what, std::string_view instead) {
    return with(small_offer(), what, instead);
}
std::string fingerprinted(const std::string& fingerprint) {
    return altered("a=fingerprint:" + kSha256, "a=fingerprint:" + fingerprint);
}

const std::string kMap = "a=rtpmap:111 opus/48000/2\n";

const BadOffer kBadOffers[] = {
    {"the offer all others change", small_offer(), {}},
    {"empty", "", Error::invalid_offer},
    {"no SDP", "hello", Error::invalid_offer},
    {"version 1", altered("v=0", "v=1"), Error::invalid_offer},
    {"no sections and no transport", kSession, Error::invalid_offer},

    {"no mid", altered("a=mid:0\n", ""), Error::invalid_offer},
    {"empty mid", altered("a=mid:0", "a=mid:"), Error::invalid_offer},
    {"mid without a value", altered("a=mid:0", "a=mid"), Error::invalid_offer},
    {"mid with a blank", altered("a=mid:0", "a=mid:0 1"), Error::invalid_offer},
    {"two mids", altered("a=mid:0", "a=mid:0\na=mid:1"), Error::invalid_offer},
    {"the same mid twice", altered("a=mid:0", "a=mid:0\na=mid:0"), {}},
    {"video without mid", small_offer() + with(video_section("1"), "a=mid:1\n", ""), Error::invalid_offer},
    {"two sections of one mid", small_offer() + video_section("0"), Error::invalid_offer},

    {"no ufrag", altered("a=ice-ufrag:abcd\n", ""), Error::invalid_offer},
    {"no password", altered("a=ice-pwd:abcdefghijklmnopqrstuv\n", ""), Error::invalid_offer},
    {"ufrag of 3", altered("ufrag:abcd", "ufrag:abc"), Error::invalid_offer},
    {"ufrag of 256", altered("ufrag:abcd", "ufrag:" + std::string(256, 'a')), {}},
    {"ufrag of 257", altered("ufrag:abcd", "ufrag:" + std::string(257, 'a')), Error::invalid_offer},
    {"ufrag with a colon", altered("ufrag:abcd", "ufrag:ab:cd"), Error::invalid_offer},
    {"password of 21", altered("pwd:abcdefghijklmnopqrstuv", "pwd:abcdefghijklmnopqrstu"),
     Error::invalid_offer},
    {"password of 257", altered("pwd:abcdefghijklmnopqrstuv", "pwd:" + std::string(257, 'a')),
     Error::invalid_offer},
    {"password with a blank", altered("pwd:abcdefghijklmnopqrstuv", "pwd:abcdefghijklmnopqrst v"),
     Error::invalid_offer},

    {"no fingerprint", altered("a=fingerprint:" + kSha256 + "\n", ""), Error::invalid_offer},
    {"empty fingerprint", fingerprinted(""), Error::invalid_offer},
    {"fingerprint without a digest", fingerprinted("sha-256"), Error::invalid_offer},
    {"fingerprint without an algorithm", fingerprinted("00:11:22"), Error::invalid_offer},
    {"digest too short", fingerprinted("sha-256 00:11:22"), Error::invalid_offer},
    {"digest too long", fingerprinted(kSha256 + ":00"), Error::invalid_offer},
    {"digest without colons", fingerprinted("sha-1 00112233445566778899AABBCCDDEEFF00112233"),
     Error::invalid_offer},
    {"digest not hex", fingerprinted(with(kSha256, "AA", "GG")), Error::invalid_offer},
    {"sha-1 alone", fingerprinted(kSha1), Error::invalid_offer},
    {"an unknown algorithm alone", fingerprinted("sha3-256 00:11"), Error::invalid_offer},
    {"sha-1 beside sha-256", fingerprinted(kSha1 + "\na=fingerprint:" + kSha256), {}},
    {"an unknown algorithm beside sha-256", fingerprinted("sha3-256 00:11\na=fingerprint:" + kSha256), {}},
    {"a broken one beside sha-256", fingerprinted("sha-512 00:11\na=fingerprint:" + kSha256),
     Error::invalid_offer},
    {"lower-case digest, upper-case algorithm",
     fingerprinted("SHA-256 aa:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:"
                   "bb:cc:dd:ee:ff"),
     {}},
    {"nine fingerprints", fingerprinted([] {
         std::string many = kSha256;
         for (int i = 0; i < 8; ++i) many += "\na=fingerprint:" + kSha256;
         return many;
     }()),
     Error::invalid_offer},

    {"setup holdconn", altered("setup:actpass", "setup:holdconn"), Error::invalid_offer},
    {"setup of no known word", altered("setup:actpass", "setup:maybe"), Error::invalid_offer},

    {"payload type 128", altered("SAVPF 111", "SAVPF 111 128"), Error::invalid_offer},
    {"payload type no number", altered("SAVPF 111", "SAVPF 111 opus"), Error::invalid_offer},
    {"payload type twice", altered("SAVPF 111", "SAVPF 111 111"), Error::invalid_offer},
    {"rtpmap of payload type 128", altered(kMap, kMap + "a=rtpmap:128 x/1\n"), Error::invalid_offer},
    {"two codecs for one payload type", altered(kMap, kMap + "a=rtpmap:111 PCMU/8000\n"),
     Error::invalid_offer},
    {"one codec said twice", altered(kMap, kMap + kMap), {}},

    {"only PCMU", altered(kMap, "a=rtpmap:111 PCMU/8000\n"), Error::no_common_codec},
    {"Opus at the wrong rate", altered("opus/48000/2", "opus/16000/2"), Error::no_common_codec},
    {"Opus of one channel", altered("opus/48000/2", "opus/48000"), Error::no_common_codec},
    {"Opus mapped but not listed", altered("SAVPF 111", "SAVPF 0"), Error::no_common_codec},
    {"Opus without a map", altered(kMap, ""), Error::no_common_codec},
    {"Opus where RTCP would be", with(altered("SAVPF 111", "SAVPF 72"), "rtpmap:111", "rtpmap:72"),
     Error::no_common_codec},
    {"audio not over RTP", altered("UDP/TLS/RTP/SAVPF", "UDP/XYZ"), Error::no_common_codec},
    {"audio refused by its offerer", altered("m=audio 9", "m=audio 0"), Error::no_common_codec},
    {"bundle-only without a bundle",
     with(altered("m=audio 9", "m=audio 0"), "a=mid:0", "a=mid:0\na=bundle-only"), Error::no_common_codec},
    {"only data", kSession + data_section("0") + kTransport, Error::no_common_codec},
    {"only video", kSession + video_section("0") + kTransport, Error::no_common_codec},
    {"no section at all", kSession + kTransport, Error::no_common_codec},
    {"only data, no transport", kSession + data_section("0"), Error::invalid_offer},
};

TEST(BadOffers, AreRefusedForTheRightReason) {
    for (const BadOffer& test : kBadOffers) {
        const auto result = answer(test.offer, test_ours());
        EXPECT_EQ(result ? error_code{} : result.error(), test.error) << test.name;
    }
}

TEST(BadOffers, ErrorsHaveWords) {
    EXPECT_EQ(error_code{Error::invalid_offer}.message(), "invalid SDP offer");
    EXPECT_EQ(error_code{Error::no_common_codec}.message(), "no audio section with a common codec");
}

}  // namespace
}  // namespace legroom::sdp
