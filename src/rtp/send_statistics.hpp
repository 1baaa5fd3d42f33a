#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "base/units.hpp"
#include "rtp/packet.hpp"
#include "rtp/rtcp.hpp"

namespace legroom::rtp {

/// What we sent on one stream, for sender reports, and what the peer's reports say of it (RFC 3550 §6.4.1).
/// Owns no clock; the same thread for every call.
class SendStatistics {
public:
    /// `clock_rate` is the stream's, Hz, not 0.
    SendStatistics(Ssrc ssrc, std::uint32_t clock_rate) : ssrc_(ssrc), clock_rate_(clock_rate) {}

    /// Takes each packet as it is sent; `octets` is its payload alone.
    void on_packet(Instant now, const Header& header, std::size_t octets);

    /// For a sender report said at `now`, which is `ntp` on the wall clock: the RTP timestamp of the same
    /// moment is reckoned on from the last packet. All zero but `ntp` before the first packet.
    [[nodiscard]] SenderInfo sender_info(Instant now, NtpTime ntp) const;

    /// Takes a report block of the peer about this stream; one about another is ignored. Gives the round
    /// trip it shows (RFC 3550 §6.4.1, A.8): nullopt without LSR, or when the figures make no sense.
    std::optional<Duration> on_report_block(NtpTime now, const ReportBlock& block);

    [[nodiscard]] Ssrc ssrc() const { return ssrc_; }
    [[nodiscard]] std::uint64_t packets_sent() const { return packets_; }
    [[nodiscard]] std::uint64_t octets_sent() const { return octets_; }
    [[nodiscard]] std::optional<Duration> round_trip() const { return round_trip_; }  ///< The latest.
    [[nodiscard]] const std::optional<ReportBlock>& last_report() const { return last_report_; }

private:
    Ssrc ssrc_;
    std::uint32_t clock_rate_;
    std::uint64_t packets_ = 0;
    std::uint64_t octets_ = 0;
    Instant last_sent_{};
    std::uint32_t last_timestamp_ = 0;
    std::optional<Duration> round_trip_;
    std::optional<ReportBlock> last_report_;
};

}  // namespace legroom::rtp
