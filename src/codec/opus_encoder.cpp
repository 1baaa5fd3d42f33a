#include "codec/opus_encoder.hpp"

#include <algorithm>
#include <cassert>
#include <opus.h>

namespace legroom::codec {

namespace {

constexpr std::uint32_t kMinBitrate = 6'000;
constexpr std::uint32_t kMaxBitrate = 510'000;

/// What is of use to a peer that plays at this rate (RFC 7587 §6.1, maxplaybackrate).
opus_int32 max_bandwidth(std::uint32_t max_playback_rate) {
    if (max_playback_rate <= 8'000) return OPUS_BANDWIDTH_NARROWBAND;
    if (max_playback_rate <= 12'000) return OPUS_BANDWIDTH_MEDIUMBAND;
    if (max_playback_rate <= 16'000) return OPUS_BANDWIDTH_WIDEBAND;
    if (max_playback_rate <= 24'000) return OPUS_BANDWIDTH_SUPERWIDEBAND;
    return OPUS_BANDWIDTH_FULLBAND;
}

/// libopus's own macros for this cast the C way, which our warnings forbid.
bool set(::OpusEncoder* state, int request, opus_int32 value) {
    return opus_encoder_ctl(state, request, value) == OPUS_OK;
}

bool apply(const OpusSettings& settings, ::OpusEncoder* state) {
    const auto bitrate = static_cast<opus_int32>(std::clamp(settings.bitrate, kMinBitrate, kMaxBitrate));
    return set(state, OPUS_SET_BITRATE_REQUEST, bitrate) &&
           set(state, OPUS_SET_COMPLEXITY_REQUEST, std::clamp(settings.complexity, 0, 10)) &&
           set(state, OPUS_SET_INBAND_FEC_REQUEST, settings.inband_fec ? 1 : 0) &&
           set(state, OPUS_SET_VBR_REQUEST, settings.cbr ? 0 : 1) &&
           set(state, OPUS_SET_MAX_BANDWIDTH_REQUEST, max_bandwidth(settings.max_playback_rate));
}

}  // namespace

void OpusEncoder::Destroy::operator()(::OpusEncoder* state) const { opus_encoder_destroy(state); }

Result<OpusEncoder> OpusEncoder::create(SampleRate rate, const OpusSettings& settings) {
    int error = OPUS_OK;
    OpusEncoder encoder{
        rate, opus_encoder_create(static_cast<opus_int32>(hz(rate)), 1, OPUS_APPLICATION_VOIP, &error)};
    if (error != OPUS_OK || !apply(settings, encoder.state_.get())) return Error::unavailable;
    encoder.set_expected_loss(settings.expected_loss_percent);
    return encoder;
}

Result<std::size_t> OpusEncoder::encode(const audio::Frame& frame, ByteVector& out) {
    assert(frame.rate == rate_);
    const std::size_t before = out.size();
    out.resize(before + kMaxPacketBytes);
    const opus_int32 written =
        opus_encode_float(state_.get(), frame.samples().data(), static_cast<int>(frame.samples().size()),
                          out.data() + before, static_cast<opus_int32>(kMaxPacketBytes));
    out.resize(before + static_cast<std::size_t>(std::max(written, 0)));
    if (written <= 0) return Error::unavailable;
    return static_cast<std::size_t>(written);
}

void OpusEncoder::set_expected_loss(int percent) {
    set(state_.get(), OPUS_SET_PACKET_LOSS_PERC_REQUEST, std::clamp(percent, 0, 100));
}

void OpusEncoder::reset() { opus_encoder_ctl(state_.get(), OPUS_RESET_STATE); }

}  // namespace legroom::codec
