#include "engine/shard.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace legroom::engine {
namespace {

constexpr Duration kLate = std::chrono::milliseconds{5};
constexpr int kMaxTicksBehind = 10;  ///< 200 ms; beyond it the gap is skipped rather than rushed through.

/// A first offer or a second one: both say the same of the transport.
template <class Command>
ice::AgentConfig agent_config(const Command& command, std::uint32_t transaction_tag,
                              const ShardConfig& shard) {
    ice::AgentConfig agent;
    agent.role = command.negotiated.remote_ice_lite ? ice::Role::controlling : ice::Role::controlled;
    agent.remote_lite = command.negotiated.remote_ice_lite;
    agent.local = command.local;
    agent.remote = {command.negotiated.remote_ufrag, command.negotiated.remote_password};
    agent.transaction_tag = transaction_tag;
    agent.setup_timeout = shard.setup_timeout;
    agent.allow_local_targets = shard.allow_local_targets;
    return agent;
}

template <class Command>
peer::PeerConfig peer_config(const Command& command, std::uint32_t transaction_tag,
                             const ShardConfig& shard) {
    peer::PeerConfig peer;
    peer.ice = agent_config(command, transaction_tag, shard);
    peer.dtls.role = command.negotiated.setup == sdp::Setup::active ? dtls::Role::client : dtls::Role::server;
    peer.dtls.certificate = shard.certificate;
    peer.dtls.remote_fingerprints = command.remote_fingerprints;
    peer.reports = {command.ssrc, command.cname, shard.ntp_origin};
    return peer;
}

void add_remote_candidates(Instant now, Leg& leg, const std::vector<ice::Candidate>& candidates) {
    for (const ice::Candidate& candidate : candidates) leg.connection().add_remote_candidate(now, candidate);
}

}  // namespace

Shard::Shard(ShardConfig config, Random& random)
    : config_(std::move(config)), random_(random), gathering_(config_.hosts, random) {}

/// A fault costs what it happened in, and never the thread.
template <class Work>
void Shard::contain(Work work) {
    try {
        work();
    } catch (const std::exception&) {
        ++figures_.shard.faults;
    }
}

/// What is due comes first, and last what the gathering has to say: our addresses change for all legs or for
/// none, and a packet by a relay waits for nothing else.
template <class Work>
void Shard::take_input(Instant now, Work work) {
    tick_if_due(now);
    contain(work);
    contain([&] { pump_gathering(now); });
}

template <class Work>
void Shard::on_every_leg(Instant now, Work work) {
    for (const auto& entry : legs_) on_leg(now, entry.first, work);
}

template <class Work>
void Shard::on_leg(Instant now, LegNumber number, Work work) {
    const auto found = legs_.find(number);
    if (found == legs_.end()) return;
    try {
        work(*found->second);
        pump(now, number);
    } catch (const std::exception& fault) {  // One leg's fault never reaches another.
        ++figures_.shard.faults;
        found->second->connection().abandon(fault.what());  // The next tick reports it.
    }
}

template <class Work>
void Shard::on_leg(Instant now, const LegId& id, Work work) {
    const auto found = numbers_.find(id);
    if (found != numbers_.end()) on_leg(now, found->second, work);
}

void Shard::handle_command(Instant now, const Command& command) {
    take_input(now, [&] { std::visit([&](const auto& what) { handle(now, what); }, command); });
}

void Shard::handle_datagram(Instant now, const Path& path, MutableBytes datagram) {
    take_input(now, [&] {
        if (!gathering_.handle_datagram(now, path, datagram)) route(now, path, datagram);
    });
}

/// To the leg it is for.
void Shard::route(Instant now, const Path& path, MutableBytes datagram) {
    const auto number = routes_.find(path, datagram);
    if (!number) {
        ++figures_.shard.unroutable;
        return;
    }
    on_leg(now, *number, [&](Leg& leg) {
        const bool known = leg.connection().is_valid(path);
        leg.connection().handle_datagram(now, path, datagram);
        if (leg.connection().is_valid(path) && !known) {
            routes_.claim(*number, path);
        } else if (leg.connection().has_heard(path)) {
            routes_.keep(*number, path);
        }
    });
}

void Shard::handle_closed(Instant now, const Path& path) {
    take_input(now, [&] {
        gathering_.stream_closed(now, path);
        const auto number = routes_.owner(path);
        if (!number) return;
        on_leg(now, *number, [&](Leg& leg) { leg.connection().path_closed(now, path); });
        routes_.forget(*number, path);
    });
}

