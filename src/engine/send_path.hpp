#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "audio/frame.hpp"
#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/units.hpp"
#include "codec/opus_encoder.hpp"
#include "rtp/dtmf_sender.hpp"
#include "rtp/packet.hpp"
#include "sdp/answer.hpp"

namespace legroom::engine {

/// How the peer takes key presses (RFC 4733).
struct TelephoneEventFormat {
    std::uint8_t payload_type = 0;
    std::uint32_t clock_rate =
        48'000;  ///< Hz, of durations; the stream's timestamps stay those of its sound.
};

/// What a leg's negotiation says about what we send.
struct SendConfig {
    SampleRate rate = SampleRate::k48000;  ///< Of the frames to come, until set_rate().
    Ssrc ssrc{};
    sdp::OpusParameters opus;
    std::optional<TelephoneEventFormat> telephone_event;  ///< nullopt: the peer takes no digits.
    std::optional<std::uint8_t> audio_level_extension;    ///< RFC 8285 id, 1..255
    std::optional<std::uint8_t> mid_extension;            ///< RFC 8285 id, 1..255
    std::string mid;                                      ///< Not sent if longer than an extension holds.

    static SendConfig from(const sdp::Negotiated& negotiated, Ssrc ssrc, SampleRate rate);
};

/// What became of digits.
struct DigitTally {
    std::size_t sent = 0;
    std::size_t dropped = 0;  ///< The peer takes none (any more), or too many were waiting.
};

/// One leg's outgoing sound: a frame at the room's rate in on each tick, one plain RTP packet out
/// (RFC 3550, 7587), without a break as long as the leg lives. What nobody speaks in costs no encoder. A
/// digit takes the place of the sound while it lasts (RFC 4733 §2.1): one stream says one thing at a time.
/// Owns no clock; not thread-safe.
class SendPath {
public:
    /// The MID is in the packets of the first two seconds (RFC 8843 §15).
    static constexpr int kPacketsWithMid = 100;

    /// `random` gives the first sequence number and timestamp (RFC 3550 §5.1); not kept. Throws only when
    /// there is no memory.
    SendPath(SendConfig config, Random& random);

    /// Appends the packet of this tick to `rtp_out`. nullptr or a silent frame: the leg hears nothing, which
    /// is sent as codec::kSilenceFrame. A frame has rate(). False: a digit went instead.
    bool next(const audio::Frame* heard, ByteVector& rtp_out);

    /// Presses a key as soon as those before it are done. What cannot be sent is dropped: nothing but a key
    /// of a telephone, nothing the peer does not take, no more than rtp::DtmfSender::kMaxWaiting.
    void send_digit(char digit);
    /// Drops all digits, also the one being sent: the peer shall hear nothing any more.
    void drop_digits();
    /// Takes over what an earlier stream had not sent yet.
    void adopt_digits(SendPath& earlier);
    /// What has become of digits since the last call.
    DigitTally take_digits_done();

    /// A second offer changed formats. The stream goes on: same SSRC, next sequence number.
    void negotiate(SendConfig config);

    /// The leg is in another room. Makes a new encoder only if the rate is another one.
    void set_rate(SampleRate rate);

    /// Share of packets the peer's receiver reports miss, 0..100: how much FEC to send, if it wants any.
    void set_expected_loss(int percent);

    [[nodiscard]] SampleRate rate() const { return encoder_.rate(); }
    /// Header of the packet next() will make; its timestamp serves sender reports.
    [[nodiscard]] const rtp::Header& header() const { return header_; }

private:
    /// -dBov; louder is called voice in the audio level extension, comfort noise is not.
    static constexpr std::uint8_t kFirstLevelWithoutVoice = 60;

    void speak(const audio::Frame& heard, ByteVector& rtp_out);
    void fall_silent(ByteVector& rtp_out);
    bool press(ByteVector& rtp_out);
    Bytes encode(const audio::Frame& frame);
    void write(Bytes payload, std::uint8_t level, ByteVector& rtp_out);
    void write(const rtp::Header& header, Bytes payload, std::optional<Bytes> level, ByteVector& rtp_out);

    SendConfig config_;
    codec::OpusSettings settings_;
    codec::OpusEncoder encoder_;
    rtp::Header header_;
    ByteVector payload_;  ///< Kept for its capacity.
    bool in_silence_ = true;
    rtp::DtmfSender digits_;
    std::size_t digits_dropped_ = 0;  ///< And not told of yet.
    int packets_with_mid_left_ = kPacketsWithMid;
};

}  // namespace legroom::engine
