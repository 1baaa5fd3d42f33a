#include "codec/opus_decoder.hpp"

#include <cmath>
#include <opus.h>

#include "audio/gain.hpp"
#include "codec/opus_packet.hpp"

namespace legroom::codec {

namespace {

/// libopus keeps denormals away with an offset of about 1e-30, in silence too. Anything this faint (-180
/// dBFS) is silence, and silence has to be recognisable: it is zero.
constexpr float kFaintest = 1e-9F;

void tidy(std::span<float> samples) {
    for (float& sample : samples) sample = std::abs(sample) < kFaintest ? 0.0F : audio::clip(sample);
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
    return finish(opus_decode_float(state_.get(), nullptr, 0, out.data(), static_cast<int>(out.size()), 0),
                  out);
}

Result<std::size_t> OpusDecoder::decode_fec(Bytes next_packet, std::span<float> out) {
    if (!packet_duration(next_packet)) return conceal(out);
    return finish(
        opus_decode_float(state_.get(), next_packet.data(), static_cast<opus_int32>(next_packet.size()),
                          out.data(), static_cast<int>(out.size()), 1),
        out);
}

}  // namespace legroom::codec
