#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <variant>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "rtp/packet.hpp"
#include "rtp/unwrapper.hpp"

namespace legroom::jitter {

/// RTP timestamp units of the stream's clock, here always 48 kHz (RFC 7587 §4.1).
using Ticks = std::uint32_t;
inline constexpr Ticks kTicksPerMillisecond = 48;
constexpr Ticks to_ticks(std::chrono::milliseconds time) {
    return static_cast<Ticks>(time.count()) * kTicksPerMillisecond;
}

/// How long the first packet waits, and the delay the buffer returns to: two 20 ms packets.
inline constexpr std::chrono::milliseconds kTargetDelay{40};
/// More than this waiting is cut back to the target at once (a burst after a stall).
inline constexpr std::chrono::milliseconds kMaxWaiting{300};
/// Delay that nobody needed for this long is given back: in silence, where a cut is not heard, or when it is
/// more than kMaxExcess above the target. Then it goes as a whole, for one cut is less to hear than a chain
/// of them, which a buffer kept at the brink by a sender's fast clock would get.
inline constexpr std::chrono::milliseconds kExcessWindow{500};
inline constexpr std::chrono::milliseconds kMaxExcess{120};
/// A stream that stops is bridged for this long; then it is over until it starts anew.
inline constexpr std::chrono::milliseconds kMaxBridge{100};
/// Above kMaxWaiting of the shortest Opus packets (2.5 ms).
inline constexpr std::size_t kMaxPackets = 128;
/// No Opus payload that fits an Ethernet datagram is longer.
inline constexpr std::size_t kMaxPayload = 1500;
/// Sequence numbers further off than this, ahead and behind, are another stream (RFC 3550 A.1).
inline constexpr int kMaxDropout = 3000;
inline constexpr int kMaxMisorder = 100;
/// Durations are whole multiples of Opus's shortest frame, 2.5 ms, up to its longest packet, 120 ms.
inline constexpr Ticks kMinDuration = 120;
inline constexpr Ticks kMaxDuration = 5760;

struct Counters {
    std::uint64_t received = 0;    ///< Every insert().
    std::uint64_t late = 0;        ///< Came after their time and were dropped.
    std::uint64_t duplicate = 0;   ///< Came again while waiting.
    std::uint64_t lost = 0;        ///< Never there at their time (a late one counts in both).
    std::uint64_t overflowed = 0;  ///< Dropped, oldest first, because too much was waiting.
    std::uint64_t resets = 0;      ///< Began anew: another SSRC, or a leap in sequence.
    std::uint64_t bridged = 0;     ///< Pauses handed out.
    std::uint64_t strayed = 0;     ///< Dropped for a wild sequence number that no second one confirmed.
    std::uint64_t oversized = 0;   ///< Dropped: a payload longer than kMaxPayload.
};

/// The next packet of the stream, in order.
struct Packet {
    rtp::Header header;
    ByteVector payload;
    Ticks duration = 0;
};

/// Packets were lost here: conceal this long. Ask again for the rest of a longer gap.
struct Missing {
    Ticks duration = 0;
    Bytes
        next_payload;  ///< What follows this gap, for its in-band FEC; else empty. Valid till the next call.
};

/// Nothing is due but the stream goes on: the sender paused (DTX), or its packets are late. Bridge it.
struct Pause {
    Ticks duration = 0;
};

/// No stream, or not yet: silence.
struct Empty {};

/// What the listener hears at this moment.
enum class Playing { silence, sound };

using Taken = std::variant<Packet, Missing, Pause, Empty>;

/// Puts one RTP stream's packets in order and gives each its time. A fixed delay; the packets' own
/// timestamps tell a sender's pause from a loss.
///
/// Who plays calls take() whenever it needs more sound, so the reader's clock drives it: every answer but
/// Empty is `duration` long. When packets fail to come, the stream is stretched by Pause and the delay
/// grows by as much; what it grew beyond need is taken back. Memory is bounded by kMaxPackets datagrams,
/// delay by kMaxWaiting, whatever headers come. Owns no clock; the same thread for every call.
class Buffer {
public:
    /// Keeps a copy of `payload`, or drops it and counts why. `duration` is what the payload plays, brought
    /// into [kMinDuration, kMaxDuration].
    void insert(Instant now, const rtp::Header& header, Bytes payload, Ticks duration);

    /// What is to be played next, after what is being played now.
    Taken take(Instant now, Playing playing);

    /// Sound waiting to be played.
    [[nodiscard]] Duration waiting() const;
    [[nodiscard]] std::size_t packets() const { return waiting_.size(); }
    [[nodiscard]] const Counters& counters() const { return counters_; }

private:
    using Waiting = std::map<std::int64_t, Packet>;  ///< By unwrapped sequence number: no wrap in here.

    bool belongs(const rtp::Header& header);
    bool confirms_leap(SequenceNumber sequence);
    void start_over(Ssrc ssrc);
    void store(Instant now, std::int64_t sequence, Packet packet);
    Packet remove_oldest();
    void drop_oldest();

    void shed_burst(Instant now);
    void shed_excess(Instant now, Playing playing);
    void shed_to(Ticks& waiting, Ticks goal);
    void restart_window(Instant now);

    bool start(Instant now);
    Taken bridge();
    Taken next();
    Taken fill_gap(Ticks gap);
    void give_up_before(std::int64_t sequence);

    Waiting waiting_;
    Ticks waiting_ticks_ = 0;  ///< Sum of their durations.
    rtp::SequenceUnwrapper unwrapper_;
    std::optional<Ssrc> ssrc_;
    std::optional<SequenceNumber> after_leap_;  ///< The sequence number that would confirm a leap.

    bool playing_ = false;
    Instant waiting_since_{};                    ///< When a buffer that does not play got its first packet.
    std::optional<std::int64_t> next_sequence_;  ///< Everything before it has had its time.
    std::uint32_t next_timestamp_ = 0;           ///< Media time reached, while playing.
    Ticks last_duration_ = kTicksPerMillisecond * 20;
    Ticks bridged_ = 0;  ///< Since the last packet.

    Instant window_began_{};
    Ticks least_waiting_ = 0;  ///< In the window: delay that was never needed.

    Counters counters_;
};

}  // namespace legroom::jitter
