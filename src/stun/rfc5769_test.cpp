#include <gtest/gtest.h>
#include <map>

#include "stun/builder.hpp"
#include "stun/message.hpp"

#include "stun/vectors_test_data.hpp"

namespace legroom::stun {
namespace {

using namespace vectors;

constexpr std::uint8_t kSpaces = ' ';  // the padding of §2.1 to §2.3

const Endpoint kMappedV4 = *Endpoint::parse("192.0.2.1:32853");
const Endpoint kMappedV6 = *Endpoint::parse("[2001:db8:1234:5678:11:2233:4455:6677]:32853");

IntegrityKey ice_key() { return IntegrityKey::short_term(kPassword); }
IntegrityKey long_term_key() { return IntegrityKey::long_term(kKatakanaUser, kRealm, kLongTermPassword); }

Header header_of(std::string_view vector) { return *peek_header(unhex(vector)); }

TEST(Rfc5769, ReadsTheRequest) {
    const ByteVector bytes = unhex(kRequest);
    const auto message = Message::parse(bytes);
    ASSERT_TRUE(message) << message.error().message();
    EXPECT_EQ(message->header.kind, Class::request);
    EXPECT_EQ(message->header.method, kBinding);
    EXPECT_EQ(message->software, "STUN test client");
    EXPECT_EQ(message->priority, 0x6e0001ffU);
    EXPECT_EQ(message->controlled, 0x932ff9b151263b36U);
    EXPECT_EQ(message->controlling, std::nullopt);
    EXPECT_EQ(message->username, "evtj:h6vY");
    EXPECT_FALSE(message->use_candidate);
    EXPECT_TRUE(message->unknown_required.empty());
    auto key = ice_key();
    EXPECT_TRUE(message->verify_ice(key));
}

TEST(Rfc5769, ReadsTheResponses) {
    for (const auto& [vector, mapped] : {std::pair{kResponseV4, kMappedV4}, {kResponseV6, kMappedV6}}) {
        const ByteVector bytes = unhex(vector);
        const auto message = Message::parse(bytes);
        ASSERT_TRUE(message) << message.error().message();
        EXPECT_EQ(message->header.kind, Class::success);
        EXPECT_EQ(message->software, "test vector");
        EXPECT_EQ(message->mapped_address, mapped);
        auto key = ice_key();
        EXPECT_TRUE(message->verify_ice(key));
    }
}

TEST(Rfc5769, ReadsTheLongTermRequest) {
    const ByteVector bytes = unhex(kLongTermRequest);
    const auto message = Message::parse(bytes);
    ASSERT_TRUE(message) << message.error().message();
    EXPECT_EQ(message->username, kKatakanaUser);
    EXPECT_EQ(message->realm, kRealm);
    EXPECT_EQ(message->nonce, kNonce);
    auto key = long_term_key();
    EXPECT_TRUE(message->verify_integrity(key));
    EXPECT_EQ(message->verify_ice(key).error(), Error::no_fingerprint);
}

TEST(Rfc5769, WritesTheRequest) {
    auto key = ice_key();
    Builder out{header_of(kRequest), kSpaces};
    out.text(Attribute::software, "STUN test client").priority(0x6e0001ff).controlled(0x932ff9b151263b36);
    out.text(Attribute::username, "evtj:h6vY").message_integrity(key).fingerprint();
    EXPECT_EQ(out.take(), unhex(kRequest));
}

TEST(Rfc5769, WritesTheResponses) {
    for (const auto& [vector, mapped] : {std::pair{kResponseV4, kMappedV4}, {kResponseV6, kMappedV6}}) {
        auto key = ice_key();
        Builder out{header_of(vector), kSpaces};
        out.text(Attribute::software, "test vector").xor_mapped_address(mapped);
        out.message_integrity(key).fingerprint();
        EXPECT_EQ(out.take(), unhex(vector));
    }
}

TEST(Rfc5769, WritesTheLongTermRequest) {
    auto key = long_term_key();
    Builder out{header_of(kLongTermRequest)};
    out.text(Attribute::username, kKatakanaUser).text(Attribute::nonce, kNonce);
    out.text(Attribute::realm, kRealm).message_integrity(key);
    EXPECT_EQ(out.take(), unhex(kLongTermRequest));
}

/// What becomes of a datagram: parsed and verified as its user would.
error_code verdict(Bytes bytes, IntegrityKey& key, bool ice) {
    const auto message = Message::parse(bytes);
    if (!message) return message.error();
    const auto verified = ice ? message->verify_ice(key) : message->verify_integrity(key);
    return verified ? error_code{} : verified.error();
}

/// Flips every bit of the vector, one at a time, and counts the reasons of refusal.
std::map<Error, int> refusals_of_flips(std::string_view vector, IntegrityKey& key, bool ice) {
    std::map<Error, int> refusals;
    ByteVector bytes = unhex(vector);
    EXPECT_FALSE(verdict(bytes, key, ice));
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        const auto mask = static_cast<std::uint8_t>(0x80 >> bit % 8);
        bytes[bit / 8] ^= mask;
        const error_code error = verdict(bytes, key, ice);
        EXPECT_TRUE(error) << "accepted with bit " << bit << " flipped";
        ++refusals[static_cast<Error>(error.value())];
        bytes[bit / 8] ^= mask;
    }
    return refusals;
}

constexpr int kCookieAndZeroBits = 32 + 2;
constexpr int kLengthField = 16;

/// With FINGERPRINT a flip is mostly found by the CRC. What the CRC cannot see is FINGERPRINT's own type
/// (another attribute after MESSAGE-INTEGRITY is ignored, so there is no FINGERPRINT any more) and a length
/// grown so that its attribute swallows it. Lengths that do not fit are found before either.
TEST(Rfc5769, EveryFlippedBitIsRefused) {
    for (const std::string_view vector : {kRequest, kResponseV4, kResponseV6}) {
        auto key = ice_key();
        const auto refusals = refusals_of_flips(vector, key, true);
        EXPECT_EQ(refusals.at(Error::not_stun), kCookieAndZeroBits);
        EXPECT_GE(refusals.at(Error::truncated), kLengthField);
        EXPECT_GE(refusals.at(Error::no_fingerprint), 16);
        EXPECT_GT(refusals.at(Error::bad_fingerprint), static_cast<int>(unhex(vector).size()) * 8 / 2);
        EXPECT_EQ(refusals.count(Error::bad_integrity), 0U);
    }
}

TEST(Rfc5769, EveryFlippedBitIsRefusedByIntegrityWhereThereIsNoFingerprint) {
    auto key = long_term_key();
    const auto refusals = refusals_of_flips(kLongTermRequest, key, false);
    EXPECT_EQ(refusals.at(Error::not_stun), kCookieAndZeroBits);
    EXPECT_GE(refusals.at(Error::truncated), kLengthField);
    // MESSAGE-INTEGRITY's own type. One of its flips makes it USERNAME's second occurrence, and so on.
    EXPECT_LE(refusals.at(Error::no_integrity), 16);
    EXPECT_GT(refusals.at(Error::bad_integrity), static_cast<int>(unhex(kLongTermRequest).size()) * 8 / 2);
}

/// An attacker who flips a bit repairs the CRC too, for it has no key: then the HMAC finds it, or the walk
/// over the attributes does. Only FINGERPRINT itself lies outside the HMAC, and that one has to match.
TEST(Rfc5769, EveryFlippedBitIsRefusedEvenWithTheFingerprintRepaired) {
    for (const std::string_view vector : {kRequest, kResponseV4, kResponseV6}) {
        auto key = ice_key();
        ByteVector bytes = unhex(vector);
        const std::size_t crc_at = bytes.size() - kFingerprintSize;
        int by_integrity = 0;
        for (std::size_t bit = 0; bit < (crc_at - kAttributeHeaderSize) * 8; ++bit) {
            ByteVector forged = bytes;
            forged[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
            const std::uint32_t crc = fingerprint(Bytes{forged}.first(crc_at - kAttributeHeaderSize));
            forged.resize(crc_at);
            ByteWriter{forged}.u32(crc);
            const error_code error = verdict(forged, key, true);
            EXPECT_TRUE(error) << "accepted with bit " << bit << " flipped";
            by_integrity += error == Error::bad_integrity ? 1 : 0;
        }
        EXPECT_GT(by_integrity, static_cast<int>(bytes.size()) * 8 / 2);
    }
}

}  // namespace
}  // namespace legroom::stun
