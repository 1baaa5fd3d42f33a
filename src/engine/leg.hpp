#pragma once

#include <optional>
#include <string_view>

#include "audio/gain_ramp.hpp"
#include "audio/speech_detector.hpp"
#include "base/ids.hpp"
#include "engine/connection.hpp"
#include "engine/media_figures.hpp"
#include "engine/messages.hpp"
#include "engine/player.hpp"
#include "engine/receive_path.hpp"
#include "engine/send_path.hpp"
#include "engine/tap.hpp"
#include "rtp/dtmf_receiver.hpp"

namespace legroom::engine {

class Room;

/// What there is to tell of a packet of the peer.
struct Received {
    std::optional<Ssrc> new_ssrc;  ///< Of a stream not heard of before.
    std::optional<char> digit;     ///< A key was pressed: one of "0123456789*#ABCD".
};

/// What a report of the peer's says of the path, and what we see of it ourselves then.
struct PathQuality {
    std::optional<Duration> round_trip;
    std::optional<Duration> jitter;  ///< Of the peer's packets (RFC 3550 §6.4.1).
};

/// One participant on a shard: its connection, its incoming and its outgoing sound.
class Leg {
public:
    /// Rate of a leg that has been in no room yet. Out of one again it keeps that room's: nobody hears it.
    static constexpr SampleRate kRateAlone = SampleRate::k48000;

    Leg(const CreateLeg& command, peer::PeerConfig peer, Random& random, Instant now);

    [[nodiscard]] const LegId& id() const { return id_; }
    [[nodiscard]] Connection& connection() { return connection_; }

    /// What a second offer says of directions and formats, from now on.
    void negotiate(const sdp::Negotiated& negotiated);
    /// The same once the new transport carries the leg; both streams begin anew then.
    void negotiate_when_replaced(const ChangeLeg& change);
    /// The new transport has come up, or (false) has been given up.
    void end_replacement(bool succeeded, Random& random);

    /// An authentic plain RTP packet of the peer. What is neither the negotiated Opus nor a negotiated
    /// telephone-event is dropped. A muted leg's keys count: that is how it may ask to be heard.
    Received receive(Instant at, Bytes plain_rtp);

    /// Presses keys at the peer's, behind those that wait; kept until it is connected, dropped while its
    /// offer lets us send nothing.
    void send_digits(std::string_view digits);
    /// What has become of digits since the last call.
    DigitTally take_digits_done() { return outgoing_.take_digits_done(); }

    /// At each report of the peer's that was not there the last time.
    std::optional<PathQuality> take_path_quality();
    /// Since it was made, whatever its peers were.
    [[nodiscard]] StreamFigures figures() const;
    /// True once, when its time is up.
    bool take_expired(Instant now);
    /// Whether somebody speaks now, if that is another answer than the last time. Muted, nobody does.
    std::optional<bool> take_speaking_change();

    /// The next 20 ms of what the leg says, at the rate of its room and with its gain. False: nothing to be
    /// mixed, because it is muted, not connected or silent. Its jitter buffer runs on in any case.
    bool pull(Instant now, audio::Frame& out);
    /// Sends the next 20 ms, with what is played to this leg alone added; nullptr is silence. False: nothing
    /// of it has left.
    bool play(Instant now, const audio::Frame* heard);
    /// Whether play() would send anything now.
    [[nodiscard]] bool can_be_sent_to() const;
    /// What is played to it, whether it is deaf or not.
    [[nodiscard]] Player& player() { return player_; }
    /// The tick of a leg that is in no room: it says nothing to nobody and hears what is played to it.
    void tick_alone(Instant now);

    /// Where to put what it says and hears in each tick, for its own recording and for its room's; nullptr
    /// ends it. Must outlive their stay.
    void set_tap(LegTap* tap) { tap_ = tap; }
    void set_track(LegTap* track) { track_ = track; }
    /// The same for the packets of its peer.
    void set_packet_tap(PacketTap* tap);

    /// Set by Room::add and Room::remove; nullptr: in none. When a codec for the room's rate cannot be made
    /// it throws and leaves the leg in none; nullptr never throws. Whoever spoke begins anew.
    void set_room(Room* room);
    [[nodiscard]] Room* room() const { return room_; }

    void set_gain(double decibels) { gain_.set(audio::factor_of(decibels)); }
    /// Its room has to be told.
    void set_role(std::string role) { role_ = std::move(role); }
    [[nodiscard]] const std::string& role() const { return role_; }
    void set_muted(bool muted);
    void set_deaf(bool deaf) { deaf_ = deaf; }
    [[nodiscard]] bool muted() const { return muted_; }
    [[nodiscard]] bool deaf() const { return deaf_; }
    [[nodiscard]] sdp::Direction direction() const { return direction_; }

private:
    std::optional<char> hear(Instant at, const rtp::Packet& packet);
    bool send(Instant now, const audio::Frame* heard);
    void tap_heard(const audio::Frame* heard);
    const audio::Frame* add_played(const audio::Frame* heard, audio::Frame& mixed);
    void negotiate_media(const sdp::Negotiated& negotiated);
    [[nodiscard]] std::optional<std::uint8_t> level_of(const rtp::Packet& packet) const;
    void watch_speech(Heard heard, const audio::Frame& frame);

    /// Tells the encoder what the peer's reports say is lost, so that FEC covers it.
    void adapt_to_loss();

    LegId id_;
    sdp::Direction direction_ = sdp::Direction::inactive;
    std::uint8_t opus_payload_type_ = 0;
    std::optional<std::uint8_t> telephone_event_48k_;  ///< Payload types; a peer may use either.
    std::optional<std::uint8_t> telephone_event_8k_;
    std::optional<std::uint8_t> audio_level_extension_;  ///< RFC 8285 id, where the peer says how loud it is.
    Ssrc ssrc_;
    Connection connection_;
    ReceivePath incoming_;
    rtp::DtmfReceiver keys_;
    SendPath outgoing_;
    Player player_;
    Room* room_ = nullptr;
    LegTap* tap_ = nullptr;
    LegTap* track_ = nullptr;
    PacketTap* packet_tap_ = nullptr;
    std::optional<Ssrc> heard_ssrc_;  ///< Of the latest packet.
    std::uint8_t reported_loss_ = 0;  ///< In 1/256 (RFC 3550 §6.4.1).
    std::uint32_t reported_sequence_ = 0;
    StreamFigures figures_;  ///< What is sent, and what came by transports before this one.
    std::string role_;
    audio::GainRamp gain_;
    std::optional<audio::SpeechDetector> speech_;  ///< nullopt: nobody asks.
    bool speaking_told_ = false;
    std::optional<Instant> expires_;
    bool muted_ = false;
    bool deaf_ = false;
    /// Waits for its transport.
    struct Renegotiation {
        sdp::Negotiated negotiated;
        Ssrc ssrc{};
    };
    std::optional<Renegotiation> renegotiation_;
};

}  // namespace legroom::engine