void Shard::handle_timeout(Instant now) {
    take_input(now, [&] {
        while (const auto number = deadlines_.pop_due(now)) {
            on_leg(now, *number, [&](Leg& leg) { leg.connection().handle_timeout(now); });
        }
        gathering_.handle_timeout(now);
    });
}

void Shard::close(Instant now) {
    on_every_leg(now, [&](Leg& leg) { leg.connection().close(now); });
    gathering_.close();
    pump_gathering(now);
}

std::optional<Output> Shard::poll() {
    if (outbox_.empty()) return std::nullopt;
    Output output = std::move(outbox_.front());
    outbox_.pop_front();
    return output;
}

std::optional<Instant> Shard::deadline() {
    std::optional<Instant> earliest = next_tick_;
    const auto consider = [&earliest](std::optional<Instant> other) {
        if (other && (!earliest || *other < *earliest)) earliest = other;
    };
    consider(deadlines_.next());
    consider(gathering_.deadline());
    return earliest;
}

void Shard::handle(Instant now, const CreateLeg& command) {
    try {
        add_leg(now, command);
    } catch (const std::exception& fault) {
        ++figures_.shard.faults;
        forget_leg(command.leg, next_number_ - 1);
        report(LegFailed{command.leg, {ice::FailureCode::internal, fault.what()}, {}});
    }
}

void Shard::add_leg(Instant now, const CreateLeg& command) {
    const LegNumber number = next_number_++;
    const std::uint32_t tag = new_transaction_tag();
    auto peer = peer_config(command, tag, config_);
    peer.ice.local_candidates = gathering_.local_candidates();
    peer.reconnect_grace = command.reconnect_grace;
    legs_[number] = std::make_unique<Leg>(command, std::move(peer), random_, now);
    numbers_[command.leg] = number;
    routes_.add(number, command.local.ufrag, tag);
    start_ticking(now);
    add_remote_candidates(now, *legs_[number], command.remote_candidates);
    pump(now, number);
}

/// Tells our agents' answers apart on the one port.
std::uint32_t Shard::new_transaction_tag() {
    std::uint32_t tag = random_.u32();
    while (routes_.has_tag(tag)) tag = random_.u32();
    return tag;
}

/// All that add_leg() made, or as much of it as it got done.
void Shard::forget_leg(const LegId& id, LegNumber number) {
    for (const auto recording : recorder_.of(id)) stop_recording(recording);
    if (const auto found = legs_.find(number); found != legs_.end()) {
        figures_.streams += found->second->figures();
        contain([&] { end_playbacks(*found->second); });
    }
    numbers_.erase(id);
    routes_.remove(number);
    deadlines_.erase(number);
    legs_.erase(number);
    stop_if_idle();
}

/// Those that a fault has left: each has its end.
void Shard::end_playbacks(Leg& leg) {
    leg.player().stop_all();
    leg.player().tell([this](const auto& what) { report(what); });
}

void Shard::start_ticking(Instant now) {
    if (!next_tick_) next_tick_ = now + kTick;
}

void Shard::stop_if_idle() {
    if (legs_.empty() && rooms_.bridge_count() == 0 && !rooms_.playing()) next_tick_.reset();
}

void Shard::handle(Instant now, const ChangeLeg& command) {
    const auto found = numbers_.find(command.leg);
    if (found == numbers_.end()) return;
    const LegNumber number = found->second;
    // One change at a time: control refuses an offer until it has heard of the last one's end.
    const bool too_early = routes_.has_two_generations(number);
    if (too_early && command.transport != ChangeLeg::Transport::kept) {
        ++figures_.shard.refused_changes;
        return;
    }
    on_leg(now, number, [&](Leg& leg) {
        switch (command.transport) {
            case ChangeLeg::Transport::kept:
                leg.negotiate(command.negotiated);
                return add_remote_candidates(now, leg, command.remote_candidates);
            case ChangeLeg::Transport::restarted:
                leg.negotiate(command.negotiated);
                return restart(now, number, leg, command);
            case ChangeLeg::Transport::replaced:
                return replace(now, number, leg, command);
        }
    });
}

