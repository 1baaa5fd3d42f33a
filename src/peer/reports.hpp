#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "rtp/receive_statistics.hpp"
#include "rtp/send_statistics.hpp"

namespace legroom::peer {

struct ReportsConfig {
    Ssrc ssrc{};            ///< Of the stream we send.
    std::string cname;      ///< RFC 7022: random, one per leg.
    Duration ntp_origin{};  ///< From 1900 to the Instant of zero, see rtp::to_ntp().
    std::uint32_t clock_rate = 48'000;
};

/// The RTCP of one peer: what we tell of both streams and what we are told (RFC 3550 §6). Makes and reads
/// plain compounds; protecting them is the peer's.
class Reports {
public:
    Reports(ReportsConfig config, Random& random);

    /// Media flows from now on: the first report is due within a second.
    void start(Instant now);
    [[nodiscard]] Instant deadline() const { return next_; }

    void on_sent(Instant now, Bytes plain_rtp);
    void on_received(Instant now, const rtp::Header& header);
    /// False: not RTCP. The peer's BYE is no end of a leg; DTLS and consent decide that.
    bool on_compound(Instant now, Bytes plain_rtcp);

    /// SR when we have sent since the last report, else RR; with SDES. Sets the next deadline.
    ByteVector compound(Instant now);
    /// The last one: with BYE.
    ByteVector goodbye(Instant now);

    [[nodiscard]] const std::optional<rtp::ReceiveStatistics>& incoming() const { return incoming_; }
    [[nodiscard]] const rtp::SendStatistics& outgoing() const { return outgoing_; }

private:
    std::vector<rtp::RtcpPacket> report(Instant now);
    void schedule(Instant now);

    ReportsConfig config_;
    Random& random_;
    rtp::SendStatistics outgoing_;
    std::optional<rtp::ReceiveStatistics> incoming_;  ///< Of the SSRC heard last.
    std::uint64_t sent_at_last_report_ = 0;
    Instant next_ = Instant::max();
};

}  // namespace legroom::peer
