#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "audio/frame.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "codec/error.hpp"

struct OpusEncoder;  // libopus's; NOLINT(bugprone-forward-declaration-namespace)

namespace legroom::codec {

/// How to code, mostly what the peer asked for (RFC 7587 §6.1).
struct OpusSettings {
    std::uint32_t bitrate = 32'000;  ///< bit/s; brought into 6000..510000.
    int complexity = 5;              ///< 0..10: half the CPU of 9 at hardly less quality.
    bool inband_fec = false;         ///< Only has an effect while losses are expected.
    int expected_loss_percent = 0;   ///< 0..100
    bool cbr = false;
    std::uint32_t max_playback_rate = 48'000;  ///< Hz the peer can play; nothing above half of it is coded.
};

/// Codes a room's frames as 20 ms mono Opus packets for speech (RFC 6716). Not thread-safe. Movable.
class OpusEncoder {
public:
    /// The longest packet encode() appends: one frame (RFC 6716 §3.4, R2) and the TOC byte.
    static constexpr std::size_t kMaxPacketBytes = 1276;

    /// Takes frames of this rate. Error::unavailable when there is no memory.
    static Result<OpusEncoder> create(SampleRate rate, const OpusSettings& settings);

    /// Appends one packet to `out` and gives its size. The frame has the encoder's rate.
    Result<std::size_t> encode(const audio::Frame& frame, ByteVector& out);

    /// From the peer's receiver reports, 0..100; steers how much FEC is spent.
    void set_expected_loss(int percent);

    /// Forgets the sound so far: the decoder at the other end has been playing something else.
    void reset();

    [[nodiscard]] SampleRate rate() const { return rate_; }

private:
    struct Destroy {
        void operator()(::OpusEncoder* state) const;
    };

    OpusEncoder(SampleRate rate, ::OpusEncoder* state) : rate_(rate), state_(state) {}

    SampleRate rate_;
    std::unique_ptr<::OpusEncoder, Destroy> state_;
};

}  // namespace legroom::codec
