#include "webhook/target.hpp"

#include <gtest/gtest.h>

#include "webhook/dead_letters.hpp"
#include "webhook/request.hpp"

namespace legroom::webhook {
namespace {

struct UrlCase {
    std::string url;
    const char* shown;  ///< nullptr: it is none
};

const UrlCase kUrls[] = {
    {"http://a", "http://a"},
    {"https://a.example:8443/hook?key=secret#x", "https://a.example:8443/hook"},
    {"HTTPS://ann:secret@a.example", "HTTPS://a.example"},
    {"http://ann:s@cret@a/b", "http://a/b"},
    {"http://[2001:db8::1]:80/", "http://[2001:db8::1]:80/"},
    {"http://a?x", "http://a"},
    {"", nullptr},
    {"http://", nullptr},
    {"http:///path", nullptr},
    {"http://:80/", nullptr},
    {"http://ann@/", nullptr},
    {"http:/a", nullptr},
    {"a.example/hook", nullptr},
    {"ftp://a", nullptr},
    {"file:///etc/passwd", nullptr},
    {"http://a b", nullptr},
    {"http://a/\r\nX: y", nullptr},
    {"http://caf\xC3\xA9/", nullptr},
    {"http://a/" + std::string(kMaxUrlBytes - 9, 'x') + "y", nullptr},
};

TEST(Target, IsAnHttpUrlAndShowsNoSecrets) {
    for (const auto& one : kUrls) {
        EXPECT_EQ(is_target_url(one.url), one.shown != nullptr) << one.url;
        if (one.shown == nullptr) continue;
        EXPECT_EQ(shown_url(one.url), one.shown);
    }
    EXPECT_TRUE(is_target_url("http://a/" + std::string(kMaxUrlBytes - 9, 'x')));
}

/// RFC 4231 §4.2, §4.3 and §4.7.
TEST(Signature, IsHmacSha256) {
    EXPECT_EQ(signature(std::string(20, '\x0b'), "Hi There"),
              "sha256=b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(signature("Jefe", "what do ya want for nothing?"),
              "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(signature(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
              "sha256=60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Request, IsSignedWithASecretOnly) {
    using Headers = std::vector<std::pair<std::string, std::string>>;
    const events::Record record{7, "", "{}", "the-id"};
    EXPECT_EQ(request_headers({"http://a", ""}, record),
              (Headers{{"Content-Type", "application/json"}, {"X-Event-Id", "the-id"}}));
    const auto headers = request_headers({"http://a", "Jefe"}, record);
    ASSERT_EQ(headers.size(), 3U);
    EXPECT_EQ(headers[2], (std::pair<std::string, std::string>{"X-Signature-256", signature("Jefe", "{}")}));
}

TEST(DeadLetters, KeepTheLatest) {
    DeadLetters letters;
    for (events::Seq seq = 1; seq <= kMaxDeadLetters + 2; ++seq) {
        DeadLetter letter;
        letter.seq = seq;
        letters.add(std::move(letter));
    }
    EXPECT_EQ(letters.all().size(), kMaxDeadLetters);
    EXPECT_EQ(letters.all().front().seq, 3U);
    EXPECT_EQ(letters.forgotten(), 2U);
    DeadLetter large;
    large.body = std::string(kMaxDeadLetterBytes + 1, 'x');
    letters.add(std::move(large));
    EXPECT_EQ(letters.all().size(), 1U);
    EXPECT_EQ(letters.total(), kMaxDeadLetters + 3);
}

}  // namespace
}  // namespace legroom::webhook
