#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "call/error.hpp"
#include "call/ice_status.hpp"
#include "call/leg_options.hpp"
#include "call/limits.hpp"
#include "call/local_candidates.hpp"
#include "call/remote_side.hpp"
#include "call/switchboard.hpp"
#include "dtls/certificate.hpp"
#include "engine/messages.hpp"
#include "ice/candidate.hpp"
#include "sdp/fragment.hpp"

namespace legroom::call {

struct LegConfig {
    std::size_t max_legs = kDefaultMaxLegs;
    dtls::Fingerprint fingerprint{};  ///< Of the certificate every leg's handshake shows.
    /// true: no server is asked for candidates. false: engine::GatheringDone will come, and until then no
    /// poll is told `done`.
    bool gathering_done = false;
    Duration reconnect_grace = std::chrono::seconds{30};  ///< Of legs that do not say.
    bool speech_detection = false;                        ///< Likewise.
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
    /// Of a publisher nothing but its sending is accepted, of a listener nothing but its receiving;
    /// Error::wrong_direction if that leaves nothing.
    Result<NewLeg> create(Instant now, std::string_view offer, LegOptions options = {}, Origin origin = {});

    /// Answers a second offer of a leg: hold and formats, an ICE restart, or a wholly new transport (see
    /// second_offer.hpp). The present path carries the call until the new one does. Error::change_pending
    /// while an earlier one is still on its way. After an error the leg is as it was.
    Result<NewLeg> reoffer(Instant now, const LegId& id, std::string_view offer);

    /// An ICE restart without an offer (WHIP): the peer's new credentials and candidates for ours.
    /// Error::bad_candidate: it says candidates and not one can be read.
    Result<sdp::Fragment> restart_ice(Instant now, const LegId& id, const sdp::Fragment& theirs);

    /// How long the leg may stay interrupted, from the next time or the present one on. 0 to
    /// kMaxReconnectGrace, else Error::bad_reconnect_grace.
    Result<void> set_reconnect_grace(const LegId& id, Duration grace);

    /// How the leg's connection stands: `taker` is called once, now with an error or as soon as the shard has
    /// answered. Error::too_many_queries beyond kMaxIceQueries at a time.
    void ice_status(const LegId& id, IceStatusTaker taker);

    /// A trickled candidate. Those we cannot or need not use are accepted and have no effect: the end mark,
    /// `.local` names, another generation, more than kMaxRemoteCandidates.
    Result<void> add_remote_candidate(const LegId& id, std::string_view line);

    /// Several at once, at most kMaxCandidatesAtOnce: if one of them is no candidate, none is added.
    Result<void> add_remote_candidates(const LegId& id, const std::vector<std::string>& lines);

    /// A trickled fragment (RFC 8840), likewise all or nothing. Error::other_ice_session: its ufrag is not
    /// that of the leg's peer. Its password is not looked at.
    Result<void> add_fragment(const LegId& id, const sdp::Fragment& fragment);

    /// Takes our candidates out of the leg's buffer: each is given exactly once.
    Result<Drained> drain_candidates(const LegId& id);

    /// Who is told when drain_candidates() may have something new to say. One at most; {} ends it.
    void watch(LegWatcher watcher) { board_.watch(std::move(watcher)); }

    /// Each call publishes its event, changed or not.
    Result<void> set_muted(Instant now, const LegId& id, bool muted);
    Result<void> set_deaf(Instant now, const LegId& id, bool deaf);

    /// How much louder others hear it, in dB: kMinGainDb to kMaxGainDb, else Error::invalid_gain. No event.
    /// The pointer is valid until the leg is gone.
    Result<const Leg*> set_gain(const LegId& id, double decibels);

    /// Gone from lookup at once. Publishes `leg.left_room` if it was in one, then `leg.disconnected`.
    Result<void> hang_up(Instant now, const LegId& id);

    /// The server ends, and all legs with it: as by hang_up(), for the reason `shutdown`.
    void hang_up_all(Instant now);

    /// What a shard reports. Reports about legs that are gone are late, not wrong: ignored.
    void handle(Instant now, const engine::Event& event);

    [[nodiscard]] const Leg* find(const LegId& id) const { return board_.find(id); }
    [[nodiscard]] const std::map<LegId, Leg>& all() const { return board_.legs(); }
    [[nodiscard]] const LegCounters& counters() const { return counters_; }
    [[nodiscard]] const LocalCandidates& local_candidates() const { return local_; }

private:
    void on(Instant now, const engine::LegConnected& event);
    void on(Instant now, const engine::LegInterrupted& event);
    void on(Instant now, const engine::LegResumed& event);
    void on(Instant now, const engine::LegFailed& event);
    void on(Instant now, const engine::LegExpired& event);
    void on(Instant, const engine::DigitReceived&) {}    ///< DtmfService's.
    void on(Instant, const engine::DigitsDone&) {}       ///< Likewise.
    void on(Instant, const engine::PlaybackStarted&) {}  ///< PlaybackService's.
    void on(Instant, const engine::PlaybackEnded&) {}    ///< Likewise.
    void on(Instant now, const engine::SpeakingChanged& event);
    void on(Instant now, const engine::TransportChanged& event);
    void on(Instant now, const engine::IceReported& event);
    void on(Instant, const engine::MediaReported&) {}  ///< For the metrics.
    void on(Instant now, const engine::CandidateGathered& event);
    void on(Instant now, const engine::CandidateLost& event);
    void on(Instant, const engine::RelayFailed&) {}  ///< For the log only.
    void on(Instant now, const engine::GatheringDone& event);

    void take_candidate(Leg& leg, const ice::ParsedCandidate& parsed);
    sdp::Ours invent_ours();
    Leg admit(Instant now, const sdp::Ours& ours, const sdp::Negotiated& negotiated, LegOptions options);
    void start(Leg leg, std::optional<Duration> max_duration, const sdp::Ours& ours,
               sdp::Negotiated negotiated, RemoteSide remote);
    void end(Instant now, Leg& leg, LegDisconnected story);

    struct Change {
        engine::ChangeLeg::Transport transport = engine::ChangeLeg::Transport::kept;
        sdp::Answer answer;
        RemoteSide remote;
        sdp::Ours ours;
    };
    Result<Change> read_second_offer(const Signalling& before, std::string_view offer);
    sdp::Ours ours_after(engine::ChangeLeg::Transport change, const Signalling& before);
    void carry_out(Leg& leg, Change change);
    [[nodiscard]] std::optional<Failure> diagnose(const Leg& leg, Instant at,
                                                  const peer::PeerReport& report) const;

    struct IceQuery {
        LegId leg;
        IceStatusTaker taker;
    };

    LegConfig config_;
    Switchboard& board_;
    Random& random_;
    LocalCandidates local_;
    LegCounters counters_;
    std::map<std::uint64_t, IceQuery> ice_queries_;
    std::uint64_t next_ice_query_ = 1;
};

/// The event that ends a leg's story; its durations run from its creation to `now`.
LegDisconnected disconnected(Instant now, const Leg& leg, DisconnectReason reason,
                             std::optional<Failure> failure = std::nullopt);

}  // namespace legroom::call
