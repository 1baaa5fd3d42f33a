#include "rtp/receive_statistics.hpp"

#include <algorithm>
#include <limits>

namespace legroom::rtp {

namespace {

constexpr unsigned kMinSequential = 2;  // RFC 3550 A.1 names these three and gives these values.
constexpr std::uint16_t kMaxDropout = 3'000;
constexpr std::uint16_t kMaxMisorder = 100;
constexpr std::uint32_t kMaxTransitStepSeconds = 10;  // More is a new timestamp origin, not jitter.

}  // namespace

Arrival ReceiveStatistics::on_packet(Instant now, const Header& header, std::uint32_t clock_rate) {
    if (!started_) {
        started_ = true;
        probation_ = kMinSequential - 1;
        highest_ = header.sequence.value;
        first_arrival_ = now;
        update_jitter(now, header.timestamp, clock_rate);
        return Arrival::probation;
    }
    const Arrival arrival = update_sequence(header.sequence.value);
    if (arrival == Arrival::restarted) transit_.reset();
    if (arrival != Arrival::jump) update_jitter(now, header.timestamp, clock_rate);
    return arrival;
}

Arrival ReceiveStatistics::update_in_probation(std::uint16_t sequence) {
    const bool follows = sequence == static_cast<std::uint16_t>(highest_ + 1);
    highest_ = sequence;
    if (!follows) {
        probation_ = kMinSequential - 1;
        return Arrival::probation;
    }
    if (--probation_ > 0) return Arrival::probation;
    start(sequence);
    count();
    return Arrival::counted;
}

Arrival ReceiveStatistics::update_sequence(std::uint16_t sequence) {
    if (probation_ > 0) return update_in_probation(sequence);

    const auto ahead = static_cast<std::uint16_t>(sequence - highest_);
    if (ahead < kMaxDropout) {
        if (sequence < highest_) cycles_ += 0x1'0000;
        highest_ = sequence;
    } else if (ahead <= 0x1'0000 - kMaxMisorder) {
        if (after_jump_ != sequence) {
            after_jump_ = static_cast<std::uint16_t>(sequence + 1);
            return Arrival::jump;
        }
        // Two in sequence after a jump: the other side restarted without telling us.
        start(sequence);
        ++restarts_;
        count();
        return Arrival::restarted;
    }
    count();
    return Arrival::counted;
}

void ReceiveStatistics::start(std::uint16_t sequence) {
    base_ = sequence;
    highest_ = sequence;
    cycles_ = 0;
    after_jump_.reset();
    received_ = 0;
    received_prior_ = 0;
    expected_prior_ = 0;
}

void ReceiveStatistics::count() {
    ++received_;
    ++total_received_;
}

std::uint32_t ReceiveStatistics::arrival_ticks(Instant now, std::uint32_t clock_rate) const {
    const auto since = std::max<std::int64_t>((now - first_arrival_).count(), 0);
    const auto micros = static_cast<std::uint64_t>(since);
    const std::uint64_t ticks = micros / 1'000'000 * clock_rate + micros % 1'000'000 * clock_rate / 1'000'000;
    return static_cast<std::uint32_t>(ticks);
}

void ReceiveStatistics::update_jitter(Instant now, std::uint32_t timestamp, std::uint32_t clock_rate) {
    // Packets of one telephone-event or one frame share a timestamp but are sent later: no jitter in that.
    if (transit_ && timestamp == last_timestamp_ && clock_rate == clock_rate_) return;
    if (clock_rate != clock_rate_) {
        clock_rate_ = clock_rate;
        transit_.reset();
        jitter_times_16_ = 0;
    }
    last_timestamp_ = timestamp;
    const std::uint32_t transit = arrival_ticks(now, clock_rate) - timestamp;
    const std::uint32_t step = transit - transit_.value_or(transit);
    transit_ = transit;
    const std::uint32_t distance = std::min(step, 0U - step);
    if (distance > std::uint64_t{kMaxTransitStepSeconds} * clock_rate) return;
    // RFC 3550 A.8, kept times 16 so that integers lose nothing.
    jitter_times_16_ += distance - ((jitter_times_16_ + 8) >> 4);
}

void ReceiveStatistics::on_sender_report(Instant now, NtpTime ntp) {
    last_sr_ = ntp;
    last_sr_arrival_ = now;
}

std::int64_t ReceiveStatistics::expected() const {
    return static_cast<std::int64_t>(extended_highest()) - base_ + 1;
}

std::int64_t ReceiveStatistics::packets_lost() const {
    return valid() ? expected() - static_cast<std::int64_t>(received_) : 0;
}

Duration ReceiveStatistics::jitter() const {
    if (clock_rate_ == 0) return Duration::zero();
    return Duration{static_cast<std::int64_t>(jitter_ticks()) * 1'000'000 / clock_rate_};
}

std::uint8_t ReceiveStatistics::take_fraction_lost() {
    const std::int64_t expected_now = expected() - expected_prior_;
    const auto received_now = static_cast<std::int64_t>(received_ - received_prior_);
    expected_prior_ = expected();
    received_prior_ = received_;
    const std::int64_t lost_now = expected_now - received_now;
    if (expected_now <= 0 || lost_now <= 0) return 0;
    // Everything lost would be 256, which the field cannot say.
    return static_cast<std::uint8_t>(std::min<std::int64_t>(lost_now * 256 / expected_now, 255));
}

ReportBlock ReceiveStatistics::report(Instant now) {
    ReportBlock block;
    block.ssrc = ssrc_;
    if (!valid()) return block;
    block.fraction_lost = take_fraction_lost();
    block.cumulative_lost =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(packets_lost(), -0x80'0000, 0x7f'ffff));
    block.highest_sequence = extended_highest();
    block.jitter = jitter_ticks();
    if (last_sr_) {
        block.last_sr = last_sr_->compact();
        block.delay_since_last_sr = to_compact(now - last_sr_arrival_);
    }
    return block;
}

}  // namespace legroom::rtp