void Shard::restart(Instant now, LegNumber number, Leg& leg, const ChangeLeg& command) {
    const std::uint32_t tag = new_transaction_tag();
    auto next = agent_config(command, tag, config_);
    next.setup_timeout = leg.connection().connected() ? config_.restart_timeout : config_.setup_timeout;
    next.local_candidates = gathering_.local_candidates();
    routes_.add(number, command.local.ufrag, tag);
    leg.connection().restart_ice(now, std::move(next));
    add_remote_candidates(now, leg, command.remote_candidates);
}

void Shard::replace(Instant now, LegNumber number, Leg& leg, const ChangeLeg& command) {
    const std::uint32_t tag = new_transaction_tag();
    auto peer = peer_config(command, tag, config_);
    peer.ice.local_candidates = gathering_.local_candidates();
    routes_.add(number, command.local.ufrag, tag);
    leg.negotiate_when_replaced(command);
    leg.connection().replace(now, std::move(peer));
    add_remote_candidates(now, leg, command.remote_candidates);
}

void Shard::handle(Instant now, const SetReconnectGrace& command) {
    on_leg(now, command.leg, [&](Leg& leg) { leg.connection().set_reconnect_grace(command.grace); });
}

void Shard::handle(Instant now, const QueryIce& command) {
    IceReported answer{command.query, now, std::nullopt};
    on_leg(now, command.leg, [&](Leg& leg) { answer.report = leg.connection().report(now); });
    report(std::move(answer));
}

void Shard::handle(Instant, const QueryMedia&) {
    auto figures = std::make_shared<MediaFigures>(figures_);
    for (const auto& entry : legs_) figures->streams += entry.second->figures();
    report(MediaReported{std::move(figures)});
}

void Shard::handle(Instant now, const AddRemoteCandidate& command) {
    on_leg(now, command.leg,
           [&](Leg& leg) { leg.connection().add_remote_candidate(now, command.candidate); });
}

void Shard::handle(Instant now, const CloseLeg& command) {
    const auto found = numbers_.find(command.leg);
    if (found == numbers_.end()) return;
    const LegNumber number = found->second;
    leave_room(*legs_.at(number));
    on_leg(now, number, [&](Leg& leg) {
        leg.player().stop_all();
        leg.connection().close(now);
    });
    forget_leg(command.leg, number);
}

void Shard::handle(Instant now, const SetMuted& command) {
    on_leg(now, command.leg, [&](Leg& leg) { leg.set_muted(command.muted); });
}

void Shard::handle(Instant now, const SetDeaf& command) {
    on_leg(now, command.leg, [&](Leg& leg) { leg.set_deaf(command.deaf); });
}

void Shard::handle(Instant now, const SetGain& command) {
    on_leg(now, command.leg, [&](Leg& leg) { leg.set_gain(command.decibels); });
}

void Shard::handle(Instant now, const SetRole& command) {
    on_leg(now, command.leg, [&](Leg& leg) {
        leg.set_role(command.role);
        if (Room* room = leg.room()) room->reseat(leg);
    });
}

void Shard::handle(Instant now, const SendDigits& command) {
    on_leg(now, command.leg, [&](Leg& leg) { leg.send_digits(command.digits); });
}

void Shard::handle(Instant now, const StartPlayback& command) {
    bool taken = false;
    on_player(now, command.target, [&](Player& player) {
        player.add(command);
        taken = true;
    });
    if (!taken) report(PlaybackEnded{command.playback, PlaybackEnded::Reason::stopped, {}, 0, 0});
    if (rooms_.playing()) start_ticking(now);
}

void Shard::handle(Instant now, const StopPlayback& command) {
    on_player(now, command.target, [&](Player& player) { player.stop(command.playback); });
    stop_if_idle();
}

void Shard::handle(Instant now, const SetPlaybackGain& command) {
    on_player(now, command.target,
              [&](Player& player) { player.set_gain(command.playback, command.decibels); });
}

template <class Work>
void Shard::on_player(Instant now, const PlaybackTarget& target, Work work) {
    if (const auto* leg_id = std::get_if<LegId>(&target)) {
        on_leg(now, *leg_id, [&](Leg& leg) { work(leg.player()); });
    } else if (Room* room = rooms_.find(std::get<RoomId>(target)); room != nullptr && room->has_legs()) {
        work(room->player());
        report_playbacks();
    }
}

/// Those in rooms.
void Shard::report_playbacks() {
    rooms_.report_playbacks([this](const auto& what) { report(what); });
}

void Shard::handle(Instant, const CreateRoom& command) {
    rooms_.create(command, config_.comfort_noise, random_.u64());
}

