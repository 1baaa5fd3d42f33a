#include "stun/message.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "stun/builder.hpp"

#include "stun/vectors_test_data.hpp"

namespace legroom::stun {
namespace {

using vectors::unhex;

constexpr std::string_view kId = "0102030405060708090a0b0c";

/// A Binding request with these attribute bytes.
ByteVector request_with(std::string_view attributes) {
    ByteVector bytes = unhex("0001 0000 2112a442");
    const ByteVector id = unhex(kId);
    const ByteVector rest = unhex(attributes);
    bytes.insert(bytes.end(), id.begin(), id.end());
    bytes.insert(bytes.end(), rest.begin(), rest.end());
    ByteWriter{bytes}.patch_u16(2, static_cast<std::uint16_t>(rest.size()));
    return bytes;
}

struct VectorCase {
    const char* name;
    ByteVector datagram;
    error_code error;
};

// clang-format off
const VectorCase kVectorCases[] = {
    {"binding request",               unhex("0001 0000 2112a442 0102030405060708090a0b0c"), {}},
    {"empty",                         {}, Error::truncated},
    {"one byte short of a header",    unhex("0001 0000 2112a442 0102030405060708090a0b"), Error::truncated},
    {"length too long",               unhex("0001 0004 2112a442 0102030405060708090a0b0c"), Error::truncated},
    {"length too short",              unhex("0001 0000 2112a442 0102030405060708090a0b0c 80220000"), Error::truncated},
    {"length not of whole words",     unhex("0001 0002 2112a442 0102030405060708090a0b0c 8022"), Error::truncated},
    {"wrong cookie",                  unhex("0001 0000 2112a443 0102030405060708090a0b0c"), Error::not_stun},
    {"DTLS's first byte",             unhex("1601 0000 2112a442 0102030405060708090a0b0c"), {}},  // a method of its own
    {"RTP's first byte",              unhex("8001 0000 2112a442 0102030405060708090a0b0c"), Error::not_stun},
    {"TURN channel data",             unhex("4001 0000 2112a442 0102030405060708090a0b0c"), Error::not_stun},
    {"half an attribute header",      request_with("8022 00"), Error::truncated},
    {"attribute beyond the end",      request_with("8022 0008 01020304"), Error::truncated},
    {"attribute of 65535 bytes",      request_with("8022 ffff 01020304"), Error::truncated},
    {"padding missing",               request_with("8022 0003 010203"), Error::truncated},
    {"padding of ones",               request_with("8022 0003 010203 ff"), {}},
    {"unknown optional",              request_with("c057 0004 00000032"), {}},
    {"unknown required",              request_with("0077 0004 00000032"), {}},
    {"PRIORITY of 3 bytes",           request_with("0024 0003 010203 00"), Error::bad_attribute},
    {"PRIORITY of 8 bytes",           request_with("0024 0008 0102030405060708"), Error::bad_attribute},
    {"USE-CANDIDATE with a value",    request_with("0025 0004 00000000"), Error::bad_attribute},
    {"ICE-CONTROLLED of 4 bytes",     request_with("8029 0004 00000000"), Error::bad_attribute},
    {"ICE-CONTROLLING of 12 bytes",   request_with("802a 000c 000000000000000000000000"), Error::bad_attribute},
    {"mapped address, family 3",      request_with("0020 0008 0003a147e112a643"), Error::bad_attribute},
    {"mapped address, v4 of 16 bytes", request_with("0020 0014 0001a1470113a9faa5d3f179bc25f4b5bed2b9d9"), Error::bad_attribute},
    {"mapped address, v6 of 4 bytes", request_with("0020 0008 0002a147e112a643"), Error::bad_attribute},
    {"peer address, family 3",        request_with("0012 0008 0003a147e112a643"), Error::bad_attribute},
    {"relayed address of 2 bytes",    request_with("0016 0002 0001 0000"), Error::bad_attribute},
    {"CHANNEL-NUMBER of 2 bytes",     request_with("000c 0002 4000 0000"), Error::bad_attribute},
    {"LIFETIME of 8 bytes",           request_with("000d 0008 0000000000000258"), Error::bad_attribute},
    {"REQUESTED-TRANSPORT of 1 byte", request_with("0019 0001 11 000000"), Error::bad_attribute},
    {"family of 8 bytes",             request_with("0017 0008 0100000000000000"), Error::bad_attribute},
    {"ALTERNATE-SERVER",              request_with("8023 0008 0001a147e112a643"), {}},
    {"ALTERNATE-DOMAIN of nothing",   request_with("8003 0000"), {}},
    {"PASSWORD-ALGORITHMS",           request_with("8002 0008 0002000000010000"), {}},
    {"mapped address, empty",         request_with("0020 0000"), Error::bad_attribute},
    {"ERROR-CODE of 3 bytes",         request_with("0009 0003 000004 00"), Error::bad_attribute},
    {"ERROR-CODE 199",                request_with("0009 0004 00000163"), Error::bad_attribute},
    {"ERROR-CODE 700",                request_with("0009 0004 00000700"), Error::bad_attribute},
    {"ERROR-CODE number 100",         request_with("0009 0004 00000464"), Error::bad_attribute},
    {"UNKNOWN-ATTRIBUTES of 3 bytes", request_with("000a 0003 001800 00"), Error::bad_attribute},
    {"MESSAGE-INTEGRITY of 16 bytes", request_with("0008 0010 00000000000000000000000000000000"), Error::bad_attribute},
    {"FINGERPRINT of 8 bytes",        request_with("8028 0008 0000000000000000"), Error::bad_fingerprint},
    {"FINGERPRINT of zeros",          request_with("8028 0004 00000000"), Error::bad_fingerprint},
};
// clang-format on

TEST(Message, RefusesWhatIsMalformed) {
    for (const VectorCase& one : kVectorCases) {
        const auto message = Message::parse(one.datagram);
        EXPECT_EQ(message.has_error() ? message.error() : error_code{}, one.error) << one.name;
    }
}

Builder request() { return Builder{Header{}}; }

TEST(Message, RefusesWhatIsLongerThanAMessage) {
    const std::string name(700, 'x');
    ByteVector bytes = request().text(Attribute::software, name).text(Attribute::realm, name).take();
    EXPECT_TRUE(Message::parse(bytes));
    Builder longer = request();
    for (int i = 0; i < 3; ++i) longer.text(Attribute::software, name);
    bytes = longer.take();
    EXPECT_EQ(Message::parse(bytes).error(), Error::too_long);
}

TEST(Message, RefusesAnOverlongUsername) {
    ByteVector bytes = request().text(Attribute::username, std::string(508, 'u')).take();
    EXPECT_TRUE(Message::parse(bytes));
    bytes = request().text(Attribute::username, std::string(509, 'u')).take();
    EXPECT_EQ(Message::parse(bytes).error(), Error::bad_attribute);
}

TEST(Message, NamesUnknownRequiredAttributesUpToItsMaximum) {
    Builder out = request();
    for (std::uint16_t type = 0x7000; type < 0x7000 + 2 * kMaxUnknownAttributes; ++type)
        out.attribute(type, {});
    const ByteVector bytes = out.attribute(0xc057, {}).take();
    const auto message = Message::parse(bytes);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->unknown_required.size(), kMaxUnknownAttributes);
    EXPECT_EQ(message->unknown_required.front(), 0x7000);
}

TEST(Message, TakesTheFirstOfTwoEqualAttributes) {
    const ByteVector bytes = request().priority(1).priority(2).take();
    EXPECT_EQ(Message::parse(bytes)->priority, 1U);
}

TEST(Message, IgnoresWhatFollowsTheIntegrity) {
    auto key = IntegrityKey::short_term("secret");
    const ByteVector bytes = request()
                                 .priority(1)
                                 .message_integrity(key)
                                 .use_candidate()
                                 .text(Attribute::username, "a:b")
                                 .attribute(0x7777, {})
                                 .fingerprint()
                                 .take();
    const auto message = Message::parse(bytes);
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->verify_ice(key));
    EXPECT_FALSE(message->use_candidate);
    EXPECT_FALSE(message->username);
    EXPECT_TRUE(message->unknown_required.empty());
}

