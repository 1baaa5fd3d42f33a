#include "jitter/buffer.hpp"

#include <algorithm>
#include <utility>

namespace legroom::jitter {

namespace {

constexpr Ticks whole_frames(Ticks ticks) { return ticks - ticks % kMinDuration; }

/// Bridging goes in steps this short, so that a packet a little late costs no more delay than it must.
constexpr Ticks kMaxStep = to_ticks(std::chrono::milliseconds{20});

/// Arrivals and reads beat against each other: this much above the target is no excess yet.
constexpr Ticks kSlack = to_ticks(std::chrono::milliseconds{20});

}  // namespace

void Buffer::insert(Instant now, const rtp::Header& header, Bytes payload, Ticks duration) {
    ++counters_.received;
    if (payload.size() > kMaxPayload) {
        ++counters_.oversized;
        return;
    }
    if (!belongs(header)) return;

    const std::int64_t sequence = unwrapper_.unwrap(header.sequence);
    if (next_sequence_ && sequence < *next_sequence_) {
        ++counters_.late;
    } else if (waiting_.contains(sequence)) {
        ++counters_.duplicate;
    } else {
        const Ticks plays = whole_frames(std::clamp(duration, kMinDuration, kMaxDuration));
        store(now, sequence, {header, {payload.begin(), payload.end()}, plays});
    }
}

/// Whether the packet goes on with the stream we know, or begins one.
bool Buffer::belongs(const rtp::Header& header) {
    if (ssrc_ != header.ssrc) {
        start_over(header.ssrc);
        return true;
    }
    const std::int64_t ahead = unwrapper_.peek(header.sequence) - *unwrapper_.highest();
    if (ahead < kMaxDropout && ahead > -kMaxMisorder) return true;
    if (!confirms_leap(header.sequence)) return false;
    start_over(header.ssrc);
    return true;
}

/// One wild number may be an accident, two in a row are a sender that restarted (RFC 3550 A.1).
bool Buffer::confirms_leap(SequenceNumber sequence) {
    if (after_leap_ == sequence) return true;
    after_leap_ = SequenceNumber{static_cast<std::uint16_t>(sequence.value + 1)};
    ++counters_.strayed;
    return false;
}

void Buffer::start_over(Ssrc ssrc) {
    if (ssrc_) ++counters_.resets;
    ssrc_ = ssrc;
    waiting_.clear();
    waiting_ticks_ = 0;
    unwrapper_.reset();
    after_leap_.reset();
    next_sequence_.reset();
    playing_ = false;
}

void Buffer::store(Instant now, std::int64_t sequence, Packet packet) {
    if (!playing_ && waiting_.empty()) waiting_since_ = now;
    waiting_ticks_ += packet.duration;
    waiting_.emplace(sequence, std::move(packet));
    if (waiting_.size() > kMaxPackets) drop_oldest();
}

/// Takes the oldest out; its time, and that of everything before it, is over.
Packet Buffer::remove_oldest() {
    const auto oldest = waiting_.extract(waiting_.begin());
    Packet packet = std::move(oldest.mapped());
    give_up_before(oldest.key());
    next_sequence_ = oldest.key() + 1;
    next_timestamp_ = packet.header.timestamp + packet.duration;
    waiting_ticks_ -= packet.duration;
    return packet;
}

void Buffer::drop_oldest() {
    remove_oldest();
    ++counters_.overflowed;
}

/// Whatever is missing before `sequence` is lost; if it still comes it is late.
void Buffer::give_up_before(std::int64_t sequence) {
    if (next_sequence_) counters_.lost += static_cast<std::uint64_t>(sequence - *next_sequence_);
    next_sequence_ = sequence;
}

Taken Buffer::take(Instant now, Playing playing) {
    shed_burst(now);
    shed_excess(now, playing);
    if (!playing_ && !start(now)) return Empty{};
    if (waiting_.empty()) return bridge();
    return next();
}

void Buffer::shed_burst(Instant now) {
    if (waiting_ticks_ <= to_ticks(kMaxWaiting)) return;
    Ticks waiting = waiting_ticks_;
    shed_to(waiting, to_ticks(kTargetDelay));
    restart_window(now);
}

/// Gives back what was never needed in a whole window.
void Buffer::shed_excess(Instant now, Playing playing) {
    if (!playing_) return;
    least_waiting_ = std::min(least_waiting_, waiting_ticks_);
    if (now - window_began_ < kExcessWindow) return;
    const Ticks goal = to_ticks(kTargetDelay) + kSlack;
    const bool cuts = playing == Playing::silence || least_waiting_ > to_ticks(kTargetDelay + kMaxExcess);
    if (cuts) shed_to(least_waiting_, goal);
    restart_window(now);
}

/// Drops packets for as long as `waiting` stays at the goal or above without them.
void Buffer::shed_to(Ticks& waiting, Ticks goal) {
    while (!waiting_.empty() && waiting >= waiting_.begin()->second.duration + goal) {
        waiting -= waiting_.begin()->second.duration;
        drop_oldest();
    }
}

void Buffer::restart_window(Instant now) {
    window_began_ = now;
    least_waiting_ = waiting_ticks_;
}

bool Buffer::start(Instant now) {
    if (waiting_.empty() || now - waiting_since_ < kTargetDelay) return false;
    playing_ = true;
    next_timestamp_ = waiting_.begin()->second.header.timestamp;
    bridged_ = 0;
    restart_window(now);
    return true;
}

Taken Buffer::bridge() {
    const Ticks step = std::min({last_duration_, kMaxStep, to_ticks(kMaxBridge) - bridged_});
    if (step == 0) {
        playing_ = false;
        return Empty{};
    }
    bridged_ += step;
    next_timestamp_ += step;
    ++counters_.bridged;
    return Pause{step};
}

Taken Buffer::next() {
    const auto gap = static_cast<std::int32_t>(waiting_.begin()->second.header.timestamp - next_timestamp_);
    // Media time before what was played already: the gap was bridged while waiting. A gap longer than we
    // ever bridge is a sender's new clock, or so much loss that the delay may as well shrink.
    const bool in_time = gap < static_cast<std::int32_t>(kMinDuration) ||
                         gap > static_cast<std::int32_t>(to_ticks(kMaxBridge));
    if (!in_time) return fill_gap(whole_frames(static_cast<Ticks>(gap)));

    Packet packet = remove_oldest();
    last_duration_ = packet.duration;
    bridged_ = 0;
    return packet;
}

Taken Buffer::fill_gap(Ticks gap) {
    const auto& [sequence, packet] = *waiting_.begin();
    const std::int64_t lost = next_sequence_ ? sequence - *next_sequence_ : 0;
    const Ticks step = std::min(gap, last_duration_);
    next_timestamp_ += step;
    if (lost == 0) {  // The sender paused: DTX.
        ++counters_.bridged;
        return Pause{step};
    }
    if (step == gap) {
        give_up_before(sequence);
        return Missing{step, packet.payload};
    }
    if (lost > 1) give_up_before(*next_sequence_ + 1);
    return Missing{step, {}};
}

Duration Buffer::waiting() const {
    return std::chrono::milliseconds{1} * waiting_ticks_ / kTicksPerMillisecond;
}

}  // namespace legroom::jitter
