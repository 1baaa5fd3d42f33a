#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/units.hpp"
#include "rtp/telephone_event.hpp"

namespace legroom::rtp {

/// How digits follow each other; whole ticks, and brought into the bounds of DtmfSender.
struct DtmfPace {
    std::chrono::milliseconds duration{160};  ///< How long a key is held.
    std::chrono::milliseconds gap{80};        ///< From its release to the next one.
};

/// What goes out in one tick instead of sound: one packet.
struct DtmfPacket {
    TelephoneEvent event;
    bool marker = false;          ///< The first of its press.
    std::uint32_t timestamp = 0;  ///< Of all packets of the press: the stream's when it began.
};

/// Digits that wait to be sent, and the one that is being (RFC 4733 §2.5.1): a packet every 20 ms with
/// growing duration, then the end three times. Makes no packets itself: who owns the stream asks each tick
/// whether it is a digit's turn or the sound's. Not thread-safe.
class DtmfSender {
public:
    static constexpr std::size_t kMaxWaiting = 256;  ///< Digits, the one being sent included.
    static constexpr int kEndPackets = 3;
    /// Four packets before those that say the end. Below 1.4 s a press needs no segments.
    static constexpr std::chrono::milliseconds kMinDuration{100};
    static constexpr std::chrono::milliseconds kMaxDuration{1000};
    /// The end is said twice more after it, and then one packet of sound comes between.
    static constexpr std::chrono::milliseconds kMinGap{60};

    explicit DtmfSender(DtmfPace pace = {});

    /// Behind those that wait. False: no key of a telephone, or kMaxWaiting.
    bool add(char digit);

    /// Called for each 20 ms of the stream, whose RTP timestamp is `media`; the clock of durations has
    /// `clock_rate` Hz. nullopt: sound.
    std::optional<DtmfPacket> next(std::uint32_t media, std::uint32_t clock_rate);

    /// Forgets all digits, also the one being sent. Returns how many.
    std::size_t clear();
    /// The stream ends and another begins: a digit half sent is sent again.
    void start_over() { position_ = pause_ = 0; }

    /// Digits whose last packet has gone out since the last call.
    std::size_t take_sent();
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

private:
    int pressed_ticks_;
    int pause_ticks_;                   ///< From the last end packet to the next digit.
    std::deque<std::uint8_t> waiting_;  ///< Event codes; the first is being sent if position_ > 0.
    int position_ = 0;                  ///< Packets of it that have gone out.
    int pause_ = 0;                     ///< Ticks of sound still due.
    std::uint32_t began_ = 0;           ///< RTP timestamp of the press.
    std::size_t sent_ = 0;
};

}  // namespace legroom::rtp
