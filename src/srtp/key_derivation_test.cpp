#include "srtp/key_derivation.hpp"

#include <gtest/gtest.h>

#include "srtp/aes_ctr.hpp"
#include "srtp/error.hpp"
#include "srtp/hmac_sha1.hpp"

#include "srtp/session_test_support.hpp"

namespace legroom::srtp {
namespace {

using test::unhex;

const SrtpMasterKey& rfc3711_master() {
    static const SrtpMasterKey master{unhex("E1F97A0D3E018BE0D64FA32C06DE4139"),
                                      unhex("0EC675AD498AFEEBB6960B3AABE6")};
    return master;
}

TEST(AesCtr, GivesTheKeyStreamOfRfc3711B2) {
    constexpr std::size_t kBlocks = 65282;
    AesCtr cipher{unhex("2B7E151628AED2A6ABF7158809CF4F3C")};
    AesCtr::Counter counter{};
    const ByteVector offset = unhex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000");
    std::copy(offset.begin(), offset.end(), counter.begin());
    ByteVector stream(kBlocks * 16);
    ASSERT_TRUE(cipher.apply(counter, stream));

    EXPECT_EQ(ByteVector(stream.begin(), stream.begin() + 48),
              unhex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB"
                    "41E95B3BB0A2E8DD477901E4FCA894C0"));
    EXPECT_EQ(ByteVector(stream.end() - 48, stream.end()),
              unhex("EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE"
                    "6A2CC3787889374FBEB4C81B17BA6C44"));
}

TEST(HmacSha1, Rfc2202) {
    const ByteVector key(20, 0x0b);
    const ByteVector want = unhex("b617318655057264e28bc0b6fb378c8ef146be00");
    const auto digest = HmacSha1{key}(as_bytes("Hi"), as_bytes(" "), as_bytes("There"));
    EXPECT_EQ(ByteVector(digest.begin(), digest.end()), want);

    const auto jefe = HmacSha1{as_bytes("Jefe")}(as_bytes("what do ya want for nothing?"), {}, {});
    EXPECT_EQ(ByteVector(jefe.begin(), jefe.end()), unhex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
}

TEST(KeyDerivation, GivesTheSessionKeysOfRfc3711B3) {
    EXPECT_EQ(derive(rfc3711_master(), Label::rtp_cipher, 16), unhex("C61E7A93744F39EE10734AFE3FF7A087"));
    EXPECT_EQ(derive(rfc3711_master(), Label::rtp_salt, 14), unhex("30CBBC08863D8C85D49DB34A9AE1"));
    EXPECT_EQ(derive(rfc3711_master(), Label::rtp_auth, 94),
              unhex("CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE"
                    "E049646C43D9327AD175578EF7227098 6371C10C9A369AC2F94A8C5FBCDDDC25"
                    "6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2"));
}

TEST(KeyDerivation, GivesEachFlowItsOwnKeys) {
    const auto rtp = derive_session_keys(SrtpProfile::aes128_cm_sha1_80, rfc3711_master(), Flow::rtp);
    const auto rtcp = derive_session_keys(SrtpProfile::aes128_cm_sha1_80, rfc3711_master(), Flow::rtcp);
    ASSERT_TRUE(rtp && rtcp);
    EXPECT_EQ(rtp->cipher, unhex("C61E7A93744F39EE10734AFE3FF7A087"));
    EXPECT_EQ(rtp->auth, unhex("CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA4"));
    EXPECT_NE(rtp->cipher, rtcp->cipher);
    EXPECT_NE(rtp->auth, rtcp->auth);
    EXPECT_NE(rtp->salt, rtcp->salt);
}

TEST(KeyDerivation, RefusesKeysTheProfileDoesNotHave) {
    const SrtpMasterKey cm{ByteVector(16), ByteVector(14)};
    const SrtpMasterKey gcm128{ByteVector(16), ByteVector(12)};
    const SrtpMasterKey gcm256{ByteVector(32), ByteVector(12)};
    const auto fits = [](SrtpProfile profile, const SrtpMasterKey& master) {
        return derive_session_keys(profile, master, Flow::rtp).has_value();
    };
    EXPECT_TRUE(fits(SrtpProfile::aes128_cm_sha1_80, cm));
    EXPECT_TRUE(fits(SrtpProfile::aead_aes_128_gcm, gcm128));
    EXPECT_TRUE(fits(SrtpProfile::aead_aes_256_gcm, gcm256));
    EXPECT_FALSE(fits(SrtpProfile::aes128_cm_sha1_80, gcm128));
    EXPECT_FALSE(fits(SrtpProfile::aead_aes_128_gcm, cm));
    EXPECT_FALSE(fits(SrtpProfile::aead_aes_128_gcm, gcm256));
    EXPECT_FALSE(fits(SrtpProfile::aead_aes_256_gcm, gcm128));
    EXPECT_FALSE(fits(SrtpProfile::aead_aes_256_gcm, {}));
    EXPECT_FALSE(fits(SrtpProfile{0x0002}, cm));
}

}  // namespace
}  // namespace legroom::srtp
