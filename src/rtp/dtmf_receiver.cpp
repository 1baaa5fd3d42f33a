#include "rtp/dtmf_receiver.hpp"

#include <algorithm>
#include <span>

namespace legroom::rtp {
namespace {

/// A segment should begin where the one before ends, but browsers begin it with their next packet.
constexpr std::uint32_t kSegmentSlackMs = 120;

/// A press that was heard this long was on its way to the limit; whatever else is lost, one of a tenth of a
/// second never is.
constexpr std::uint16_t kLongPress = kMaxEventDuration / 2;

}  // namespace

std::optional<char> DtmfReceiver::receive(Instant now, const Packet& packet, std::uint32_t clock_rate) {
    const auto event = parse_telephone_event(packet.payload);
    if (!event) {
        ++counters_.malformed;
        return std::nullopt;
    }
    const auto digit = digit_of(event->event);
    if (!digit) {
        ++counters_.not_dtmf;
        return std::nullopt;
    }
    if (Press* known = find(packet.header)) {
        ++counters_.repeated;
        known->latest.end = known->latest.end || event->end;
        known->latest.duration = std::max(known->latest.duration, event->duration);
        return std::nullopt;
    }
    const bool segment = goes_on(packet.header, *event, clock_rate);
    remember(packet.header, *event);
    if (segment) {
        ++counters_.segments;
    } else if (!in_time(now)) {
        ++counters_.flooded;
    } else {
        ++counters_.presses;
        return digit;
    }
    return std::nullopt;
}

DtmfReceiver::Press* DtmfReceiver::find(const Header& header) {
    const auto known = std::span{presses_}.first(remembered_);
    const auto found = std::find_if(known.begin(), known.end(), [&](const Press& press) {
        return press.ssrc == header.ssrc && press.timestamp == header.timestamp;
    });
    return found == known.end() ? nullptr : &*found;
}

/// Whether the packet begins another segment of a press we know, not a press.
bool DtmfReceiver::goes_on(const Header& header, const TelephoneEvent& event, std::uint32_t clock_rate) {
    if (header.marker) return false;
    const std::uint32_t slack = clock_rate * kSegmentSlackMs / 1000;
    const auto known = std::span{presses_}.first(remembered_);
    const auto before = std::find_if(known.begin(), known.end(), [&](const Press& press) {
        const std::uint32_t later = header.timestamp - press.timestamp;
        // One that is let go as it reaches the limit has its end said in both segments.
        const bool open = !press.latest.end || press.latest.duration == kMaxEventDuration;
        return open && !press.continued && press.ssrc == header.ssrc && press.latest.event == event.event &&
               press.latest.duration >= kLongPress && later + slack >= kMaxEventDuration &&
               later <= kMaxEventDuration + slack;
    });
    if (before == known.end()) return false;
    before->continued = true;
    return true;
}

void DtmfReceiver::remember(const Header& header, const TelephoneEvent& event) {
    presses_[next_] = {header.ssrc, header.timestamp, event, false};
    next_ = (next_ + 1) % kMaxRemembered;
    remembered_ = std::min(remembered_ + 1, kMaxRemembered);
}

bool DtmfReceiver::in_time(Instant now) {
    const Instant due = std::max(allowed_at_, now) + kMinInterval;
    if (due - now > kMaxBurst * kMinInterval) return false;
    allowed_at_ = due;
    return true;
}

}  // namespace legroom::rtp
