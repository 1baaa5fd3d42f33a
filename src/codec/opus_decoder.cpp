#include "codec/opus_decoder.hpp"

#include <algorithm>
#include <cmath>
#include <opus.h>

#include "audio/gain.hpp"
#include "codec/opus_packet.hpp"

namespace legroom::codec {

namespace {

/// libopus never quite says nothing: an offset of 1e-30 keeps denormals away, and a muted microphone coded by
/// SILK ticks by one step of 16 bits now and then. Silence has to be recognisable, so a packet that never
/// moves further than that is zero.
constexpr float kFaintest = 1.5F / 32'768;

/// 2.5 ms: what libopus conceals comes in multiples of it.
constexpr std::size_t shortest_frame(SampleRate rate) { return samples_per_tick(rate) / 8; }

void tidy(std::span<float> samples) {
    const bool silent =
        std::ranges::all_of(samples, [](float sample) { return std::abs(sample) < kFaintest; });
    if (silent) {
        std::ranges::fill(samples, 0.0F);
    } else {
        audio::clip(samples);
    }
}

/// libopus's answer as ours: it decodes in float without limit, a Frame has one.
Result<std::size_t> finish(int decoded, std::span<float> out) {
    if (decoded == OPUS_BUFFER_TOO_SMALL) return Error::no_room;
    if (decoded <= 0) return Error::bad_packet;
    const auto samples = static_cast<std::size_t>(decoded);
    tidy(out.first(samples));
    return samples;
}

}  // namespace

void OpusDecoder::Destroy::operator()(::OpusDecoder* state) const { opus_decoder_destroy(state); }

Result<OpusDecoder> OpusDecoder::create(SampleRate rate) {
    int error = OPUS_OK;
    OpusDecoder decoder{rate, opus_decoder_create(static_cast<opus_int32>(hz(rate)), 1, &error)};
    if (error != OPUS_OK) return Error::unavailable;
    return decoder;
}

Result<std::size_t> OpusDecoder::decode(Bytes packet, std::span<float> out) {
    // An empty packet would mean "conceal" to libopus, and it may start on a packet it then refuses.
    const auto duration = packet_duration(packet);
    if (!duration) return duration.error();
    if (static_cast<std::size_t>(duration->count() * hz(rate_) / 1'000'000) > out.size())
        return Error::no_room;
    return finish(opus_decode_float(state_.get(), packet.data(), static_cast<opus_int32>(packet.size()),
                                    out.data(), static_cast<int>(out.size()), 0),
                  out);
}

Result<std::size_t> OpusDecoder::conceal(std::span<float> out) {
    if (out.empty() || out.size() % shortest_frame(rate_) != 0) return Error::no_room;
    return finish(opus_decode_float(state_.get(), nullptr, 0, out.data(), static_cast<int>(out.size()), 0),
                  out);
}

Result<std::size_t> OpusDecoder::decode_fec(Bytes next_packet, std::span<float> out) {
    if (!packet_duration(next_packet)) return conceal(out);
    if (out.empty() || out.size() % shortest_frame(rate_) != 0) return Error::no_room;
    return finish(
        opus_decode_float(state_.get(), next_packet.data(), static_cast<opus_int32>(next_packet.size()),
                          out.data(), static_cast<int>(out.size()), 1),
        out);
}

}  // namespace legroom::codec
