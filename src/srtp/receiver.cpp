#include "srtp/big_endian.hpp"
#include "srtp/packet_header.hpp"
#include "srtp/session.hpp"
#include "srtp/session_state.hpp"

namespace legroom::srtp {

struct Receiver::Impl {
    SessionState state;

    Result<Bytes> unprotect_rtp(MutableBytes packet);
    Result<Bytes> unprotect_rtcp(MutableBytes packet);
    Result<Bytes> counted(Result<Bytes> opened);
};

namespace {

/// An SRTCP packet's end, in whichever order the transform has it.
struct RtcpTrailer {
    std::uint32_t index_word;  ///< E flag and index
    MutableBytes tag;
};

RtcpTrailer read_trailer(MutableBytes packet, const Transform& transform) {
    const std::size_t tag = transform.tag_length();
    const MutableBytes end = packet.last(kIndexLength + tag);
    if (transform.tag_precedes_index()) return {ByteReader{end.last(kIndexLength)}.u32(), end.first(tag)};
    return {ByteReader{end.first(kIndexLength)}.u32(), end.last(tag)};
}

}  // namespace

Result<Bytes> Receiver::Impl::unprotect_rtp(MutableBytes packet) {
    const auto header = read_rtp_header(packet);
    if (!header) return header.error();
    const std::size_t tag = state.rtp->tag_length();
    if (packet.size() < header->length + tag) return Error::truncated;
    const auto index = state.streams.place_rtp(header->ssrc, header->sequence);
    if (!index) return index.error();

    const MutableBytes plain = packet.first(packet.size() - tag);
    const PacketParts parts{header->ssrc, *index, plain.first(header->length), plain.subspan(header->length),
                            packet.last(tag)};
    if (!state.rtp->open(parts)) return Error::bad_tag;
    state.streams.mark_rtp(header->ssrc, *index);
    return Bytes{plain};
}

Result<Bytes> Receiver::Impl::unprotect_rtcp(MutableBytes packet) {
    const auto ssrc = read_rtcp_ssrc(packet);
    if (!ssrc) return ssrc.error();
    const std::size_t added = kIndexLength + state.rtcp->tag_length();
    if (packet.size() < kRtcpHeaderLength + added) return Error::truncated;
    const RtcpTrailer trailer = read_trailer(packet, *state.rtcp);
    if ((trailer.index_word & kEncryptedFlag) == 0) return Error::unencrypted;
    const auto index = state.streams.place_rtcp(*ssrc, trailer.index_word & ~kEncryptedFlag);
    if (!index) return index.error();

    const MutableBytes plain = packet.first(packet.size() - added);
    const PacketParts parts{*ssrc, *index, plain.first(kRtcpHeaderLength), plain.subspan(kRtcpHeaderLength),
                            trailer.tag};
    if (!state.rtcp->open(parts)) return Error::bad_tag;
    state.streams.mark_rtcp(*ssrc, *index);
    return Bytes{plain};
}

Result<Bytes> Receiver::Impl::counted(Result<Bytes> opened) {
    if (!opened) state.refused.count(opened.error());
    return opened;
}

Receiver::Receiver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Receiver::~Receiver() = default;
Receiver::Receiver(Receiver&&) noexcept = default;
Receiver& Receiver::operator=(Receiver&&) noexcept = default;

Result<Receiver> Receiver::create(SrtpProfile profile, const SrtpMasterKey& master) {
    auto state = SessionState::create(profile, master);
    if (!state) return state.error();
    return Receiver{std::make_unique<Impl>(Impl{std::move(*state)})};
}

Result<Bytes> Receiver::unprotect_rtp(MutableBytes packet) {
    return impl_->counted(impl_->unprotect_rtp(packet));
}
Result<Bytes> Receiver::unprotect_rtcp(MutableBytes packet) {
    return impl_->counted(impl_->unprotect_rtcp(packet));
}
std::uint64_t Receiver::refused(Error reason) const { return impl_->state.refused.of(reason); }

}  // namespace legroom::srtp
