#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/srtp_profile.hpp"
#include "base/units.hpp"

/// What the tests of this folder share.
namespace legroom::srtp::test {

inline constexpr SrtpProfile kProfiles[] = {SrtpProfile::aes128_cm_sha1_80, SrtpProfile::aead_aes_128_gcm,
                                            SrtpProfile::aead_aes_256_gcm};

/// Hexadecimal digits in any case; blanks between them do not count.
inline ByteVector unhex(std::string_view text) {
    ByteVector bytes;
    int digits = 0;
    for (const char c : text) {
        if (c == ' ') continue;
        const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        if (digits++ % 2 == 0) bytes.push_back(0);
        bytes.back() = static_cast<std::uint8_t>(bytes.back() << 4 | digit);
    }
    return bytes;
}

inline ByteVector random_bytes(Random& random, std::size_t count) {
    ByteVector bytes(count);
    random.fill(bytes);
    return bytes;
}

inline SrtpMasterKey master_key(SrtpProfile profile, Random& random) {
    const std::size_t key = profile == SrtpProfile::aead_aes_256_gcm ? 32 : 16;
    const std::size_t salt = profile == SrtpProfile::aes128_cm_sha1_80 ? 14 : 12;
    return {random_bytes(random, key), random_bytes(random, salt)};
}

/// An RTP packet as simple as they come.
inline ByteVector rtp_packet(Ssrc ssrc, std::uint16_t sequence, std::size_t payload = 20) {
    ByteVector packet;
    ByteWriter out{packet};
    out.u16(0x8060);
    out.u16(sequence);
    out.u32(sequence * 960U);
    out.u32(static_cast<std::uint32_t>(ssrc));
    for (std::size_t i = 0; i < payload; ++i) out.u8(static_cast<std::uint8_t>(i));
    return packet;
}

/// A receiver report with one report block.
inline ByteVector rtcp_packet(Ssrc ssrc) {
    ByteVector packet;
    ByteWriter out{packet};
    out.u32(0x81c9'0007);
    out.u32(static_cast<std::uint32_t>(ssrc));
    for (std::uint32_t word = 0; word < 6; ++word) out.u32(word * 0x0101'0101U);
    return packet;
}

/// Any number of CSRCs, an extension or none, a payload of any length up to an MTU's.
inline ByteVector random_rtp(Random& random, Ssrc ssrc, std::uint16_t sequence) {
    const std::uint32_t csrcs = random.below(4) == 0 ? random.below(16) : 0;
    const bool extension = random.below(2) == 0;
    ByteVector packet;
    ByteWriter out{packet};
    out.u8(static_cast<std::uint8_t>(0x80U | (extension ? 0x10U : 0U) | csrcs));
    out.u8(static_cast<std::uint8_t>(random.below(256)));
    out.u16(sequence);
    out.u32(random.u32());
    out.u32(static_cast<std::uint32_t>(ssrc));
    out.bytes(random_bytes(random, std::size_t{4} * csrcs));
    if (extension) {
        const auto words = static_cast<std::uint16_t>(random.below(6));
        out.u16(0xbede);
        out.u16(words);
        out.bytes(random_bytes(random, std::size_t{4} * words));
    }
    out.bytes(random_bytes(random, random.below(1100)));
    return packet;
}

}  // namespace legroom::srtp::test