TEST(Message, RefusesAttributesAfterTheFingerprint) {
    const ByteVector bytes = request().fingerprint().priority(1).take();
    EXPECT_EQ(Message::parse(bytes).error(), Error::bad_fingerprint);
}

TEST(Message, KnowsAWrongPassword) {
    auto key = IntegrityKey::short_term("right");
    auto wrong = IntegrityKey::short_term("wrong");
    auto empty = IntegrityKey::short_term("");
    const ByteVector bytes = request().message_integrity(key).fingerprint().take();
    const auto message = Message::parse(bytes);
    EXPECT_TRUE(message->verify_ice(key));
    EXPECT_EQ(message->verify_ice(wrong).error(), Error::bad_integrity);
    EXPECT_EQ(message->verify_ice(empty).error(), Error::bad_integrity);
    EXPECT_TRUE(message->verify_ice(key)) << "a key is good for any number of messages";
    const ByteVector naked = request().fingerprint().take();
    EXPECT_EQ(Message::parse(naked)->verify_ice(key).error(), Error::no_integrity);
}

TEST(Message, ReadsWhatTheBuilderWrites) {
    const Header header{Class::error, kBinding, {9, 8, 7}};
    const std::array<std::uint16_t, 3> unknown{0x18, 0x7777, 0x19};
    const ByteVector bytes = Builder{header}
                                 .error(420, "Unknown Attribute")
                                 .unknown_attributes(unknown)
                                 .controlling(~std::uint64_t{0})
                                 .use_candidate()
                                 .fingerprint()
                                 .take();
    const auto message = Message::parse(bytes);
    ASSERT_TRUE(message) << message.error().message();
    EXPECT_EQ(message->header, header);
    EXPECT_EQ(message->error, (ErrorCode{420, "Unknown Attribute"}));
    EXPECT_EQ(message->refused_attributes, std::vector<std::uint16_t>(unknown.begin(), unknown.end()));
    EXPECT_EQ(message->controlling, ~std::uint64_t{0});
    EXPECT_TRUE(message->use_candidate);
}

