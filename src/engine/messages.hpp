#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/units.hpp"
#include "dtls/certificate.hpp"
#include "engine/media_figures.hpp"
#include "engine/playback.hpp"
#include "engine/routing.hpp"
#include "ice/agent.hpp"
#include "peer/peer.hpp"
#include "record/messages.hpp"
#include "sdp/answer.hpp"

/// What crosses between the control plane and a shard. Plain values: they are moved from one thread to
/// the other. Control decides and answers; a shard carries out and reports.
namespace legroom::engine {

/// Digits of one leg that are not sent yet; more are dropped.
inline constexpr std::size_t kMaxDigitsWaiting = 256;

struct CreateLeg {
    LegId leg;
    ice::Credentials local;
    sdp::Negotiated negotiated;
    std::vector<dtls::Fingerprint> remote_fingerprints;
    std::vector<ice::Candidate> remote_candidates;
    Ssrc ssrc{};
    std::string cname;
    Duration reconnect_grace = std::chrono::seconds{30};  ///< How long it may stay interrupted.
    std::string role = {};                                ///< For the routing of its rooms; "" = none.
    bool muted = false;
    bool deaf = false;
    bool speech_detection = false;              ///< Ask for SpeakingChanged.
    std::optional<Duration> max_duration = {};  ///< Ask for LegExpired after this time.
};
/// A second offer was answered: what it changes. Until the TransportChanged of a restart or a replacement
/// nothing but `kept` may follow; anything else is ignored and counted.
struct ChangeLeg {
    LegId leg;
    enum class Transport {
        kept,       ///< Directions and formats only.
        restarted,  ///< ICE looks for a new path; ends with TransportChanged.
        replaced,   ///< Another peer connection altogether (new certificate); ends with TransportChanged.
    };
    Transport transport = Transport::kept;
    ice::Credentials local;  ///< Of the new generation; unused when kept, as are the following.
    sdp::Negotiated negotiated;
    std::vector<dtls::Fingerprint> remote_fingerprints;
    std::vector<ice::Candidate> remote_candidates;
    Ssrc ssrc{};
    std::string cname;
};
struct SetReconnectGrace {
    LegId leg;
    Duration grace{};
};
/// Ends with an IceReported that carries `query`.
struct QueryIce {
    LegId leg;
    std::uint64_t query = 0;
};
/// Ends with MediaReported.
struct QueryMedia {};
/// The machine's addresses, or what is announced of them, have changed. Legs that are there get the new
/// candidates, and keep the paths they have from every address the machine still has.
struct SetHostCandidates {
    std::vector<ice::Candidate>
        candidates;                    ///< What is announced; their bases are the addresses we send from.
    std::vector<IpAddress> addresses;  ///< All that the machine has; those of the bases are understood.
};
struct AddRemoteCandidate {
    LegId leg;
    ice::Candidate candidate;
};
struct CloseLeg {
    LegId leg;
};
struct SetMuted {
    LegId leg;
    bool muted = false;
};
struct SetDeaf {
    LegId leg;
    bool deaf = false;
};
/// How much louder the others hear it.
struct SetGain {
    LegId leg;
    double decibels = 0;
};
/// In force for the next mixed frame, as is SetRouting.
struct SetRole {
    LegId leg;
    std::string role;
};
/// Digits to press on the peer's behalf (RFC 4733), behind those that wait. Each is told of by DigitsDone.
struct SendDigits {
    LegId leg;
    std::string digits;  ///< "0123456789*#ABCD"; at most kMaxDigitsWaiting wait at a time.
};
struct CreateRoom {
    RoomId room;
    SampleRate rate = SampleRate::k16000;
};
/// The control plane has taken every leg out of it before.
struct DeleteRoom {
    RoomId room;
};
/// Who hears whom in the room, instead of what was said before.
struct SetRouting {
    RoomId room;
    RoutingMatrix matrix;
};
/// What is said in one room is heard in the other, a tick later. Both have the same rate.
struct CreateBridge {
    BridgeId bridge;
    RoomId a;
    RoomId b;
    bool a_to_b = true;
    bool b_to_a = true;
};
struct TurnBridge {
    BridgeId bridge;
    bool a_to_b = true;
    bool b_to_a = true;
};
/// Comes before the DeleteRoom of one of its rooms.
struct DeleteBridge {
    BridgeId bridge;
};
/// Puts a leg into a room, out of the one it was in. Flags and role are in force for the first mixed frame.
struct JoinRoom {
    LegId leg;
    RoomId room;
    std::optional<bool> muted;
    std::optional<bool> deaf;
    std::optional<std::string> role = {};
};
struct LeaveRoom {
    LegId leg;
};

/// Takes down what a leg says and, on a tape of two channels, what it hears. A leg has one such tape at a
/// time. It begins with the first sound that arrives; from then on every tick counts. Ends with
/// StopRecording, the leg or the room, which close the tape.
struct RecordLeg {
    LegId leg;
    record::RecordingId recording{};
    std::shared_ptr<record::Tape> tape;
};
/// Takes down the packets of a leg's peer as they come, in their order and at the time at which a room would
/// hear them. Instead of RecordLeg, and like it; begins with the first packet.
struct RecordPackets {
    LegId leg;
    record::RecordingId recording{};
    std::shared_ptr<record::PacketTape> tape;
};
/// Takes down all that is said in a room, whoever may hear it. A room has one such tape at a time.
struct RecordRoom {
    RoomId room;
    record::RecordingId recording{};
    std::shared_ptr<record::Tape> tape;
};
/// And, beside the sum, one that is in the room, muted or not. It may leave and come back on the same tape.
struct RecordTrack {
    record::RecordingId recording{};
    LegId leg;
    std::shared_ptr<record::Tape> tape;
};
struct LeaveTrack {
    record::RecordingId recording{};
    LegId leg;
};
/// Time goes on, and nothing is taken down.
struct PauseRecording {
    record::RecordingId recording{};
    bool paused = false;
};
struct StopRecording {
    record::RecordingId recording{};
};

/// Where a TURN server is, and our credentials there.
struct TurnServer {
    std::vector<Endpoint> endpoints;  ///< One server at all of them, IPv4 or IPv6; the preferred ones first.
    Transport transport = Transport::udp;
    std::string username;
    std::string password;

