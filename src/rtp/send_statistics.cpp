#include "rtp/send_statistics.hpp"

#include <chrono>

namespace legroom::rtp {

namespace {

constexpr std::chrono::seconds kMaxRoundTrip{60};  // More is a peer that makes its figures up.

/// What a difference of compact times means when it comes out negative: the peer's rounding, or nonsense.
constexpr std::uint32_t kMaxRounding = 65'536 / 100;  // 10 ms

}  // namespace

void SendStatistics::on_packet(Instant now, const Header& header, std::size_t octets) {
    // The packets of one telephone-event share a timestamp, and the first was sent at that time.
    if (packets_ == 0 || header.timestamp != last_timestamp_) last_sent_ = now;
    ++packets_;
    octets_ += octets;
    last_timestamp_ = header.timestamp;
}

SenderInfo SendStatistics::sender_info(Instant now, NtpTime ntp) const {
    SenderInfo info;
    info.ntp = ntp;
    if (packets_ == 0) return info;
    const std::int64_t ticks = (now - last_sent_).count() * std::int64_t{clock_rate_} / 1'000'000;
    info.rtp_timestamp = last_timestamp_ + static_cast<std::uint32_t>(ticks);
    info.packets = static_cast<std::uint32_t>(packets_);
    info.octets = static_cast<std::uint32_t>(octets_);
    return info;
}

std::optional<Duration> SendStatistics::on_report_block(NtpTime now, const ReportBlock& block) {
    if (block.ssrc != ssrc_) return std::nullopt;
    last_report_ = block;
    if (block.last_sr == 0) return std::nullopt;
    const std::uint32_t units = now.compact() - block.last_sr - block.delay_since_last_sr;
    const Duration trip = 0U - units <= kMaxRounding ? Duration::zero() : from_compact(units);
    if (trip > kMaxRoundTrip) return std::nullopt;
    round_trip_ = trip;
    return trip;
}

}  // namespace legroom::rtp
