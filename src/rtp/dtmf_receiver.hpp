#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "rtp/packet.hpp"
#include "rtp/telephone_event.hpp"

namespace legroom::rtp {

struct DtmfCounters {
    std::uint64_t presses = 0;    ///< Reported.
    std::uint64_t repeated = 0;   ///< Packets of presses that are known.
    std::uint64_t segments = 0;   ///< Presses that went on beyond a timestamp's reach.
    std::uint64_t flooded = 0;    ///< Presses dropped for coming faster than anybody presses.
    std::uint64_t not_dtmf = 0;   ///< Packets of other events.
    std::uint64_t malformed = 0;  ///< Packets too short for an event.
};

/// Makes key presses of the telephone-event packets of one leg (RFC 4733 §2.5.2), in any order, some of them
/// lost, some twice.
///
/// A press is what has an RTP timestamp of its own, and it is reported with the first packet of it that
/// comes: any one of its seven or more will do, nothing has to be waited for, and whoever asked for a key
/// reacts while it is still down. Ends are not needed for that, nor is the marker, which some senders never
/// set; a press whose end is lost is reported like any other, and once. Two presses of the same digit differ
/// in their timestamps.
///
/// A key held down longer than the duration field can say goes on under a later timestamp without a marker
/// (§2.5.1.3). At 48 kHz that is after 1.4 s, so a person does it: the end bit, the duration and the distance
/// of the timestamps tell it from a new press.
///
/// Owns no clock; the same thread for every call.
class DtmfReceiver {
public:
    /// Presses (and segments) remembered, the oldest forgotten first: later packets of these are repetitions.
    static constexpr std::size_t kMaxRemembered = 32;
    /// On the average one press in this time; browsers do 70 ms at the fastest.
    static constexpr Duration kMinInterval = std::chrono::milliseconds{50};
    /// Faster than that, as after a stall of the network.
    static constexpr int kMaxBurst = 100;

    /// Takes a packet of a telephone-event payload type, whose clock has `clock_rate` Hz. The digit, one of
    /// "0123456789*#ABCD", if this packet is the first of a press; all else is counted. Keeps no view.
    std::optional<char> receive(Instant now, const Packet& packet, std::uint32_t clock_rate);

    [[nodiscard]] const DtmfCounters& counters() const { return counters_; }

private:
    struct Press {
        Ssrc ssrc{};
        std::uint32_t timestamp = 0;
        TelephoneEvent latest;   ///< With the longest duration heard of.
        bool continued = false;  ///< Its next segment is known.
    };

    Press* find(const Header& header);
    bool goes_on(const Header& header, const TelephoneEvent& event, std::uint32_t clock_rate);
    void remember(const Header& header, const TelephoneEvent& event);
    bool in_time(Instant now);

    std::array<Press, kMaxRemembered> presses_{};
    std::size_t remembered_ = 0;  ///< Of these, from the front.
    std::size_t next_ = 0;        ///< Where the next one goes.
    Instant allowed_at_{};        ///< When all presses so far would have been due, kMinInterval apart.
    DtmfCounters counters_;
};

}  // namespace legroom::rtp
