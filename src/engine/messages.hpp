#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/units.hpp"
#include "dtls/certificate.hpp"
#include "ice/agent.hpp"
#include "sdp/answer.hpp"

/// What crosses between the control plane and a shard. Plain values: they are moved from one thread to
/// the other. Control decides and answers; a shard carries out and reports.
namespace legroom::engine {

struct CreateLeg {
    LegId leg;
    ice::Credentials local;
    sdp::Negotiated negotiated;
    std::vector<dtls::Fingerprint> remote_fingerprints;
    std::vector<ice::Candidate> remote_candidates;
    Ssrc ssrc{};
    std::string cname;
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
struct CreateRoom {
    RoomId room;
    SampleRate rate = SampleRate::k16000;
};
/// The control plane has taken every leg out of it before.
struct DeleteRoom {
    RoomId room;
};
/// Puts a leg into a room, out of the one it was in. Flags are in force for the first mixed frame.
struct JoinRoom {
    LegId leg;
    RoomId room;
    std::optional<bool> muted;
    std::optional<bool> deaf;
};
struct LeaveRoom {
    LegId leg;
};

/// The addresses of the STUN servers are known (their names are resolved outside): learn ours from them.
/// Sent once, and only if the shard was told to expect it.
struct StartGathering {
    std::vector<Endpoint> stun_servers;
};

using Command = std::variant<CreateLeg, AddRemoteCandidate, CloseLeg, SetMuted, SetDeaf, CreateRoom,
                             DeleteRoom, JoinRoom, LeaveRoom, StartGathering>;

/// ICE and DTLS are up, for the first time.
struct LegConnected {
    LegId leg;
};
/// The transport is lost or never came up. The shard keeps the leg, silent, until CloseLeg.
struct LegFailed {
    LegId leg;
    std::string detail;  ///< For the log: "consent expired", "fingerprint mismatch", …
};
/// A server-reflexive address of the one port was learnt; it serves every leg.
struct CandidateGathered {
    ice::Candidate candidate;
};
/// No more candidates of the first round will come.
struct GatheringDone {};

using Event = std::variant<LegConnected, LegFailed, CandidateGathered, GatheringDone>;

}  // namespace legroom::engine
