#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "audio/frame.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "codec/opus_decoder.hpp"
#include "codec/opus_packet.hpp"
#include "engine/tap.hpp"
#include "jitter/buffer.hpp"
#include "rtp/packet.hpp"

namespace legroom::engine {

/// What a pulled frame is made of, best part first.
enum class Heard {
    decoded,    ///< At least part of it came over the network (directly or as FEC).
    concealed,  ///< Invented: packets are missing or the sender pauses.
    silence,    ///< Nothing arrives; all samples are zero.
};

struct ReceiveCounters {
    std::uint64_t decoded = 0;        ///< Packets.
    std::uint64_t recovered_fec = 0;  ///< Lost packets rebuilt from the one after.
    std::uint64_t concealed = 0;      ///< Gaps filled by invention, one packet's length each.
    std::uint64_t malformed = 0;      ///< Packets that are no Opus, dropped.
};

/// One leg's incoming sound: Opus over RTP in, a 20 ms frame at the room's rate out on each tick
/// (RFC 7587). Packets may be 2.5 to 120 ms long and change length. Owns no clock; not thread-safe.
class ReceivePath {
public:
    /// Throws only when there is no memory.
    explicit ReceivePath(SampleRate rate);

    /// Takes a packet with the Opus payload type; anything else is the caller's to sort out. Keeps no view.
    /// `level`: how loud it is, as the packet itself says (RFC 6464), in -dBov.
    void push(Instant now, const rtp::Packet& packet, std::optional<std::uint8_t> level = std::nullopt);

    /// Writes the next 20 ms, always a whole frame of rate().
    Heard pull(Instant now, audio::Frame& out);

    /// Of the frame that was pulled last, the loudest level that packets in it came with; nullopt: none did.
    [[nodiscard]] std::optional<std::uint8_t> level() const { return level_; }

    /// The leg is in another room: decodes to its rate from the next packet on. Keeps what waits.
    void set_rate(SampleRate rate);

    /// Where to put the packets that a frame is made of; nullptr: nowhere. Must outlive its stay.
    void set_tap(PacketTap* tap) { tap_ = tap; }

    [[nodiscard]] SampleRate rate() const { return decoder_.rate(); }
    [[nodiscard]] const ReceiveCounters& counters() const { return counters_; }
    [[nodiscard]] const jitter::Counters& jitter_counters() const { return buffer_.counters(); }

private:
    /// Less than a frame is left when a packet comes on top.
    static constexpr std::size_t kMaxReady =
        samples_per_tick(SampleRate::k48000) + codec::max_packet_samples(SampleRate::k48000);

    /// The levels of the packets that wait, found again by their sequence numbers: more than ever wait.
    struct ToldLevel {
        SequenceNumber of;
        std::uint8_t minus_dbov = 0;
    };
    static constexpr std::size_t kLevels = 256;
    static_assert(kLevels >= 2 * jitter::kMaxPackets);

    Heard fetch(Instant now);
    void hear_level(std::optional<std::uint8_t> level);
    Heard play(const jitter::Packet& packet);
    Heard play(const jitter::Missing& gap);
    Heard play(const jitter::Pause& pause);
    Heard play(const jitter::Empty& nothing);
    Heard conceal(jitter::Ticks duration);
    void tap(jitter::Ticks duration, Bytes packet);
    [[nodiscard]] std::size_t samples(jitter::Ticks duration) const;
    [[nodiscard]] std::span<float> room() { return std::span{ready_}.subspan(ready_samples_); }
    void hand_out(std::span<float> out);

    jitter::Buffer buffer_;
    jitter::Playing playing_ = jitter::Playing::silence;  ///< The packet decoded last.
    codec::OpusDecoder decoder_;
    std::array<float, kMaxReady> ready_{};  ///< Decoded and not yet pulled.
    std::size_t ready_samples_ = 0;
    Heard last_fetched_ = Heard::silence;     ///< What the newest of them are,
    std::optional<std::uint8_t> last_level_;  ///< and the level their packet came with.
    std::optional<std::uint8_t> level_;
    std::array<std::optional<ToldLevel>, kLevels> told_levels_{};
    PacketTap* tap_ = nullptr;
    ReceiveCounters counters_;
};

}  // namespace legroom::engine
