#pragma once

#include "base/ids.hpp"
#include "engine/messages.hpp"
#include "engine/receive_path.hpp"
#include "engine/send_path.hpp"
#include "peer/peer.hpp"

namespace legroom::engine {

class Room;

/// One participant on a shard: its connection, its incoming and its outgoing sound.
class Leg {
public:
    /// Rate of a leg that has been in no room yet. Out of one again it keeps that room's: nobody hears it.
    static constexpr SampleRate kRateAlone = SampleRate::k48000;

    Leg(const CreateLeg& command, peer::PeerConfig peer, Random& random, Instant now);

    [[nodiscard]] const LegId& id() const { return id_; }
    [[nodiscard]] peer::Peer& peer() { return peer_; }

    /// An authentic plain RTP packet of the peer. What is not the negotiated Opus is dropped.
    void receive(Instant at, Bytes plain_rtp);

    /// The next 20 ms of what the leg says, at the rate of its room. False: nothing to be mixed, because it
    /// is muted, not connected or silent. Its jitter buffer runs on in any case.
    bool pull(Instant now, audio::Frame& out);
    /// Sends the next 20 ms; nullptr is silence.
    void play(Instant now, const audio::Frame* heard);
    /// The tick of a leg that is in no room: it says nothing to nobody and hears silence.
    void tick_alone(Instant now);

    /// Set by Room::add and Room::remove; nullptr: in none. When a codec for the room's rate cannot be made
    /// it throws and leaves the leg in none; nullptr never throws.
    void set_room(Room* room);
    [[nodiscard]] Room* room() const { return room_; }

    void set_muted(bool muted) { muted_ = muted; }
    void set_deaf(bool deaf) { deaf_ = deaf; }
    [[nodiscard]] bool muted() const { return muted_; }
    [[nodiscard]] bool deaf() const { return deaf_; }

private:
    /// Tells the encoder what the peer's reports say is lost, so that FEC covers it.
    void adapt_to_loss();

    LegId id_;
    sdp::Direction direction_;
    std::uint8_t opus_payload_type_;
    peer::Peer peer_;
    ReceivePath incoming_;
    SendPath outgoing_;
    Room* room_ = nullptr;
    std::uint8_t reported_loss_ = 0;  ///< In 1/256 (RFC 3550 §6.4.1).
    bool muted_ = false;
    bool deaf_ = false;
};

}  // namespace legroom::engine