void Shard::handle(Instant, const DeleteRoom& command) {
    for (const auto recording : recorder_.of(command.room)) stop_recording(recording);
    if (Room* room = rooms_.find(command.room)) room->player().stop_all();
    report_playbacks();
    rooms_.remove(command.room);
    stop_if_idle();
}

void Shard::handle(Instant, const SetRouting& command) {
    if (Room* room = rooms_.find(command.room)) room->set_routing(command.matrix);
}

void Shard::handle(Instant now, const CreateBridge& command) {
    rooms_.create(command);
    if (rooms_.bridge_count() > 0) start_ticking(now);
}

void Shard::handle(Instant, const TurnBridge& command) { rooms_.turn(command); }

void Shard::handle(Instant, const DeleteBridge& command) {
    rooms_.remove(command.bridge);
    stop_if_idle();
}

void Shard::handle(Instant, const RecordLeg& command) {
    Leg* leg = find(command.leg);
    if (leg == nullptr) return command.tape->close();
    if (LegTap* tap = recorder_.add(command)) leg->set_tap(tap);
}

void Shard::handle(Instant, const RecordPackets& command) {
    Leg* leg = find(command.leg);
    if (leg == nullptr) return command.tape->close();
    if (PacketTap* tap = recorder_.add(command)) leg->set_packet_tap(tap);
}

void Shard::handle(Instant, const RecordRoom& command) {
    Room* room = rooms_.find(command.room);
    if (room == nullptr) return command.tape->close();
    if (MixTap* tap = recorder_.add(command)) room->set_tap(tap);
}

void Shard::handle(Instant, const RecordTrack& command) {
    Leg* leg = find(command.leg);
    if (leg == nullptr) return;
    if (LegTap* track = recorder_.add(command)) leg->set_track(track);
}

void Shard::handle(Instant, const LeaveTrack& command) {
    recorder_.remove(command);
    if (Leg* leg = find(command.leg)) leg->set_track(nullptr);
}

void Shard::handle(Instant, const PauseRecording& command) { recorder_.pause(command); }

void Shard::handle(Instant, const StopRecording& command) { stop_recording(command.recording); }

/// Nobody points at its taps any more.
void Shard::stop_recording(record::RecordingId id) {
    const auto ended = recorder_.remove(id);
    if (!ended) return;
    if (Leg* leg = find(ended->leg)) {
        leg->set_tap(nullptr);
        leg->set_packet_tap(nullptr);
    }
    if (Room* room = rooms_.find(ended->room); room != nullptr && ended->leg.value.empty())
        room->set_tap(nullptr);
    for (const LegId& track : ended->tracks) {
        if (Leg* leg = find(track)) leg->set_track(nullptr);
    }
}

Leg* Shard::find(const LegId& id) {
    const auto found = numbers_.find(id);
    return found == numbers_.end() ? nullptr : legs_.at(found->second).get();
}

void Shard::handle(Instant now, const JoinRoom& command) {
    Room* room = rooms_.find(command.room);
    if (room == nullptr) return;
    on_leg(now, command.leg, [&](Leg& leg) {
        leave_room(leg);
        if (command.muted) leg.set_muted(*command.muted);
        if (command.deaf) leg.set_deaf(*command.deaf);
        if (command.role) leg.set_role(*command.role);
        room->add(leg);
    });
}

void Shard::handle(Instant now, const LeaveRoom& command) {
    on_leg(now, command.leg, [&](Leg& leg) { leave_room(leg); });
}

void Shard::handle(Instant now, const SetHostCandidates& command) { gathering_.set_hosts(now, command); }

void Shard::handle(Instant now, const StartGathering& command) { gathering_.set_servers(now, command); }

void Shard::tick_if_due(Instant now) {
    if (!next_tick_ || now < *next_tick_) return;
    if (now - *next_tick_ > kLate) ++figures_.shard.late_ticks;
    if (const auto behind = (now - *next_tick_) / kTick; behind > kMaxTicksBehind) {
        figures_.shard.skipped_ticks += static_cast<std::uint64_t>(behind);
        recorder_.skip(static_cast<std::uint64_t>(behind));
        *next_tick_ += behind * kTick;
    }
    while (next_tick_ && *next_tick_ <= now) {
        figures_.tick_lateness.observe(now - *next_tick_);
        ++figures_.ticks;
        tick(now);
        if (next_tick_) *next_tick_ += kTick;
    }
}

