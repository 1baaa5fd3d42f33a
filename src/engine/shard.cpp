#include "engine/shard.hpp"

#include <algorithm>
#include <exception>

namespace legroom::engine {
namespace {

constexpr Duration kLate = std::chrono::milliseconds{5};
constexpr int kMaxTicksBehind = 10;  ///< 200 ms; beyond it the gap is skipped rather than rushed through.

}  // namespace

Shard::Shard(ShardConfig config, Random& random) : config_(std::move(config)), random_(random) {}

/// A fault costs what it happened in, and never the thread.
template <class Work>
void Shard::contain(Work work) {
    try {
        work();
    } catch (const std::exception&) {
        ++counters_.faults;
    }
}

template <class Work>
void Shard::on_leg(LegNumber number, Work work) {
    const auto found = legs_.find(number);
    if (found == legs_.end()) return;
    try {
        work(*found->second);
        pump(number);
    } catch (const std::exception& fault) {  // One leg's fault never reaches another.
        ++counters_.faults;
        found->second->peer().abandon(fault.what());  // The next tick reports it.
    }
}

template <class Work>
void Shard::on_leg(const LegId& id, Work work) {
    const auto found = numbers_.find(id);
    if (found != numbers_.end()) on_leg(found->second, work);
}

void Shard::handle_command(Instant now, const Command& command) {
    tick_if_due(now);
    contain([&] { std::visit([&](const auto& what) { handle(now, what); }, command); });
}

void Shard::handle_datagram(Instant now, const Path& path, MutableBytes datagram) {
    tick_if_due(now);
    if (gatherer_ && gatherer_->handle_datagram(now, path, datagram))
        return contain([&] { pump_gatherer(); });

    const auto number = routes_.find(path, datagram);
    if (!number) {
        ++counters_.unroutable;
        return;
    }
    on_leg(*number, [&](Leg& leg) {
        const bool known = leg.peer().is_valid(path);
        leg.peer().handle_datagram(now, path, datagram);
        if (leg.peer().is_valid(path) && !known) {
            routes_.claim(*number, path);
        } else if (leg.peer().has_heard(path)) {
            routes_.keep(*number, path);
        }
    });
}

void Shard::handle_closed(Instant now, const Path& path) {
    tick_if_due(now);
    if (const auto number = routes_.owner(path)) routes_.forget(*number, path);
}

void Shard::handle_timeout(Instant now) {
    tick_if_due(now);
    while (const auto number = deadlines_.pop_due(now)) {
        on_leg(*number, [&](Leg& leg) { leg.peer().handle_timeout(now); });
    }
    if (gatherer_) contain([&] { tick_gatherer(now); });
}

void Shard::close(Instant now) {
    for (const auto& entry : legs_) {
        on_leg(entry.first, [&](Leg& leg) { leg.peer().close(now); });
    }
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
    if (gatherer_) consider(gatherer_->deadline());
    return earliest;
}

void Shard::handle(Instant now, const CreateLeg& command) {
    try {
        add_leg(now, command);
    } catch (const std::exception& fault) {
        ++counters_.faults;
        forget_leg(command.leg, next_number_ - 1);
        report(LegFailed{command.leg, fault.what()});
    }
}

void Shard::add_leg(Instant now, const CreateLeg& command) {
    const LegNumber number = next_number_++;
    std::uint32_t transaction_tag = random_.u32();
    while (routes_.has_tag(transaction_tag)) transaction_tag = random_.u32();
    legs_[number] = std::make_unique<Leg>(command, peer_config(command, transaction_tag), random_, now);
    numbers_[command.leg] = number;
    routes_.add(number, command.local.ufrag, transaction_tag);
    if (!next_tick_) next_tick_ = now + kTick;
    for (const ice::Candidate& candidate : command.remote_candidates) {
        legs_[number]->peer().add_remote_candidate(now, candidate);
    }
    pump(number);
}

/// All that add_leg() made, or as much of it as it got done.
void Shard::forget_leg(const LegId& id, LegNumber number) {
    numbers_.erase(id);
    routes_.remove(number);
    deadlines_.erase(number);
    legs_.erase(number);
    if (legs_.empty()) next_tick_.reset();
}

peer::PeerConfig Shard::peer_config(const CreateLeg& command, std::uint32_t transaction_tag) const {
    peer::PeerConfig peer;
    peer.ice.role = command.negotiated.remote_ice_lite ? ice::Role::controlling : ice::Role::controlled;
    peer.ice.remote_lite = command.negotiated.remote_ice_lite;
    peer.ice.local = command.local;
    peer.ice.remote = {command.negotiated.remote_ufrag, command.negotiated.remote_password};
    peer.ice.local_candidates = config_.host_candidates;
    peer.ice.transaction_tag = transaction_tag;
    peer.dtls.role = command.negotiated.setup == sdp::Setup::active ? dtls::Role::client : dtls::Role::server;
    peer.dtls.certificate = config_.certificate;
    peer.dtls.remote_fingerprints = command.remote_fingerprints;
    peer.reports = {command.ssrc, command.cname, config_.ntp_origin};
    return peer;
}

void Shard::handle(Instant now, const AddRemoteCandidate& command) {
    on_leg(command.leg, [&](Leg& leg) { leg.peer().add_remote_candidate(now, command.candidate); });
}

void Shard::handle(Instant now, const CloseLeg& command) {
    const auto found = numbers_.find(command.leg);
    if (found == numbers_.end()) return;
    const LegNumber number = found->second;
    leave_room(*legs_.at(number));
    on_leg(number, [&](Leg& leg) { leg.peer().close(now); });
    forget_leg(command.leg, number);
}

void Shard::handle(Instant, const SetMuted& command) {
    on_leg(command.leg, [&](Leg& leg) { leg.set_muted(command.muted); });
}

void Shard::handle(Instant, const SetDeaf& command) {
    on_leg(command.leg, [&](Leg& leg) { leg.set_deaf(command.deaf); });
}

void Shard::handle(Instant, const CreateRoom& command) {
    rooms_.try_emplace(command.room,
                       std::make_unique<Room>(command.rate, config_.comfort_noise, random_.u64()));
}

void Shard::handle(Instant, const DeleteRoom& command) {
    const auto found = rooms_.find(command.room);
    if (found == rooms_.end()) return;
    for (Leg* leg : found->second->legs()) leg->set_room(nullptr);
    rooms_.erase(found);
}

void Shard::handle(Instant, const JoinRoom& command) {
    const auto room = rooms_.find(command.room);
    if (room == rooms_.end()) return;
    on_leg(command.leg, [&](Leg& leg) {
        leave_room(leg);
        if (command.muted) leg.set_muted(*command.muted);
        if (command.deaf) leg.set_deaf(*command.deaf);
        room->second->add(leg);
    });
}

void Shard::handle(Instant, const LeaveRoom& command) {
    on_leg(command.leg, [&](Leg& leg) { leave_room(leg); });
}

void Shard::handle(Instant now, const StartGathering& command) {
    std::vector<Endpoint> bases;
    for (const ice::Candidate& candidate : config_.host_candidates) bases.push_back(candidate.base);
    gatherer_.emplace(bases, command.stun_servers, random_, now);
    pump_gatherer();
}

void Shard::tick_if_due(Instant now) {
    if (!next_tick_ || now < *next_tick_) return;
    if (now - *next_tick_ > kLate) ++counters_.late_ticks;
    if (const auto behind = (now - *next_tick_) / kTick; behind > kMaxTicksBehind) {
        counters_.skipped_ticks += static_cast<std::uint64_t>(behind);
        *next_tick_ += behind * kTick;
    }
    while (next_tick_ && *next_tick_ <= now) {
        tick(now);
        *next_tick_ += kTick;
    }
}

void Shard::tick(Instant now) {
    for (const auto& entry : rooms_) contain([&] { entry.second->tick(now); });
    for (const auto& entry : legs_) {
        on_leg(entry.first, [&](Leg& leg) {
            if (leg.room() == nullptr) leg.tick_alone(now);
        });
    }
}

void Shard::pump(LegNumber number) {
    Leg& leg = *legs_.at(number);
    while (auto output = leg.peer().poll()) {
        if (auto* datagram = std::get_if<Transmit>(&*output)) {
            outbox_.emplace_back(std::move(*datagram));
        } else if (const auto* media = std::get_if<peer::RtpReceived>(&*output)) {
            leg.receive(media->at, media->packet);
        } else if (std::holds_alternative<peer::Connected>(*output)) {
            report(LegConnected{leg.id()});
        } else {
            report(LegFailed{leg.id(), std::move(std::get<peer::Failed>(*output).detail)});
        }
    }
    deadlines_.set(number, leg.peer().deadline());
}

void Shard::tick_gatherer(Instant now) {
    gatherer_->handle_timeout(now);
    pump_gatherer();
}

void Shard::pump_gatherer() {
    while (auto output = gatherer_->poll()) {
        if (auto* datagram = std::get_if<Transmit>(&*output)) {
            outbox_.emplace_back(std::move(*datagram));
        } else if (auto* candidate = std::get_if<ice::Candidate>(&*output)) {
            report(CandidateGathered{std::move(*candidate)});
        } else {
            report(GatheringDone{});
        }
    }
}

void Shard::leave_room(Leg& leg) {
    if (Room* room = leg.room()) room->remove(leg);
}

}  // namespace legroom::engine
