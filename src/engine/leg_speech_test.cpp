// By what a leg hears somebody speak: what its packets say of themselves, else what is in them.
#include <gtest/gtest.h>
#include <optional>
#include <string>

#include "audio/tone.hpp"
#include "engine/leg.hpp"
#include "engine/send_path.hpp"
#include "rtp/audio_level.hpp"
#include "rtp/packet.hpp"

namespace legroom::engine {
namespace {

constexpr std::uint8_t kLevelExtension = 3;

CreateLeg a_leg(sdp::Direction level_direction) {
    CreateLeg command;
    command.leg = LegId{"leg"};
    command.local = {"ufrag", "passwordpasswordpassword"};
    command.negotiated.opus.payload_type = 111;
    command.negotiated.audio_level_extension = kLevelExtension;
    command.negotiated.audio_level_direction = level_direction;
    command.speech_detection = true;
    return command;
}

peer::PeerConfig a_peer() {
    static const dtls::Certificate certificate = dtls::Certificate::generate().value();
    peer::PeerConfig config;
    config.ice.local = {"ufrag", "passwordpasswordpassword"};
    config.ice.remote = {"peer", "wordpasswordpasswordpass"};
    config.dtls.certificate = certificate;
    config.dtls.remote_fingerprints = {certificate.fingerprint()};
    return config;
}

/// A leg, and a peer that may say anything of what it sends.
class Talk {
public:
    explicit Talk(sdp::Direction level_direction = sdp::Direction::sendrecv)
        : leg(a_leg(level_direction), a_peer(), random_, now_), sender_(SendConfig{}, random_) {}

    /// Half a second of a loud tone, or of silence, each packet with this level.
    void hears(bool tone, std::optional<std::uint8_t> level) {
        for (int i = 0; i < 25; ++i) {
            now_ += kTick;
            leg.receive(now_, packet(tone, level));
            audio::Frame frame;
            leg.pull(now_, frame);
            if (const auto change = leg.take_speaking_change()) story += *change ? "S" : "E";
        }
    }

    std::string story;

private:
    ByteVector packet(bool tone, std::optional<std::uint8_t> level) {
        audio::Frame spoken{sender_.rate()};
        tone_.fill(spoken.samples());
        ByteVector plain;
        sender_.next(tone ? &spoken : nullptr, plain);
        const auto parsed = rtp::parse_packet(plain).value();
        const auto data = rtp::write_audio_level({.voice = false, .minus_dbov = level.value_or(0)});
        const rtp::ExtensionElement element{kLevelExtension, Bytes{data}};
        ByteVector told;
        rtp::Header header = parsed.header;
        header.payload_type = 111;
        rtp::write_packet(told, header, std::span{&element, level ? 1U : 0U}, parsed.payload);
        return told;
    }

    Instant now_{};
    SeededRandom random_{7};
    audio::Tone tone_{SampleRate::k48000, 440, 0.5F};

public:
    Leg leg;

private:
    SendPath sender_;
};

TEST(LegSpeech, IsByTheLevelWhereTheSenderSaysIt) {
    Talk talk;
    talk.hears(true, 127);
    EXPECT_EQ(talk.story, "") << "loud, but the sender calls it silence";
    talk.hears(false, 10);
    EXPECT_EQ(talk.story, "S") << "silent, but the sender calls it loud";
    talk.hears(false, 41);
    EXPECT_EQ(talk.story, "SE");
    talk.hears(false, 40);
    EXPECT_EQ(talk.story, "SES");
}

TEST(LegSpeech, IsByTheSignalWhereItDoesNot) {
    Talk talk;
    talk.hears(true, std::nullopt);
    EXPECT_EQ(talk.story, "S");
    talk.hears(false, std::nullopt);
    EXPECT_EQ(talk.story, "SE");
    talk.hears(true, 127);
    EXPECT_EQ(talk.story, "SE") << "it has begun to say it";

    Talk one_way{sdp::Direction::sendonly};  // of ours: the peer said it would send none
    one_way.hears(true, 127);
    EXPECT_EQ(one_way.story, "S");
}

TEST(LegSpeech, IsNoneWhileMutedAndBeginsAnewAfterwards) {
    Talk talk;
    talk.hears(true, std::nullopt);
    talk.leg.set_muted(true);
    talk.hears(true, std::nullopt);
    EXPECT_EQ(talk.story, "SE");
    talk.leg.set_muted(false);
    talk.hears(true, std::nullopt);
    EXPECT_EQ(talk.story, "SES");
    talk.leg.set_room(nullptr);
    talk.hears(true, std::nullopt);
    EXPECT_EQ(talk.story, "SESES") << "somewhere else, it is another speech";
}

}  // namespace
}  // namespace legroom::engine
