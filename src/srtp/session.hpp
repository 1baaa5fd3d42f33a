#pragma once

#include <memory>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/srtp_profile.hpp"

namespace legroom::srtp {

/// Protects what one peer is sent: SRTP and SRTCP under one master key (RFC 3711, RFC 7714). Keeps a
/// roll-over counter per SSRC. Cached cipher contexts: no allocation per packet beyond `packet` itself.
class Sender {
public:
    /// Key or salt of the wrong length for the profile is an error.
    static Result<Sender> create(SrtpProfile profile, const SrtpMasterKey& master);
    ~Sender();
    Sender(Sender&&) noexcept;
    Sender& operator=(Sender&&) noexcept;

    /// Encrypts a whole RTP packet in place and appends the tag. False: not an RTP packet; `packet` is
    /// then not to be sent.
    [[nodiscard]] bool protect_rtp(ByteVector& packet);
    /// The same for a compound RTCP packet: encrypts, appends E flag, index and tag.
    [[nodiscard]] bool protect_rtcp(ByteVector& packet);

private:
    struct Impl;
    explicit Sender(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Checks and opens what one peer sends. Replay window 1024 packets per SSRC; the number of SSRCs is
/// capped (newcomers beyond it are refused, never the known ones forgotten). State changes only after a packet has proved authentic.
class Receiver {
public:
    static Result<Receiver> create(SrtpProfile profile, const SrtpMasterKey& master);
    ~Receiver();
    Receiver(Receiver&&) noexcept;
    Receiver& operator=(Receiver&&) noexcept;

    /// Decrypts in place; the result is the plain packet, a prefix of `packet`. Errors (see error.hpp):
    /// truncated, bad_tag, replayed, too_many_ssrcs.
    [[nodiscard]] Result<Bytes> unprotect_rtp(MutableBytes packet);
    [[nodiscard]] Result<Bytes> unprotect_rtcp(MutableBytes packet);

private:
    struct Impl;
    explicit Receiver(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::srtp
