#include "engine/send_path.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "audio/tone.hpp"
#include "codec/opus_packet.hpp"
#include "engine/messages.hpp"
#include "rtp/audio_level.hpp"

namespace legroom::engine {
namespace {

constexpr SampleRate kRates[] = {SampleRate::k8000, SampleRate::k16000, SampleRate::k24000,
                                 SampleRate::k48000};

/// A SendPath and what comes out of it, each packet parsed.
class Outgoing {
public:
    explicit Outgoing(SendConfig config = {}, std::uint64_t seed = 1)
        : random_(seed), path(std::move(config), random_) {}

    rtp::Packet silence() { return send(nullptr); }
    rtp::Packet speak(const audio::Frame& frame) { return send(&frame); }
    rtp::Packet tone() {
        audio::Frame frame{path.rate()};
        audio::Tone{frame.rate, 440, 0.5F}.fill(frame.samples());
        return speak(frame);
    }

private:
    /// Valid until the next.
    rtp::Packet send(const audio::Frame* frame) {
        datagram_.clear();
        path.next(frame, datagram_);
        return rtp::parse_packet(datagram_).value();
    }

    SeededRandom random_;
    ByteVector datagram_;

public:
    SendPath path;
};

bool is_silence(const rtp::Packet& packet) {
    return std::ranges::equal(packet.payload, codec::kSilenceFrame);
}

SendConfig with_extensions() {
    SendConfig config;
    config.audio_level_extension = 1;
    config.mid_extension = 4;
    config.mid = "0";
    return config;
}

/// A receiver that begins after the number wrapped would guess the rollover counter wrong (RFC 3711 §3.3.1).
TEST(SendPath, BeginsFarFromTheWrapOfTheSequenceNumber) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        EXPECT_LT(Outgoing({}, seed).silence().header.sequence.value, 0x8000U) << seed;
    }
}

TEST(SendPath, NeverBreaksSequenceAndTimestamp) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Outgoing out{{}, seed};
        const rtp::Header first = out.silence().header;
        for (int tick = 1; tick < 200; ++tick) {
            const rtp::Header header = (tick % 7 < 3 ? out.tone() : out.silence()).header;
            EXPECT_EQ(header.sequence.value, static_cast<std::uint16_t>(first.sequence.value + tick));
            EXPECT_EQ(header.timestamp, first.timestamp + 960U * static_cast<unsigned>(tick));
        }
    }
}

TEST(SendPath, BeginsAtRandomNumbers) {  // RFC 3550 §5.1
    const rtp::Header one = Outgoing{{}, 1}.silence().header;
    const rtp::Header other = Outgoing{{}, 2}.silence().header;
    EXPECT_NE(one.sequence, other.sequence);
    EXPECT_NE(one.timestamp, other.timestamp);
}