TEST(Message, ReadsTheAttributesOfTurn) {  // RFC 8656 §18
    const Endpoint peer = *Endpoint::parse("203.0.113.9:49152");
    const Endpoint relayed = *Endpoint::parse("[2001:db8::7]:50000");
    const ByteVector payload = unhex("00112233445566");
    const ByteVector bytes = Builder{{Class::indication, kData, {1, 2, 3}}}
                                 .xor_peer_address(peer)
                                 .xor_relayed_address(relayed)
                                 .data(payload)
                                 .channel_number(0x4001)
                                 .lifetime(std::chrono::seconds{0xffffffff})
                                 .requested_transport(kTransportUdp)
                                 .requested_family(kFamilyV6)
                                 .take();
    const auto message = Message::parse(bytes);
    ASSERT_TRUE(message) << message.error().message();
    EXPECT_EQ(message->header.method, kData);
    EXPECT_EQ(message->peer_address, peer);
    EXPECT_EQ(message->relayed_address, relayed);
    ASSERT_TRUE(message->data);
    EXPECT_EQ(ByteVector(message->data->begin(), message->data->end()), payload);
    EXPECT_EQ(message->channel_number, 0x4001);
    EXPECT_EQ(message->lifetime, std::chrono::seconds{0xffffffff});
    EXPECT_EQ(message->requested_transport, kTransportUdp);
    EXPECT_EQ(message->requested_family, kFamilyV6);
    EXPECT_TRUE(message->unknown_required.empty());
}

/// As they stand on the wire, from the pictures in the RFC rather than from our own builder.
TEST(Message, ReadsTurnAttributesFromTheirPictures) {
    const ByteVector bytes = request_with(
        "0019 0004 11000000 0017 0004 02000000 000d 0004 00000258 000c 0004 7fff0000"
        "0012 0008 0001 e112 e112a643");
    const auto message = Message::parse(bytes);
    ASSERT_TRUE(message) << message.error().message();
    EXPECT_EQ(message->requested_transport, 17);
    EXPECT_EQ(message->requested_family, 2);
    EXPECT_EQ(message->lifetime, std::chrono::seconds{600});
    EXPECT_EQ(message->channel_number, 0x7fff);
    EXPECT_EQ(message->peer_address, *Endpoint::parse("192.0.2.1:49152"));
}

TEST(Message, EveryTypeIsClassAndMethod) {
    for (unsigned type = 0; type < 0x4000; ++type) {
        ByteVector bytes = unhex("0000 0000 2112a442 0102030405060708090a0b0c");
        ByteWriter{bytes}.patch_u16(0, static_cast<std::uint16_t>(type));
        const auto header = peek_header(bytes);
        ASSERT_TRUE(header);
        EXPECT_EQ(Builder{*header}.take(), bytes);
    }
}

TEST(Demultiplexing, FindsTheLocalUfragWithoutVerifying) {
    const ByteVector bytes = unhex(vectors::kRequest);
    EXPECT_EQ(local_ufrag(bytes), "evtj");
    EXPECT_EQ(local_ufrag(unhex(vectors::kResponseV4)), std::nullopt);
    EXPECT_EQ(local_ufrag(unhex(vectors::kLongTermRequest)), std::nullopt) << "no colon in it";
    EXPECT_EQ(local_ufrag(request_with("8022 0008 01020304")), std::nullopt);
    EXPECT_EQ(local_ufrag(request_with("0006 0004 3a626364")), "") << "nobody's ufrag is empty";
    EXPECT_EQ(local_ufrag({}), std::nullopt);
}

TEST(Demultiplexing, FindsTheTransaction) {
    const ByteVector bytes = unhex(vectors::kResponseV4);
    EXPECT_EQ(transaction_tag(bytes), 0xb7e7a701U);
    EXPECT_EQ(peek_header(bytes)->kind, Class::success);
    EXPECT_EQ(transaction_tag(Bytes{bytes}.first(19)), std::nullopt);
}

TEST(Demultiplexing, ReadsAnyGarbage) {
    SeededRandom random{1};
    auto key = IntegrityKey::short_term(vectors::kPassword);
    const ByteVector whole = unhex(vectors::kRequest);
    for (int round = 0; round < 20'000; ++round) {
        ByteVector bytes = whole;
        for (std::uint32_t i = 0; i < 3; ++i) {
            bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] =
                static_cast<std::uint8_t>(random.u32());
        }
        bytes.resize(random.below(static_cast<std::uint32_t>(bytes.size() + 1)));
        const auto ufrag = local_ufrag(bytes);
        EXPECT_LE(ufrag.value_or("").size(), bytes.size());
        const auto message = Message::parse(bytes);
        EXPECT_FALSE(message && message->verify_ice(key) && bytes != whole) << round;
    }
}

}  // namespace
}  // namespace legroom::stun
