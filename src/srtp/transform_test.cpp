#include "srtp/transform.hpp"

#include <gtest/gtest.h>

#include "srtp/session_test_support.hpp"

namespace legroom::srtp {
namespace {

using test::unhex;

// RFC 7714 §16 and §17 state session keys, so their packets are tried below the key derivation.
struct Vector {
    const char* name;
    Flow flow;
    std::size_t key_length;
    std::uint64_t index;
    std::uint32_t ssrc;
    const char* header;
    const char* plain;
    const char* cipher;
    const char* tag;
};

constexpr const char* kGallia =
    "47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573";
constexpr const char* kGalliaWhole =
    "8040f17b8041f8d35501a0b2"
    "47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573";
constexpr const char* kReport =
    "4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";

const Vector kVectors[] = {
    {"16.1.1 SRTP AEAD_AES_128_GCM", Flow::rtp, 16, 0xf17b, 0x5501a0b2, "8040f17b8041f8d35501a0b2", kGallia,
     "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833",
     "899d7f27beb16a9152cf765ee4390cce"},
    {"16.1.3 tag only", Flow::rtp, 16, 0xf17b, 0x5501a0b2, kGalliaWhole, "", "",
     "22493f82d2bce397e9d79e3b19aa4216"},
    {"16.2.1 SRTP AEAD_AES_256_GCM", Flow::rtp, 32, 0xf17b, 0x5501a0b2, "8040f17b8041f8d35501a0b2", kGallia,
     "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b",
     "7aa3db36dfffd6b0f9bb7878d7a76c13"},
    {"16.2.3 tag only", Flow::rtp, 32, 0xf17b, 0x5501a0b2, kGalliaWhole, "", "",
     "a866d5910f887463067ceefec45215d4"},
    {"17.1 SRTCP AEAD_AES_128_GCM", Flow::rtcp, 16, 0x5d4, 0x4d617273, "81c8000d4d617273", kReport,
     "63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b",
     "c84aa45896cf4d2fc5abf87245d9eade"},
    {"17.2 SRTCP AEAD_AES_256_GCM", Flow::rtcp, 32, 0x5d4, 0x4d617273, "81c8000d4d617273", kReport,
     "d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad",
     "1d1eb30c4446839f57ff6f6cb26ac3be"},
};

std::unique_ptr<Transform> transform_of(const Vector& vector) {
    SessionKeys keys;
    for (std::size_t i = 0; i < vector.key_length; ++i) keys.cipher.push_back(static_cast<std::uint8_t>(i));
    keys.salt = unhex("517569642070726f2071756f");
    return make_aes_gcm_transform(keys, vector.flow);
}

TEST(AesGcm, SealsAsInRfc7714) {
    for (const Vector& vector : kVectors) {
        const ByteVector header = unhex(vector.header);
        ByteVector payload = unhex(vector.plain);
        ByteVector tag(16);
        EXPECT_TRUE(transform_of(vector)->seal({Ssrc{vector.ssrc}, vector.index, header, payload, tag}));
        EXPECT_EQ(payload, unhex(vector.cipher)) << vector.name;
        EXPECT_EQ(tag, unhex(vector.tag)) << vector.name;
    }
}

TEST(AesGcm, OpensAsInRfc7714) {
    for (const Vector& vector : kVectors) {
        const ByteVector header = unhex(vector.header);
        ByteVector payload = unhex(vector.cipher);
        ByteVector tag = unhex(vector.tag);
        EXPECT_TRUE(transform_of(vector)->open({Ssrc{vector.ssrc}, vector.index, header, payload, tag}))
            << vector.name;
        EXPECT_EQ(payload, unhex(vector.plain)) << vector.name;
    }
}

TEST(AesGcm, OpensNothingUnderAnotherIndexOrSsrc) {
    for (const Vector& vector : kVectors) {
        const ByteVector header = unhex(vector.header);
        ByteVector tag = unhex(vector.tag);
        ByteVector payload = unhex(vector.cipher);
        EXPECT_FALSE(
            transform_of(vector)->open({Ssrc{vector.ssrc}, vector.index + 0x10000, header, payload, tag}));
        payload = unhex(vector.cipher);
        EXPECT_FALSE(transform_of(vector)->open({Ssrc{vector.ssrc + 1}, vector.index, header, payload, tag}));
    }
}

}  // namespace
}  // namespace legroom::srtp