TEST(SendPath, WrapsAround) {
    Outgoing out;
    const std::uint16_t first = out.silence().header.sequence.value;
    rtp::Header last;
    for (int tick = 0; tick < 65'536; ++tick) last = out.silence().header;
    EXPECT_EQ(last.sequence.value, first);
}

TEST(SendPath, CarriesWhatWasNegotiated) {
    SendConfig config;
    config.ssrc = Ssrc{0xcafe};
    config.opus.payload_type = 109;
    Outgoing out{config};
    const rtp::Packet packet = out.tone();
    EXPECT_EQ(packet.header.ssrc, Ssrc{0xcafe});
    EXPECT_EQ(packet.header.payload_type, 109);
    EXPECT_TRUE(packet.extension.empty());
}

TEST(SendPath, AppendsBehindWhatIsThere) {
    SeededRandom random{1};
    SendPath path{{}, random};
    ByteVector out{42};
    path.next(nullptr, out);
    EXPECT_EQ(out[0], 42);
    EXPECT_TRUE(is_silence(rtp::parse_packet(Bytes{out}.subspan(1)).value()));
}

TEST(SendPath, SendsTheConstantFrameWhenNothingIsHeard) {
    Outgoing out;
    EXPECT_TRUE(is_silence(out.silence()));
    EXPECT_TRUE(is_silence(out.speak(audio::Frame{out.path.rate()}))) << "zeros are nothing, too";
    EXPECT_FALSE(is_silence(out.tone()));
    EXPECT_FALSE(is_silence(out.silence())) << "the end of the tone, from the encoder's look-ahead";
    EXPECT_TRUE(is_silence(out.silence()));
}

TEST(SendPath, MarksTheFirstPacketOfATalkspurt) {  // RFC 3551 §4.1
    Outgoing out;
    EXPECT_FALSE(out.silence().header.marker);
    EXPECT_TRUE(out.tone().header.marker);
    EXPECT_FALSE(out.tone().header.marker);
    EXPECT_FALSE(out.silence().header.marker);
    EXPECT_FALSE(out.silence().header.marker);
    EXPECT_TRUE(out.tone().header.marker);
}

TEST(SendPath, TellsTheAudioLevel) {  // RFC 6464
    Outgoing out{with_extensions()};
    const auto level = [](const rtp::Packet& packet) {
        return rtp::parse_audio_level(rtp::find_extension(packet, 1).value()).value();
    };
    EXPECT_EQ(level(out.silence()), (rtp::AudioLevel{.voice = false, .minus_dbov = 127}));
    EXPECT_EQ(level(out.tone()), (rtp::AudioLevel{.voice = true, .minus_dbov = 9}));

    audio::Frame faint{out.path.rate()};
    audio::Tone{faint.rate, 440, 2.5e-4F}.fill(faint.samples());
    EXPECT_EQ(level(out.speak(faint)), (rtp::AudioLevel{.voice = false, .minus_dbov = 75}));
}

TEST(SendPath, TellsTheMidInTheFirstTwoSeconds) {
    Outgoing out{with_extensions()};
    for (int tick = 0; tick < SendPath::kPacketsWithMid; ++tick) {
        const rtp::Packet packet = out.silence();
        EXPECT_EQ(as_text(rtp::find_extension(packet, 4).value()), "0");
    }
    EXPECT_FALSE(rtp::find_extension(out.silence(), 4));
    EXPECT_TRUE(rtp::find_extension(out.silence(), 1));
}

TEST(SendPath, SurvivesAMidTooLongForAnExtension) {
    SendConfig config = with_extensions();
    config.mid = std::string(5000, 'm');
    Outgoing out{config};
    const rtp::Packet packet = out.silence();
    EXPECT_TRUE(is_silence(packet));
    EXPECT_LT(packet.extension.size(), 300U);
}

SendConfig with_digits(std::uint32_t clock_rate = 48'000) {
    SendConfig config = with_extensions();
    config.telephone_event = TelephoneEventFormat{110, clock_rate};
    return config;
}

TEST(SendPath, ADigitTakesThePlaceOfTheSound) {  // RFC 4733 §2.1
    for (const std::uint32_t clock_rate : {48'000U, 8'000U}) {
        Outgoing out{with_digits(clock_rate)};
        const rtp::Header before = out.tone().header;
        out.path.send_digit('7');
        for (std::uint16_t tick = 1; tick <= 14; ++tick) {
            SCOPED_TRACE(tick);
            const rtp::Packet packet = out.tone();
            const bool digit = tick <= 10;
            EXPECT_EQ(packet.header.payload_type, digit ? 110 : 111);
            EXPECT_EQ(packet.header.sequence.value, before.sequence.value + tick);
            EXPECT_EQ(packet.header.ssrc, before.ssrc);
            EXPECT_EQ(packet.header.timestamp, before.timestamp + (digit ? 1 : tick) * 960U);
            EXPECT_EQ(packet.header.marker, tick == 1 || tick == 11) << "both begin something";
            EXPECT_TRUE(rtp::find_extension(packet, 4)) << "the MID";
            EXPECT_EQ(rtp::find_extension(packet, 1).has_value(), !digit) << "the level is the sound's";
            if (!digit) continue;
            const auto event = rtp::parse_telephone_event(packet.payload).value();
            EXPECT_EQ(event.event, 7);
            EXPECT_EQ(event.end, tick >= 8);
            EXPECT_EQ(event.duration, std::min<std::uint32_t>(tick, 8) * clock_rate / 50);
        }
        const auto done = out.path.take_digits_done();
        EXPECT_EQ(done.sent, 1U);
        EXPECT_EQ(done.dropped, 0U);
    }
}

TEST(SendPath, DigitsThatCannotBeSentAreDroppedAndTold) {
    Outgoing deaf_to_digits;
    deaf_to_digits.path.send_digit('1');
    EXPECT_EQ(deaf_to_digits.path.take_digits_done().dropped, 1U);

    Outgoing out{with_digits()};
    for (std::size_t i = 0; i <= kMaxDigitsWaiting; ++i) out.path.send_digit('1');
    EXPECT_EQ(out.path.take_digits_done().dropped, 1U) << "one too many";
    out.silence();
    out.path.negotiate(with_extensions());
    EXPECT_EQ(out.path.take_digits_done().dropped, kMaxDigitsWaiting) << "the peer takes none any more";
    EXPECT_TRUE(is_silence(out.silence()));
}

TEST(SendPath, ANewPayloadTypeHoldsInTheMiddleOfADigit) {
    Outgoing out{with_digits()};
    out.path.send_digit('1');
    const rtp::Header begun = out.silence().header;
    SendConfig config = with_digits();
    config.telephone_event->payload_type = 126;
    out.path.negotiate(config);
    const rtp::Packet packet = out.silence();
    EXPECT_EQ(packet.header.payload_type, 126);
    EXPECT_EQ(packet.header.timestamp, begun.timestamp);
    EXPECT_EQ(rtp::parse_telephone_event(packet.payload).value().duration, 1'920);
}

TEST(SendPath, AnotherStreamSendsTheDigitsOfTheOneBefore) {
    Outgoing first{with_digits()};
    first.path.send_digit('4');
    first.path.send_digit('5');
    first.silence();
    Outgoing second{with_digits(8'000), 2};
    second.path.adopt_digits(first.path);
    std::string begun;
    for (int tick = 0; tick < 24; ++tick) {
        const rtp::Packet packet = second.silence();
        if (packet.header.payload_type != 110 || !packet.header.marker) continue;
        begun += rtp::digit_of(rtp::parse_telephone_event(packet.payload).value().event).value();
    }
    EXPECT_EQ(begun, "45");
    EXPECT_EQ(second.path.take_digits_done().sent, 2U);

    Outgoing third;
    second.path.send_digit('6');
    third.path.adopt_digits(second.path);
    EXPECT_EQ(third.path.take_digits_done().dropped, 1U) << "its peer takes none";
}

TEST(SendPath, KeepsToThePeersBitrate) {
    SendConfig config;
    config.opus.max_average_bitrate = 12'000;
    config.opus.cbr = true;
    Outgoing out{config};
    for (int tick = 0; tick < 50; ++tick) EXPECT_EQ(out.tone().payload.size(), 30U);
}

TEST(SendPath, GoesOnAtAnotherRate) {
    Outgoing out;
    rtp::Header before = out.tone().header;
    for (const SampleRate rate : kRates) {
        out.path.set_rate(rate);
        EXPECT_EQ(out.path.rate(), rate);
        const rtp::Packet packet = out.tone();
        EXPECT_EQ(packet.header.timestamp, before.timestamp + 960);
        EXPECT_EQ(codec::packet_duration(packet.payload).value(), kTick);
        before = packet.header;
    }
}

TEST(SendPath, SendsFecWhenWantedAndNeeded) {
    for (const bool wanted : {false, true}) {
        SendConfig config;
        config.rate = SampleRate::k16000;
        config.opus.use_inband_fec = wanted;
        Outgoing out{config};
        int with_fec = 0;
        for (int tick = 0; tick < 100; ++tick) {
            if (tick == 50) out.path.set_expected_loss(20);
            const bool fec = codec::carries_fec(out.tone().payload);
            EXPECT_FALSE(fec && tick < 50);
            with_fec += fec ? 1 : 0;
        }
        EXPECT_EQ(with_fec > 10, wanted) << with_fec;
    }
}

TEST(SendPath, ANewRateKeepsExpectingLoss) {
    SendConfig config;
    config.opus.use_inband_fec = true;
    Outgoing out{config};
    out.path.set_expected_loss(20);
    out.path.set_rate(SampleRate::k16000);
    int with_fec = 0;
    for (int tick = 0; tick < 50; ++tick) with_fec += codec::carries_fec(out.tone().payload) ? 1 : 0;
    EXPECT_GT(with_fec, 10);
}

}  // namespace
}  // namespace legroom::engine
