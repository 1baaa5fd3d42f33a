#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/srtp_profile.hpp"
#include "srtp/error.hpp"

namespace legroom::srtp {

/// Protects what one peer is sent: SRTP and SRTCP under one master key (RFC 3711, RFC 7714). Keeps a
/// roll-over counter and an SRTCP index per SSRC, for at most kMaxSsrcs (stream.hpp) of them. Cached cipher
/// contexts: no allocation per packet beyond `packet` itself. Not thread-safe.
class Sender {
public:
    /// Key or salt of the wrong length for the profile is an error.
    static Result<Sender> create(SrtpProfile profile, const SrtpMasterKey& master);
    ~Sender();
    Sender(Sender&&) noexcept;
    Sender& operator=(Sender&&) noexcept;

    /// Encrypts a whole RTP packet in place and appends the tag. False: `packet` is not to be sent, because
    /// it is no RTP packet, its SSRC is one too many, or its sequence number was used before or is 1024
    /// behind (two packets under one nonce would betray both). Wrapping past 65535 increments the ROC.
    [[nodiscard]] bool protect_rtp(ByteVector& packet);
    /// The same for a compound RTCP packet: encrypts, appends E flag, index and tag.
    [[nodiscard]] bool protect_rtcp(ByteVector& packet);

    /// Packets refused so far for this reason.
    [[nodiscard]] std::uint64_t refused(Error reason) const;

private:
    struct Impl;
    explicit Sender(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Checks and opens what one peer sends. Replay window of 1024 packets per SSRC, for SRTP and SRTCP each; the
/// number of SSRCs is capped at kMaxSsrcs (newcomers beyond it are refused, never the known ones forgotten).
/// State changes only after a packet has proved authentic. Not thread-safe.
///
/// SRTCP with E=0 is refused, although RFC 3711 §3.4 lets a sender leave RTCP in the clear: no WebRTC
/// endpoint may (RFC 8827 §6.5), so such a packet is a mistake or a trick.
class Receiver {
public:
    static Result<Receiver> create(SrtpProfile profile, const SrtpMasterKey& master);
    ~Receiver();
    Receiver(Receiver&&) noexcept;
    Receiver& operator=(Receiver&&) noexcept;

    /// Decrypts in place; the result is the plain packet, a prefix of `packet`. Errors (see error.hpp):
    /// truncated, not_rtp, bad_tag, replayed, too_many_ssrcs. The bytes of a refused packet are garbage.
    [[nodiscard]] Result<Bytes> unprotect_rtp(MutableBytes packet);
    /// The same; and unencrypted.
    [[nodiscard]] Result<Bytes> unprotect_rtcp(MutableBytes packet);

    /// Packets refused so far for this reason.
    [[nodiscard]] std::uint64_t refused(Error reason) const;

private:
    struct Impl;
    explicit Receiver(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::srtp
