#include "srtp/packet_header.hpp"

#include "srtp/error.hpp"

namespace legroom::srtp {
namespace {

bool is_version_2(std::uint8_t first) { return first >> 6 == 2; }

}  // namespace

Result<RtpHeader> read_rtp_header(Bytes packet) {
    //  0 1 2 3 4     8           16                   32          RFC 3550 §5.1
    // |V=2|P|X|  CC  |M|    PT    |  sequence number  |
    // |   timestamp (32)   |   SSRC (32)   |   CC CSRCs of 32   |
    // |  X: profile (16)   |  length in words (16)   |  the words |
    ByteReader in{packet};
    RtpHeader header;
    const std::uint8_t first = in.u8();
    in.skip(1);
    header.sequence = in.u16();
    in.skip(4);
    header.ssrc = Ssrc{in.u32()};
    in.skip(std::size_t{4} * (first & 0x0fU));
    if ((first & 0x10U) != 0) {
        in.skip(2);
        in.skip(std::size_t{4} * in.u16());
    }

    if (!in.ok()) return Error::truncated;
    if (!is_version_2(first)) return Error::not_rtp;
    header.length = packet.size() - in.rest().size();
    return header;
}

Result<Ssrc> read_rtcp_ssrc(Bytes packet) {
    ByteReader in{packet};
    const std::uint8_t first = in.u8();
    in.skip(3);
    const Ssrc ssrc{in.u32()};

    if (!in.ok()) return Error::truncated;
    if (!is_version_2(first)) return Error::not_rtp;
    return ssrc;
}

}  // namespace legroom::srtp