void Shard::tick(Instant now) {
    rooms_.tick(now, [this](const auto& work) { contain(work); });
    for (const auto& entry : legs_) {
        on_leg(now, entry.first, [&](Leg& leg) {
            if (leg.room() == nullptr) leg.tick_alone(now);
        });
    }
    recorder_.finish_tick();
    report_playbacks();
    stop_if_idle();
}

void Shard::pump(Instant now, LegNumber number) {
    Leg& leg = *legs_.at(number);
    while (auto output = leg.connection().poll()) act(now, number, leg, std::move(*output));
    deadlines_.set(number, leg.connection().deadline());
    const auto [sent, dropped] = leg.take_digits_done();
    if (sent + dropped > 0) report(DigitsDone{leg.id(), sent, dropped});
    leg.player().tell([this](const auto& what) { report(what); });
    if (const auto path = leg.take_path_quality()) {
        if (path->round_trip) figures_.round_trip.observe(*path->round_trip);
        if (path->jitter) figures_.jitter.observe(*path->jitter);
    }
    if (leg.take_expired(now)) report(LegExpired{leg.id()});  // A tick comes often enough to see it.
    if (const auto speaking = leg.take_speaking_change()) report(SpeakingChanged{leg.id(), *speaking});
}

void Shard::act(Instant now, LegNumber number, Leg& leg, ConnectionOutput output) {
    if (auto* datagram = std::get_if<Transmit>(&output)) {
        transmit(now, std::move(*datagram));
    } else if (const auto* media = std::get_if<peer::RtpReceived>(&output)) {
        const Received received = leg.receive(media->at, media->packet);
        if (received.new_ssrc) routes_.know_ssrc(number, *received.new_ssrc);
        if (received.digit) report(DigitReceived{leg.id(), *received.digit});
    } else if (std::holds_alternative<peer::Connected>(output)) {
        report(LegConnected{leg.id()});
    } else if (std::holds_alternative<peer::Interrupted>(output)) {
        report(LegInterrupted{leg.id()});
    } else if (std::holds_alternative<peer::Resumed>(output)) {
        report(LegResumed{leg.id()});
    } else if (auto* failed = std::get_if<peer::Failed>(&output)) {
        report(LegFailed{leg.id(), std::move(*failed), leg.connection().report(now).ice.pairs});
    } else if (const auto* restart = std::get_if<peer::RestartEnded>(&output)) {
        end_change(number, leg, restart->succeeded);
    } else {
        const bool replaced = std::holds_alternative<Replaced>(output);
        leg.end_replacement(replaced, random_);
        end_change(number, leg, replaced);
    }
}

/// Of the two generations one is nobody's from now on.
void Shard::end_change(LegNumber number, const Leg& leg, bool succeeded) {
    if (succeeded) {
        routes_.drop_older(number);
    } else {
        routes_.drop_newest(number);
    }
    report(TransportChanged{leg.id(), succeeded});
}

/// A packet of a leg's, by the port or by one of our relays.
void Shard::transmit(Instant now, Transmit datagram) {
    if (!gathering_.send(now, datagram)) outbox_.emplace_back(std::move(datagram));
}

void Shard::pump_gathering(Instant now) {
    while (auto output = gathering_.poll()) act(now, std::move(*output));
}

void Shard::act(Instant now, GatheringOutput output) {
    if (auto* datagram = std::get_if<Transmit>(&output)) {
        outbox_.emplace_back(std::move(*datagram));
    } else if (auto* received = std::get_if<ice::TurnReceived>(&output)) {
        route(now, received->path, received->bytes);
    } else if (const auto* added = std::get_if<LocalAdded>(&output)) {
        on_every_leg(now, [&](Leg& leg) { leg.connection().add_local_candidate(now, added->candidate); });
    } else if (const auto* removed = std::get_if<LocalRemoved>(&output)) {
        on_every_leg(now, [&](Leg& leg) { leg.connection().remove_local(now, removed->base); });
    } else if (const auto* useless = std::get_if<ice::TurnDisconnect>(&output)) {
        outbox_.emplace_back(CloseStream{useless->path});
    } else {
        report(std::get<Event>(std::move(output)));
    }
}

/// What is played to a room ends with its last leg: nobody would ever hear the rest.
void Shard::leave_room(Leg& leg) {
    Room* room = leg.room();
    if (room == nullptr) return;
    room->remove(leg);
    if (room->has_legs()) return;
    room->player().stop_all();
    report_playbacks();
}

}  // namespace legroom::engine
