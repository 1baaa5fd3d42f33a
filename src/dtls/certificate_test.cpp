#include "dtls/certificate.hpp"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/err.h>

#include "dtls/error.hpp"
#include "dtls/fingerprint.hpp"
#include "dtls/material.hpp"

namespace legroom::dtls {
namespace {

TEST(Certificate, IsSelfSignedP256WithItsOwnSerial) {
    const auto one = Certificate::generate();
    const auto two = Certificate::generate();
    ASSERT_TRUE(one && two);
    X509* const x509 = one->material().x509.get();
    EXPECT_EQ(X509_verify(x509, X509_get0_pubkey(x509)), 1);
    EXPECT_EQ(EVP_PKEY_get_bits(X509_get0_pubkey(x509)), 256);
    EXPECT_EQ(EVP_PKEY_get_base_id(X509_get0_pubkey(x509)), EVP_PKEY_EC);
    EXPECT_EQ(X509_cmp_current_time(X509_get0_notBefore(x509)), -1);
    EXPECT_EQ(X509_cmp_current_time(X509_get0_notAfter(x509)), 1);
    EXPECT_NE(
        ASN1_INTEGER_cmp(X509_get0_serialNumber(x509), X509_get0_serialNumber(two->material().x509.get())),
        0);
    EXPECT_NE(one->fingerprint(), two->fingerprint());
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Fingerprint, ReadsWhatItWrites) {
    const auto certificate = Certificate::generate().value();
    for (const auto hash :
         {HashFunction::sha1, HashFunction::sha256, HashFunction::sha384, HashFunction::sha512}) {
        const Fingerprint print = certificate.fingerprint(hash);
        const std::string text = print.to_string();
        const std::size_t blank = text.find(' ');
        ASSERT_NE(blank, std::string::npos);
        const auto parsed = Fingerprint::parse(text.substr(0, blank), text.substr(blank + 1));
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(*parsed, print);
    }
}

TEST(Fingerprint, IsTextAsInSdp) {
    const auto print =
        Fingerprint::parse("SHA-1", "4a:ad:b9:b1:3f:82:18:3b:54:02:12:df:3e:5d:49:6b:19:e5:7c:ab");
    ASSERT_TRUE(print);
    EXPECT_EQ(print->to_string(), "sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB");
}

TEST(Fingerprint, RefusesWhatIsNone) {
    const std::string sha1 = "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB";
    EXPECT_EQ(Fingerprint::parse("md5", sha1).error(), Error::unknown_hash);
    EXPECT_EQ(Fingerprint::parse("", sha1).error(), Error::unknown_hash);
    EXPECT_EQ(Fingerprint::parse("sha-256", sha1).error(), Error::bad_fingerprint);
    for (const std::string& text : {std::string{}, sha1 + ":", sha1 + ":00", sha1.substr(1), sha1.substr(3),
                                    "G" + sha1.substr(1), "4A-AD" + sha1.substr(5), " " + sha1, sha1 + " "}) {
        EXPECT_EQ(Fingerprint::parse("sha-1", text).error(), Error::bad_fingerprint) << text;
    }
}

TEST(Fingerprint, MustMatchInEveryHashGiven) {
    const auto certificate = Certificate::generate().value();
    const X509& x509 = *certificate.material().x509;
    const Fingerprint sha1 = certificate.fingerprint(HashFunction::sha1);
    const Fingerprint sha256 = certificate.fingerprint();
    Fingerprint wrong = certificate.fingerprint(HashFunction::sha512);
    wrong.digest.back() ^= 1;
    EXPECT_TRUE(matches_every_hash(x509, {sha1, sha256}));
    EXPECT_FALSE(matches_every_hash(x509, {sha1, sha256, wrong}));
    EXPECT_FALSE(matches_every_hash(x509, {Fingerprint{HashFunction::sha256, {}}}));
    // Another certificate's fingerprint beside ours, under the same hash: one of the two is enough.
    Fingerprint other = sha256;
    other.digest[0] ^= 1;
    EXPECT_TRUE(matches_every_hash(x509, {other, sha256}));
    EXPECT_FALSE(matches_every_hash(x509, {other}));

    EXPECT_TRUE(trustworthy({sha1, sha256}));
    EXPECT_FALSE(trustworthy({sha1}));
    EXPECT_FALSE(trustworthy({}));
}

}  // namespace
}  // namespace legroom::dtls
