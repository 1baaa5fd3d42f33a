#include "srtp/big_endian.hpp"
#include "srtp/packet_header.hpp"
#include "srtp/session.hpp"
#include "srtp/session_state.hpp"

namespace legroom::srtp {

struct Sender::Impl {
    SessionState state;

    Result<void> protect_rtp(ByteVector& packet);
    Result<void> protect_rtcp(ByteVector& packet);
    bool counted(const Result<void>& done);
};

// The index is marked as used before sealing: even if sealing failed half-way, the nonce is spent.
Result<void> Sender::Impl::protect_rtp(ByteVector& packet) {
    const auto header = read_rtp_header(packet);
    if (!header) return header.error();
    const auto index = state.streams.place_rtp(header->ssrc, header->sequence);
    if (!index) return index.error();
    state.streams.mark_rtp(header->ssrc, *index);

    const std::size_t plain = packet.size();
    packet.resize(plain + state.rtp->tag_length());
    const MutableBytes all{packet};
    const PacketParts parts{header->ssrc, *index, all.first(header->length),
                            all.subspan(header->length, plain - header->length), all.subspan(plain)};
    if (!state.rtp->seal(parts)) return Error::cipher_failed;
    return {};
}

Result<void> Sender::Impl::protect_rtcp(ByteVector& packet) {
    const auto ssrc = read_rtcp_ssrc(packet);
    if (!ssrc) return ssrc.error();
    const auto index = state.streams.next_rtcp(*ssrc);
    if (!index) return index.error();
    state.streams.mark_rtcp(*ssrc, *index);

    const std::size_t plain = packet.size();
    const std::size_t tag = state.rtcp->tag_length();
    const bool tag_first = state.rtcp->tag_precedes_index();
    packet.resize(plain + tag + kIndexLength);
    const MutableBytes all{packet};
    store_big_endian(all.subspan(tag_first ? plain + tag : plain, kIndexLength), kEncryptedFlag | *index);
    const PacketParts parts{*ssrc, *index, all.first(kRtcpHeaderLength),
                            all.subspan(kRtcpHeaderLength, plain - kRtcpHeaderLength),
                            all.subspan(tag_first ? plain : plain + kIndexLength, tag)};
    if (!state.rtcp->seal(parts)) return Error::cipher_failed;
    return {};
}

bool Sender::Impl::counted(const Result<void>& done) {
    if (!done) state.refused.count(done.error());
    return done.has_value();
}

Sender::Sender(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sender::~Sender() = default;
Sender::Sender(Sender&&) noexcept = default;
Sender& Sender::operator=(Sender&&) noexcept = default;

Result<Sender> Sender::create(SrtpProfile profile, const SrtpMasterKey& master) {
    auto state = SessionState::create(profile, master);
    if (!state) return state.error();
    return Sender{std::make_unique<Impl>(Impl{std::move(*state)})};
}

bool Sender::protect_rtp(ByteVector& packet) { return impl_->counted(impl_->protect_rtp(packet)); }
bool Sender::protect_rtcp(ByteVector& packet) { return impl_->counted(impl_->protect_rtcp(packet)); }
std::uint64_t Sender::refused(Error reason) const { return impl_->state.refused.of(reason); }

}  // namespace legroom::srtp
