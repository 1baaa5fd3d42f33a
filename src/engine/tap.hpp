#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "audio/frame.hpp"
#include "base/bytes.hpp"
#include "jitter/buffer.hpp"
#include "record/packet_tape.hpp"

namespace legroom::engine {

/// What one of a recording's channels has in a tick. Whoever speaks or hears fills it, the recorder takes it
/// at the tick's end.
class TapChannel {
public:
    void take(const audio::Frame& frame);
    void forget() { present_ = sounds_ = false; }

    [[nodiscard]] bool present() const { return present_; }  ///< Something arrived, were it silence.
    [[nodiscard]] bool sounds() const { return sounds_; }    ///< And not all of it is zero.
    [[nodiscard]] SampleRate rate() const { return rate_; }
    [[nodiscard]] std::span<const std::int16_t> samples() const {
        return {samples_.data(), samples_per_tick(rate_)};
    }

private:
    std::array<std::int16_t, audio::Frame::kMaxSamples> samples_{};
    SampleRate rate_ = SampleRate::k48000;
    bool present_ = false;
    bool sounds_ = false;
};

/// What is taken down of a leg. As it says it: whether or not it is muted, without its gain.
struct LegTap {
    TapChannel said;
    TapChannel heard;
};

/// The packets that a leg begins to play in a tick, and what it conceals. They may last beyond it. Has place
/// for all there can be; allocates only when it is made.
class PacketTap {
public:
    PacketTap() { bytes_.reserve(kMaxPieces * jitter::kMaxPayload); }
    PacketTap(const PacketTap&) = delete;
    PacketTap& operator=(const PacketTap&) = delete;

    /// `at`: from the tick's beginning. An empty packet: concealed. Keeps a copy.
    void take(record::Position at, record::Position duration, Bytes packet);
    void forget();

    /// Valid until the next take() or forget().
    [[nodiscard]] std::span<const record::PacketPiece> pieces() const {
        return std::span{pieces_}.first(count_);
    }
    [[nodiscard]] bool has_packet() const { return !bytes_.empty(); }

private:
    /// The shortest last 2.5 ms.
    static constexpr std::size_t kMaxPieces = record::kPositionsPerTick / jitter::kMinDuration;

    std::array<record::PacketPiece, kMaxPieces> pieces_{};  ///< Views into bytes_.
    std::size_t count_ = 0;
    ByteVector bytes_;
};

/// What is taken down of a room: all that is said in it.
struct MixTap {
    audio::Frame frame;
    bool present = false;
};

}  // namespace legroom::engine
