#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "base/units.hpp"
#include "rtp/ntp_time.hpp"
#include "rtp/packet.hpp"
#include "rtp/rtcp.hpp"

namespace legroom::rtp {

/// What became of a packet in the book-keeping (RFC 3550 A.1).
enum class Arrival {
    probation,  ///< The source has not yet shown two packets in sequence.
    counted,    ///< In the stream, maybe late or twice.
    jump,       ///< Far away in sequence; believed only if the next one follows it.
    restarted,  ///< The next one did: counting began anew.
};

/// How one remote stream arrives: counts, loss and jitter for receiver reports (RFC 3550 §6.4.1, A.1, A.3,
/// A.8). Owns no clock; the same thread for every call.
class ReceiveStatistics {
public:
    explicit ReceiveStatistics(Ssrc ssrc) : ssrc_(ssrc) {}

    /// Takes each packet once, after SRTP has accepted it. `clock_rate` is the payload type's, Hz; when it
    /// changes, or the timestamps leap, jitter is measured on from there.
    Arrival on_packet(Instant now, const Header& header, std::uint32_t clock_rate);

    /// Takes the NTP time of a sender report of this stream, for LSR and DLSR.
    void on_sender_report(Instant now, NtpTime ntp);

    /// The next report block; fraction_lost counts from the report before. All zero until valid().
    ReportBlock report(Instant now);

    [[nodiscard]] Ssrc ssrc() const { return ssrc_; }
    [[nodiscard]] bool valid() const { return started_ && probation_ == 0; }          ///< Probation is over.
    [[nodiscard]] std::uint64_t packets_received() const { return total_received_; }  ///< Over all restarts.
    [[nodiscard]] std::int64_t packets_lost() const;  ///< Since the last restart; negative: duplicates.
    [[nodiscard]] std::uint32_t restarts() const { return restarts_; }
    [[nodiscard]] std::uint32_t jitter_ticks() const { return jitter_times_16_ / 16; }
    [[nodiscard]] Duration jitter() const;

private:
    Arrival update_sequence(std::uint16_t sequence);
    Arrival update_in_probation(std::uint16_t sequence);
    void start(std::uint16_t sequence);
    void count();
    void update_jitter(Instant now, std::uint32_t timestamp, std::uint32_t clock_rate);
    [[nodiscard]] std::uint32_t arrival_ticks(Instant now, std::uint32_t clock_rate) const;
    [[nodiscard]] std::uint32_t extended_highest() const { return cycles_ + highest_; }
    [[nodiscard]] std::int64_t expected() const;
    std::uint8_t take_fraction_lost();

    Ssrc ssrc_;
    bool started_ = false;
    unsigned probation_ = 0;  ///< Packets in sequence still wanted.
    std::uint16_t base_ = 0;
    std::uint16_t highest_ = 0;
    std::uint32_t cycles_ = 0;                 ///< Wraps so far, times 65536.
    std::optional<std::uint16_t> after_jump_;  ///< The sequence that would confirm a jump.
    std::uint64_t received_ = 0;               ///< Since the last restart.
    std::uint64_t total_received_ = 0;
    std::uint32_t restarts_ = 0;
    std::int64_t expected_prior_ = 0;
    std::uint64_t received_prior_ = 0;

    Instant first_arrival_{};
    std::uint32_t clock_rate_ = 0;
    std::optional<std::uint32_t> transit_;  ///< Arrival minus timestamp of the packet before, in ticks.
    std::uint32_t last_timestamp_ = 0;
    std::uint32_t jitter_times_16_ = 0;

    std::optional<NtpTime> last_sr_;
    Instant last_sr_arrival_{};
};

}  // namespace legroom::rtp
