#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "codec/error.hpp"

struct OpusDecoder;  // libopus's; NOLINT(bugprone-forward-declaration-namespace)

namespace legroom::codec {

/// Decodes one stream of Opus packets (RFC 6716) to mono samples at a room's rate; stereo is mixed down.
/// Samples come out clipped to [-1, 1]; what stays within one step of 16 bits comes out as exact zeros. Not
/// thread-safe. Movable.
class OpusDecoder {
public:
    /// Error::unavailable when there is no memory.
    static Result<OpusDecoder> create(SampleRate rate);

    /// Writes the packet's sound to the front of `out` and gives the number of samples, at most
    /// max_packet_samples(rate). Error::bad_packet or no_room leaves the decoder as it was.
    Result<std::size_t> decode(Bytes packet, std::span<float> out);

    /// Fills `out` with what the sound so far might have gone on to be, fading out over some 100 ms
    /// (packet loss concealment). The size is a multiple of 2.5 ms, at most 120 ms.
    Result<std::size_t> conceal(std::span<float> out);

    /// Fills `out`, the time of a lost packet, from the in-band FEC of the packet after it; without FEC
    /// there, or for the part it does not cover, as conceal(). The next packet is then decoded as usual.
    Result<std::size_t> decode_fec(Bytes next_packet, std::span<float> out);

    [[nodiscard]] SampleRate rate() const { return rate_; }

private:
    struct Destroy {
        void operator()(::OpusDecoder* state) const;
    };

    OpusDecoder(SampleRate rate, ::OpusDecoder* state) : rate_(rate), state_(state) {}

    SampleRate rate_;
    std::unique_ptr<::OpusDecoder, Destroy> state_;
};

}  // namespace legroom::codec