    friend bool operator==(const TurnServer&, const TurnServer&) = default;
};
/// The addresses of the servers are known (their names are resolved outside): learn ours from the STUN
/// servers and get some from each TURN server. Sent again when they change.
struct StartGathering {
    std::vector<Endpoint> stun_servers;
    std::vector<TurnServer> turn_servers;

    friend bool operator==(const StartGathering&, const StartGathering&) = default;
};

using Command =
    std::variant<CreateLeg, ChangeLeg, AddRemoteCandidate, CloseLeg, SetMuted, SetDeaf, SetGain, SetRole,
                 SendDigits, StartPlayback, StopPlayback, SetPlaybackGain, SetReconnectGrace, QueryIce,
                 QueryMedia, CreateRoom, DeleteRoom, JoinRoom, LeaveRoom, SetRouting, CreateBridge,
                 TurnBridge, DeleteBridge, RecordLeg, RecordPackets, RecordRoom, RecordTrack, LeaveTrack,
                 PauseRecording, StopRecording, SetHostCandidates, StartGathering>;

/// ICE and DTLS are up, for the first time.
struct LegConnected {
    LegId leg;
};
/// Nothing has been heard of the peer for five seconds; everything is kept for when it comes back.
struct LegInterrupted {
    LegId leg;
};
struct LegResumed {
    LegId leg;
};
/// The transport is lost or never came up. The shard keeps the leg, silent, until CloseLeg.
struct LegFailed {
    LegId leg;
    peer::Failed failure;
    std::vector<ice::PairReport> pairs;  ///< What was tried.
};
/// The leg's `max_duration` is over. The shard keeps it as it is until CloseLeg.
struct LegExpired {
    LegId leg;
};
/// A key was pressed at the peer.
struct DigitReceived {
    LegId leg;
    char digit = '0';  ///< One of "0123456789*#ABCD".
};
/// Digits of SendDigits that wait no more.
struct DigitsDone {
    LegId leg;
    std::size_t sent = 0;
    std::size_t dropped = 0;  ///< The peer takes none (any more), or too many were waiting.
};
/// Somebody begins or ends to speak at the peer: told of legs that were made with `speech_detection`, in
/// turns, beginning with `true`. Nobody speaks on a leg that is muted or has just been put elsewhere.
struct SpeakingChanged {
    LegId leg;
    bool speaking = false;
};
/// The new transport of a ChangeLeg carries the leg, or has been given up and the old one goes on.
struct TransportChanged {
    LegId leg;
    bool succeeded = false;
};
struct IceReported {
    std::uint64_t query = 0;
    Instant at;
    std::optional<peer::PeerReport> report;  ///< nullopt: the leg is gone.
};
struct MediaReported {
    std::shared_ptr<MediaFigures> figures;  ///< Never null, and nobody else's; shared to keep events small.
};
/// A server-reflexive or relayed address of the one port was learnt; it serves every leg. Said again of one
/// that is known: it is the latest of its base once more.
struct CandidateGathered {
    ice::Candidate candidate;
};
/// It serves nobody any longer: its relay is lost or given up, or no STUN server sees us there any more.
struct CandidateLost {
    ice::Candidate candidate;
};
/// A TURN server gives us no address, or has taken one back (CandidateLost); it is asked again.
struct RelayFailed {
    std::string reason;  ///< For the log.
};
/// No more candidates of the first round will come.
struct GatheringDone {};

using Event =
    std::variant<LegConnected, LegInterrupted, LegResumed, LegFailed, LegExpired, DigitReceived, DigitsDone,
                 PlaybackStarted, PlaybackEnded, SpeakingChanged, TransportChanged, IceReported,
                 MediaReported, CandidateGathered, CandidateLost, RelayFailed, GatheringDone>;

}  // namespace legroom::engine
