#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "call/error.hpp"
#include "call/limits.hpp"
#include "call/local_candidates.hpp"
#include "call/remote_side.hpp"
#include "call/switchboard.hpp"
#include "dtls/certificate.hpp"
#include "engine/messages.hpp"
#include "ice/candidate.hpp"

namespace legroom::call {

struct LegConfig {
    std::size_t max_legs = kDefaultMaxLegs;
    dtls::Fingerprint fingerprint{};  ///< Of the certificate every leg's handshake shows.
    /// true: no server is asked for candidates. false: engine::GatheringDone will come, and until then no
    /// poll is told `done`.
    bool gathering_done = false;
};

struct NewLeg {
    LegId id;
    std::string answer;  ///< SDP, CRLF lines.
};

/// One of our candidates, as addIceCandidate() takes it.
struct CandidateLine {
    std::string line;  ///< "candidate:…"
    std::string mid;
    std::uint16_t mline_index = 0;
    std::string ufrag;
};

struct Drained {
    std::vector<CandidateLine> candidates;
    bool done = false;  ///< None will follow for this leg. Once true it stays true.
};

struct LegCounters {
    std::uint64_t created = 0;
    std::uint64_t refused = 0;                       ///< Over LegConfig::max_legs.
    std::uint64_t remote_candidates_over_limit = 0;  ///< Dropped, though answered as added.
    std::uint64_t remote_candidates_stale = 0;       ///< Of another ICE generation; dropped.
};

/// The life of legs: made by an offer, ended by a hang-up or by their transport (contract 01, 02).
/// Control thread only. `board` and `random` must outlive the service.
class LegService {
public:
    LegService(LegConfig config, Switchboard& board, Random& random);

    /// Host candidates: in the answer and the first poll of every leg made from now on.
    void set_local_candidates(std::vector<ice::Candidate> hosts) { local_.set_hosts(std::move(hosts)); }

    /// Answers an offer in one step, without waiting for anything. The leg can be found and commanded as
    /// soon as this returns; on an error there is none. No event: `leg.connected` comes when media can flow.
    Result<NewLeg> create(Instant now, std::string_view offer, std::string app_id);

    /// A trickled candidate. Those we cannot or need not use are accepted and have no effect: the end mark,
    /// `.local` names, another generation, more than kMaxRemoteCandidates.
    Result<void> add_remote_candidate(const LegId& id, std::string_view line);

    /// Takes our candidates out of the leg's buffer: each is given exactly once.
    Result<Drained> drain_candidates(const LegId& id);

    /// Each call publishes its event, changed or not.
    Result<void> set_muted(Instant now, const LegId& id, bool muted);
    Result<void> set_deaf(Instant now, const LegId& id, bool deaf);

    /// Gone from lookup at once. Publishes `leg.left_room` if it was in one, then `leg.disconnected`.
    Result<void> hang_up(Instant now, const LegId& id);

    /// What a shard reports. Reports about legs that are gone are late, not wrong: ignored.
    void handle(Instant now, const engine::Event& event);

    [[nodiscard]] const Leg* find(const LegId& id) const { return board_.find(id); }
    [[nodiscard]] const std::map<LegId, Leg>& all() const { return board_.legs(); }
    [[nodiscard]] const LegCounters& counters() const { return counters_; }
    [[nodiscard]] const LocalCandidates& local_candidates() const { return local_; }

private:
    void on(Instant now, const engine::LegConnected& event);
    void on(Instant now, const engine::LegFailed& event);
    void on(Instant now, const engine::CandidateGathered& event);
    void on(Instant now, const engine::GatheringDone& event);

    sdp::Ours invent_ours();
    Leg admit(Instant now, const sdp::Ours& ours, const sdp::Negotiated& negotiated, std::string app_id);
    void start(Leg leg, const sdp::Ours& ours, sdp::Negotiated negotiated, RemoteSide remote);
    void end(Instant now, Leg& leg, DisconnectReason reason);

    LegConfig config_;
    Switchboard& board_;
    Random& random_;
    LocalCandidates local_;
    LegCounters counters_;
};

/// The event that ends a leg's story; its durations run from its creation to `now`.
LegDisconnected disconnected(Instant now, const Leg& leg, DisconnectReason reason);

}  // namespace legroom::call
