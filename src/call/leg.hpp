#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "call/connection.hpp"
#include "call/leg_options.hpp"
#include "dtls/certificate.hpp"
#include "sdp/answer.hpp"
#include "webhook/target.hpp"

namespace legroom::call {

/// What signalling needs to know of a leg's WebRTC transport; the transport itself lives on a shard.
struct Signalling {
    std::string local_ufrag;
    std::string remote_ufrag;       ///< A trickled candidate of another generation is ignored.
    std::string mid;                ///< Of the section that carries the bundled transport,
    std::uint16_t mline_index = 0;  ///< and its place in the offer.
    /// Candidate lines of ours that no poll has fetched yet, in the order they were gathered.
    std::vector<std::string> undelivered;
    std::size_t remote_candidates = 0;  ///< Handed to ICE so far; at most kMaxRemoteCandidates.
    std::size_t mdns_names = 0;         ///< `.local` candidates of the peer: never resolved.

    // What a second offer is compared with and answered from.
    sdp::Ours ours;              ///< Of the latest answer, without its candidates.
    sdp::Negotiated negotiated;  ///< By the latest offer, without its candidates.
    std::vector<dtls::Fingerprint> remote_fingerprints;
    bool change_pending = false;  ///< The latest offer's transport is still on its way.
    /// While change_pending: what is in force again should it not come up.
    std::shared_ptr<const Signalling> before;
};

/// What a leg was made for. A publisher only speaks, a listener only hears (RFC 9725 §4.2, WHEP).
enum class Purpose : std::uint8_t { call, publish, listen };

/// Where a leg comes from; it does not change.
struct Origin {
    Purpose purpose = Purpose::call;
    RoomId room;  ///< The room a publisher or listener named. It may have been moved since.
};

/// One participant: a browser with its connection. A leg lives from the answer to its offer until it is
/// hung up, its transport fails or its room is deleted; in all that time it counts as connected (contract
/// 01), whether or not media flows yet.
struct Leg {
    LegId id;
    Origin origin;
    std::string app_id;
    std::string role;                   ///< For the routing matrix; "" = none. Kept across rooms.
    std::optional<RoomId> room;         ///< Changed by Switchboard only, together with Room::members.
    bool muted = false;                 ///< Others do not hear it.
    bool deaf = false;                  ///< It does not hear others.
    double gain_db = 0;                 ///< How much louder others hear it.
    bool speech_detection = false;      ///< Whether anybody is told that it speaks.
    bool speaking = false;              ///< speaking.started was told, and its end was not.
    bool accept_dtmf = true;            ///< Wants digits forwarded from room mates.
    std::uint64_t digits_received = 0;  ///< From the far end so far.
    std::size_t digits_waiting = 0;     ///< Handed to the shard and not told of as done.
    bool transport_up = false;          ///< ICE and DTLS were up at least once.
    Connection connection = Connection::connecting;
    LegHeaders headers;          ///< What its offer came with, for who reads the leg.
    webhook::TargetPtr webhook;  ///< Of events about it; nullptr: none of its own.
    Duration reconnect_grace{};  ///< How long it waits for its peer to come back.
    Instant created_at;
    Signalling signalling;
};

}  // namespace legroom::call
