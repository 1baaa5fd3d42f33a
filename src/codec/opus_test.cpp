#include <cmath>
#include <gtest/gtest.h>
#include <memory>
#include <numbers>
#include <opus.h>
#include <vector>

#include "audio/goertzel.hpp"
#include "audio/level.hpp"
#include "audio/tone.hpp"
#include "base/random.hpp"
#include "codec/opus_decoder.hpp"
#include "codec/opus_encoder.hpp"
#include "codec/opus_packet.hpp"

namespace legroom::codec {
namespace {

constexpr SampleRate kRates[] = {SampleRate::k8000, SampleRate::k16000, SampleRate::k24000,
                                 SampleRate::k48000};

/// Something speech-like enough for LPC and VAD: a buzz of harmonics whose loudness comes and goes.
class Buzz {
public:
    explicit Buzz(SampleRate rate) : rate_(rate) {}

    audio::Frame next() {
        audio::Frame frame{rate_};
        for (float& sample : frame.samples()) {
            const double seconds = static_cast<double>(at_++) / hz(rate_);
            const double syllable = 0.6 + 0.4 * std::sin(2 * std::numbers::pi * 4 * seconds);
            double sound = 0;
            for (int harmonic = 1; harmonic <= 12; ++harmonic) {
                sound += std::sin(2 * std::numbers::pi * 140 * harmonic * seconds) / harmonic;
            }
            sample = static_cast<float>(0.2 * syllable * sound);
        }
        return frame;
    }

private:
    SampleRate rate_;
    std::uint64_t at_ = 0;
};

std::vector<ByteVector> encode_buzz(SampleRate rate, const OpusSettings& settings, int frames) {
    auto encoder = OpusEncoder::create(rate, settings).value();
    Buzz buzz{rate};
    std::vector<ByteVector> packets(static_cast<std::size_t>(frames));
    for (ByteVector& packet : packets) EXPECT_TRUE(encoder.encode(buzz.next(), packet));
    return packets;
}

std::vector<float> room_for(SampleRate rate) { return std::vector<float>(max_packet_samples(rate)); }

TEST(Opus, CarriesATone) {
    for (const SampleRate rate : kRates) {
        auto encoder = OpusEncoder::create(rate, {}).value();
        auto decoder = OpusDecoder::create(rate).value();
        audio::Tone tone{rate, 440, 0.5F};
        std::vector<float> heard;
        for (int tick = 0; tick < 30; ++tick) {
            audio::Frame frame{rate};
            tone.fill(frame.samples());
            ByteVector packet;
            ASSERT_TRUE(encoder.encode(frame, packet));
            auto out = room_for(rate);
            ASSERT_EQ(decoder.decode(packet, out).value(), samples_per_tick(rate));
            heard.insert(heard.end(), out.begin(), out.begin() + static_cast<long>(samples_per_tick(rate)));
        }
        const auto settled = std::span{heard}.subspan(10 * samples_per_tick(rate));
        EXPECT_GT(audio::power_share(settled, rate, 440), 0.95) << hz(rate);
        EXPECT_NEAR(audio::rms(settled), 0.5 / std::sqrt(2), 0.05) << hz(rate);
    }
}

TEST(OpusEncoder, AppendsAndTellsTheSize) {
    auto encoder = OpusEncoder::create(SampleRate::k16000, {}).value();
    ByteVector out{1, 2, 3};
    const std::size_t size = encoder.encode(Buzz{SampleRate::k16000}.next(), out).value();
    EXPECT_EQ(out.size(), 3 + size);
    EXPECT_EQ(out[2], 3);
    EXPECT_EQ(packet_duration(Bytes{out}.subspan(3)).value(), kTick);
}

TEST(OpusEncoder, CodesNoHigherThanThePeerPlays) {  // RFC 7587 §6.1, maxplaybackrate
    const std::pair<std::uint32_t, int> kWanted[] = {{8'000, OPUS_BANDWIDTH_NARROWBAND},
                                                     {12'000, OPUS_BANDWIDTH_MEDIUMBAND},
                                                     {16'000, OPUS_BANDWIDTH_WIDEBAND},
                                                     {24'000, OPUS_BANDWIDTH_SUPERWIDEBAND},
                                                     {48'000, OPUS_BANDWIDTH_FULLBAND}};
    for (const auto& [rate, bandwidth] : kWanted) {
        for (const auto& packet : encode_buzz(SampleRate::k48000, {.max_playback_rate = rate}, 20)) {
            EXPECT_LE(opus_packet_get_bandwidth(packet.data()), bandwidth) << rate;
        }
    }
}

TEST(OpusEncoder, KeepsTheBitrate) {
    for (const std::uint32_t bitrate : {12'000U, 32'000U, 64'000U}) {
        std::size_t bytes = 0;
        for (const auto& packet : encode_buzz(SampleRate::k48000, {.bitrate = bitrate}, 250)) {
            bytes += packet.size();
        }
        EXPECT_LT(static_cast<double>(bytes) * 8 / 5, bitrate * 1.25) << bitrate;
    }
}

TEST(OpusEncoder, WithCbrMakesPacketsOfOneSize) {
    const auto packets = encode_buzz(SampleRate::k48000, {.cbr = true}, 50);
    for (const auto& packet : packets) EXPECT_EQ(packet.size(), 32'000U / 8 / 50);
}

TEST(OpusEncoder, BringsWildSettingsIntoRange) {
    const OpusSettings kWild{.bitrate = 4'000'000'000,
                             .complexity = 99,
                             .inband_fec = true,
                             .expected_loss_percent = 1000,
                             .max_playback_rate = 1};
    EXPECT_EQ(encode_buzz(SampleRate::k8000, kWild, 5).size(), 5U);
    EXPECT_EQ(encode_buzz(SampleRate::k48000, {.bitrate = 0, .complexity = -5}, 5).size(), 5U);
}

TEST(OpusEncoder, SendsFecOnlyWhileLossIsExpected) {
    auto encoder = OpusEncoder::create(SampleRate::k16000, {.inband_fec = true}).value();
    Buzz buzz{SampleRate::k16000};
    const auto packets_with_fec = [&] {
        int count = 0;
        for (int tick = 0; tick < 50; ++tick) {
            ByteVector packet;
            EXPECT_TRUE(encoder.encode(buzz.next(), packet));
            count += carries_fec(packet) ? 1 : 0;
        }
        return count;
    };
    EXPECT_EQ(packets_with_fec(), 0);
    encoder.set_expected_loss(20);
    EXPECT_GT(packets_with_fec(), 20);  // libopus leaves out what is easily concealed
    encoder.set_expected_loss(0);
    EXPECT_LE(packets_with_fec(), 1);  // the one in the encoder's hands
}

TEST(OpusDecoder, RebuildsALostPacketFromTheNext) {
    const SampleRate rate = SampleRate::k16000;
    const auto packets = encode_buzz(rate, {.inband_fec = true, .expected_loss_percent = 20}, 50);
    auto whole = OpusDecoder::create(rate).value();
    auto recovering = OpusDecoder::create(rate).value();
    auto concealing = OpusDecoder::create(rate).value();
    auto truth = room_for(rate);
    auto rebuilt = room_for(rate);
    auto invented = room_for(rate);
    const auto tick = samples_per_tick(rate);
    double rebuilt_error = 0;
    double invented_error = 0;
    for (std::size_t i = 0; i + 1 < packets.size(); ++i) {
        ASSERT_TRUE(whole.decode(packets[i], truth));
        if (i % 5 != 4) {
            ASSERT_TRUE(recovering.decode(packets[i], rebuilt));
            ASSERT_TRUE(concealing.decode(packets[i], invented));
            continue;
        }
        ASSERT_EQ(recovering.decode_fec(packets[i + 1], std::span{rebuilt}.first(tick)).value(), tick);
        ASSERT_EQ(concealing.conceal(std::span{invented}.first(tick)).value(), tick);
        for (std::size_t k = 0; k < tick; ++k) {
            rebuilt_error += std::pow(rebuilt[k] - truth[k], 2);
            invented_error += std::pow(invented[k] - truth[k], 2);
        }
    }
    EXPECT_LT(rebuilt_error, invented_error / 2);
}

TEST(OpusDecoder, ConcealmentDiesAway) {
    for (const SampleRate rate : kRates) {
        auto decoder = OpusDecoder::create(rate).value();
        auto out = room_for(rate);
        for (const auto& packet : encode_buzz(rate, {}, 20)) ASSERT_TRUE(decoder.decode(packet, out));

        const auto frame = std::span{out}.first(samples_per_tick(rate));
        const float before = audio::rms(frame);
        ASSERT_EQ(decoder.conceal(frame).value(), frame.size());
        EXPECT_GT(audio::rms(frame), before / 10) << hz(rate);
        for (int tick = 0; tick < 20; ++tick) ASSERT_TRUE(decoder.conceal(frame));
        EXPECT_LT(audio::rms(frame), before / 10) << hz(rate);
    }
}

TEST(OpusDecoder, ConcealsOnlyWholeShortFrames) {
    auto decoder = OpusDecoder::create(SampleRate::k48000).value();
    std::vector<float> out(7000);
    EXPECT_TRUE(decoder.conceal(std::span{out}.first(120)));
    EXPECT_TRUE(decoder.conceal(std::span{out}.first(5760)));
    EXPECT_EQ(decoder.conceal(std::span{out}.first(121)).error(), Error::no_room);
    EXPECT_EQ(decoder.conceal({}).error(), Error::no_room);
    EXPECT_EQ(decoder.decode_fec(kSilenceFrame, {}).error(), Error::no_room);
    EXPECT_EQ(decoder.decode_fec({}, {}).error(), Error::no_room);
}

TEST(OpusDecoder, MixesStereoDown) {
    int error = 0;
    const std::unique_ptr<::OpusEncoder, decltype(&opus_encoder_destroy)> stereo{
        opus_encoder_create(48'000, 2, OPUS_APPLICATION_AUDIO, &error), &opus_encoder_destroy};
    ASSERT_EQ(error, OPUS_OK);
    auto decoder = OpusDecoder::create(SampleRate::k48000).value();
    audio::Tone left{SampleRate::k48000, 440, 0.5F};
    audio::Tone right{SampleRate::k48000, 1000, 0.5F};
    auto out = room_for(SampleRate::k48000);
    for (int tick = 0; tick < 20; ++tick) {
        audio::Frame l;
        audio::Frame r;
        left.fill(l.samples());
        right.fill(r.samples());
        std::vector<float> both;
        for (std::size_t i = 0; i < 960; ++i) both.insert(both.end(), {l.buffer[i], r.buffer[i]});
        ByteVector packet(1500);
        const int size = opus_encode_float(stereo.get(), both.data(), 960, packet.data(), 1500);
        ASSERT_GT(size, 0);
        ASSERT_EQ(decoder.decode(Bytes{packet}.first(static_cast<std::size_t>(size)), out).value(), 960U);
    }
    EXPECT_NEAR(audio::power_share(std::span{out}.first(960), SampleRate::k48000, 440), 0.5, 0.15);
    EXPECT_NEAR(audio::power_share(std::span{out}.first(960), SampleRate::k48000, 1000), 0.5, 0.15);
}

TEST(OpusDecoder, RefusesWhatIsNoPacketAndGoesOn) {
    const auto packets = encode_buzz(SampleRate::k48000, {}, 10);
    auto plain = OpusDecoder::create(SampleRate::k48000).value();
    auto harassed = OpusDecoder::create(SampleRate::k48000).value();
    auto expected = room_for(SampleRate::k48000);
    auto heard = room_for(SampleRate::k48000);
    for (const auto& packet : packets) {
        EXPECT_EQ(harassed.decode({}, heard).error(), Error::bad_packet);
        EXPECT_EQ(harassed.decode(ByteVector{0xfb, 0x00}, heard).error(), Error::bad_packet);
        EXPECT_EQ(harassed.decode(packet, std::span{heard}.first(959)).error(), Error::no_room);
        ASSERT_TRUE(plain.decode(packet, expected));
        ASSERT_TRUE(harassed.decode(packet, heard));
        EXPECT_EQ(heard, expected);
    }
}

TEST(OpusDecoder, SurvivesAnyBytes) {
    SeededRandom random{2026};
    for (const SampleRate rate : kRates) {
        auto decoder = OpusDecoder::create(rate).value();
        auto out = room_for(rate);
        for (int run = 0; run < 2'000; ++run) {
            ByteVector packet(random.below(200));
            random.fill(packet);
            const auto decoded =
                run % 3 == 0 ? decoder.decode_fec(packet, std::span{out}.first(samples_per_tick(rate)))
                             : decoder.decode(packet, out);
            for (const float sample : std::span{out}.first(decoded ? *decoded : 0)) {
                ASSERT_LE(std::abs(sample), 1.0F);
            }
        }
    }
}

TEST(SilenceFrame, IsDigitalSilenceAtEveryRate) {
    for (const SampleRate rate : kRates) {
        auto decoder = OpusDecoder::create(rate).value();
        std::vector<float> out(max_packet_samples(rate), 1.0F);
        for (int tick = 0; tick < 5; ++tick) {
            ASSERT_EQ(decoder.decode(kSilenceFrame, out).value(), samples_per_tick(rate));
            for (const float sample : std::span{out}.first(samples_per_tick(rate))) ASSERT_EQ(sample, 0.0F);
        }
    }
}

TEST(OpusDecoder, HearsAMutedMicrophoneAsSilence) {  // a browser's muted track goes on sending coded zeros
    for (const SampleRate rate : kRates) {
        auto encoder = OpusEncoder::create(rate, {}).value();
        auto decoder = OpusDecoder::create(rate).value();
        Buzz buzz{rate};
        audio::Frame heard{rate};
        for (int tick = 0; tick < 60; ++tick) {
            ByteVector packet;
            ASSERT_TRUE(encoder.encode(tick < 20 ? buzz.next() : audio::Frame{rate}, packet));
            ASSERT_TRUE(decoder.decode(packet, heard.samples()));
            ASSERT_TRUE(tick < 30 || heard.silent()) << hz(rate) << " tick " << tick;
        }
    }
}

TEST(SilenceFrame, EndsASoundWithinAFewFrames) {
    for (const SampleRate rate : kRates) {
        auto decoder = OpusDecoder::create(rate).value();
        auto out = room_for(rate);
        for (const auto& packet : encode_buzz(rate, {}, 20)) ASSERT_TRUE(decoder.decode(packet, out));
        const auto frame = std::span{out}.first(samples_per_tick(rate));
        ASSERT_TRUE(decoder.decode(kSilenceFrame, out));  // the sound before rings out here
        for (int tick = 0; tick < 4; ++tick) {
            ASSERT_TRUE(decoder.decode(kSilenceFrame, out));
            EXPECT_EQ(audio::level_minus_dbov(frame), audio::kSilentLevel) << hz(rate);
        }
        EXPECT_LT(audio::rms(frame), 1e-9F) << hz(rate);
    }
}

}  // namespace
}  // namespace legroom::codec
