#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "dtls/certificate.hpp"
#include "engine/deadline_queue.hpp"
#include "engine/gathering.hpp"
#include "engine/leg.hpp"
#include "engine/media_figures.hpp"
#include "engine/messages.hpp"
#include "engine/recorder.hpp"
#include "engine/rooms.hpp"
#include "engine/routes.hpp"

namespace legroom::engine {

struct ShardConfig {
    dtls::Certificate certificate;
    SetHostCandidates hosts;  ///< At the start.
    bool comfort_noise = true;
    Duration setup_timeout = std::chrono::seconds{30};  ///< From the offer to connected.
    Duration restart_timeout =
        std::chrono::seconds{10};      ///< For an ICE restart's new path, while the old one works.
    bool allow_local_targets = false;  ///< See ice::AgentConfig.
    Duration ntp_origin{};             ///< From 1900 to the Instant of zero (rtp::to_ntp).
};

/// The stream of this path is of no more use.
struct CloseStream {
    Path path;
};

using Output = std::variant<Transmit, CloseStream, Event>;

/// The media plane of one thread: the paths of its legs and the ticks of its rooms.
///
/// Owns no socket, clock or thread, and is not thread-safe. Drive it like ice::Agent: give it one input, call
/// poll() until it returns nullopt, then wait for deadline(), a datagram or a command. Whatever the input, a
/// tick that is due comes first: handshakes and checks never make the audio wait.
class Shard {
public:
    /// `random` must outlive the shard.
    Shard(ShardConfig config, Random& random);

    /// A command for a leg or room that is gone already is ignored: control was ahead.
    void handle_command(Instant now, const Command& command);
    /// Decrypts in place. A stranger's datagram is dropped unanswered and counted.
    void handle_datagram(Instant now, const Path& path, MutableBytes datagram);
    /// The connection that carried this path is gone: what comes by the same ends later is somebody else's. A
    /// path that is no leg's is ignored.
    void handle_closed(Instant now, const Path& path);
    void handle_timeout(Instant now);
    /// Ends every leg with RTCP BYE and close_notify: the program is about to exit.
    void close(Instant now);

    [[nodiscard]] std::optional<Output> poll();
    [[nodiscard]] std::optional<Instant> deadline();

    [[nodiscard]] const ShardCounters& counters() const { return figures_.shard; }
    [[nodiscard]] std::size_t leg_count() const { return legs_.size(); }

private:
    void handle(Instant now, const CreateLeg& command);
    void handle(Instant now, const ChangeLeg& command);
    void handle(Instant now, const AddRemoteCandidate& command);
    void handle(Instant now, const CloseLeg& command);
    void handle(Instant now, const SetMuted& command);
    void handle(Instant now, const SetDeaf& command);
    void handle(Instant now, const SetGain& command);
    void handle(Instant now, const SetRole& command);
    void handle(Instant now, const SendDigits& command);
    void handle(Instant now, const StartPlayback& command);
    void handle(Instant now, const StopPlayback& command);
    void handle(Instant now, const SetPlaybackGain& command);
    void handle(Instant now, const SetReconnectGrace& command);
    void handle(Instant now, const QueryIce& command);
    void handle(Instant now, const QueryMedia& command);
    void handle(Instant now, const CreateRoom& command);
    void handle(Instant now, const DeleteRoom& command);
    void handle(Instant now, const JoinRoom& command);
    void handle(Instant now, const LeaveRoom& command);
    void handle(Instant now, const SetRouting& command);
    void handle(Instant now, const CreateBridge& command);
    void handle(Instant now, const TurnBridge& command);
    void handle(Instant now, const DeleteBridge& command);
    void handle(Instant now, const RecordLeg& command);
    void handle(Instant now, const RecordPackets& command);
    void handle(Instant now, const RecordRoom& command);
    void handle(Instant now, const RecordTrack& command);
    void handle(Instant now, const LeaveTrack& command);
    void handle(Instant now, const PauseRecording& command);
    void handle(Instant now, const StopRecording& command);
    void handle(Instant now, const SetHostCandidates& command);
    void handle(Instant now, const StartGathering& command);

    void add_leg(Instant now, const CreateLeg& command);
    void forget_leg(const LegId& id, LegNumber number);
    std::uint32_t new_transaction_tag();
    void restart(Instant now, LegNumber number, Leg& leg, const ChangeLeg& command);
    void replace(Instant now, LegNumber number, Leg& leg, const ChangeLeg& command);
    void end_change(LegNumber number, const Leg& leg, bool succeeded);
    void start_ticking(Instant now);
    void stop_if_idle();
    void tick_if_due(Instant now);
    void tick(Instant now);
    void pump(Instant now, LegNumber number);
    void act(Instant now, LegNumber number, Leg& leg, ConnectionOutput output);
    void route(Instant now, const Path& path, MutableBytes datagram);
    void transmit(Instant now, Transmit datagram);
    void pump_gathering(Instant now);
    void act(Instant now, GatheringOutput output);
    void report(Event event) { outbox_.emplace_back(std::move(event)); }
    template <class Work>
    void contain(Work work);
    template <class Work>
    void take_input(Instant now, Work work);
    template <class Work>
    void on_every_leg(Instant now, Work work);
    template <class Work>
    void on_leg(Instant now, LegNumber number, Work work);
    template <class Work>
    void on_leg(Instant now, const LegId& id, Work work);
    template <class Work>
    void on_player(Instant now, const PlaybackTarget& target, Work work);
    void report_playbacks();
    void end_playbacks(Leg& leg);
    void leave_room(Leg& leg);
    Leg* find(const LegId& id);
    void stop_recording(record::RecordingId id);

    ShardConfig config_;
    Random& random_;
    std::unordered_map<LegNumber, std::unique_ptr<Leg>> legs_;  ///< Rooms point at legs: they must not move.
    std::unordered_map<LegId, LegNumber> numbers_;
    Rooms rooms_;
    Recorder recorder_;
    Routes routes_;
    DeadlineQueue<LegNumber> deadlines_;
    Gathering gathering_;
    std::optional<Instant> next_tick_;  ///< Set while there are legs, bridges, or playbacks in rooms.
    LegNumber next_number_ = 0;
    std::deque<Output> outbox_;
    MediaFigures figures_;  ///< Streams: of legs that are gone.
};

}  // namespace legroom::engine
