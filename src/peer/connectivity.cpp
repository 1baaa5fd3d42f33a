#include "peer/connectivity.hpp"

#include <cassert>
#include <utility>

#include "ice/addressee.hpp"

namespace legroom::peer {
namespace {

/// Packets on their way when the generations change are still the peer's.
constexpr Duration kFormerPathGrace = std::chrono::seconds{5};

}  // namespace

Connectivity::Generation::Generation(ice::AgentConfig config, Random& random, Instant now)
    : ufrag(config.local.ufrag),
      transaction_tag(config.transaction_tag),
      agent(std::move(config), random, now) {}

bool Connectivity::Generation::is_addressed(Bytes datagram) const {
    return ice::is_addressed_to(datagram, ufrag, transaction_tag);
}

Connectivity::Connectivity(ice::AgentConfig config, Random& random, Instant now)
    : random_(random), current_(std::move(config), random, now) {
    settle(now);
}

void Connectivity::restart(Instant now, ice::AgentConfig next) {
    assert(!next_);
    next_.emplace(std::move(next), random_, now);
    settle(now);
}

void Connectivity::add_local_candidate(Instant now, const ice::Candidate& candidate) {
    current_.agent.add_local_candidate(now, candidate);
    if (next_) next_->agent.add_local_candidate(now, candidate);
    settle(now);
}

void Connectivity::remove_local(Instant now, const Endpoint& base) {
    current_.agent.remove_local(now, base);
    if (next_) next_->agent.remove_local(now, base);
    settle(now);
}

void Connectivity::path_closed(Instant now, const Path& path) {
    current_.agent.path_closed(now, path);
    if (next_) next_->agent.path_closed(now, path);
    settle(now);
}

void Connectivity::add_remote_candidate(Instant now, const ice::Candidate& candidate) {
    (next_ ? next_->agent : current_.agent).add_remote_candidate(now, candidate);
    settle(now);
}

void Connectivity::handle_datagram(Instant now, const Path& path, Bytes datagram) {
    if (next_ && next_->is_addressed(datagram)) {
        next_->agent.handle_datagram(now, path, datagram);
    } else if (current_.is_addressed(datagram)) {
        current_.agent.handle_datagram(now, path, datagram);
    }
    settle(now);
}

void Connectivity::media_arrived(Instant now, const Path& path) {
    const bool late = former_path_ == path && !current_.agent.has_heard(path);
    if (!late) current_.agent.media_arrived(now, path);
    settle(now);
}

void Connectivity::handle_timeout(Instant now) {
    current_.agent.handle_timeout(now);
    if (next_) next_->agent.handle_timeout(now);
    settle(now);
}

std::optional<ConnectivityOutput> Connectivity::poll() {
    if (outbox_.empty()) return std::nullopt;
    ConnectivityOutput output = std::move(outbox_.front());
    outbox_.pop_front();
    return output;
}

std::optional<Instant> Connectivity::deadline() const {
    auto earliest = current_.agent.deadline();
    const auto other = next_ ? next_->agent.deadline() : std::nullopt;
    if (other && (!earliest || *other < *earliest)) earliest = other;
    return earliest;
}

bool Connectivity::is_valid(const Path& path) const {
    return current_.agent.is_valid(path) || former_path_ == path || (next_ && next_->agent.is_valid(path));
}

bool Connectivity::has_heard(const Path& path) const {
    return current_.agent.has_heard(path) || former_path_ == path || (next_ && next_->agent.has_heard(path));
}

std::optional<Instant> Connectivity::last_heard() const {
    auto latest = current_.agent.last_heard();
    const auto other = next_ ? next_->agent.last_heard() : std::nullopt;
    if (other && (!latest || *other > *latest)) latest = other;
    return latest;
}

void Connectivity::settle(Instant now) {
    if (former_path_ && now >= former_until_) former_path_.reset();
    if (next_) drain_next(now);
    drain_current();
}

void Connectivity::drain_current() {
    while (auto output = current_.agent.poll()) {
        if (auto* datagram = std::get_if<Transmit>(&*output)) {
            outbox_.emplace_back(std::move(*datagram));
        } else if (const auto* path = std::get_if<ice::PathChanged>(&*output)) {
            ever_valid_ = true;
            outbox_.emplace_back(PathReady{path->nominated});
        } else if (auto& change = std::get<ice::StateChanged>(*output);
                   change.state == ice::State::failed && !ever_valid_) {
            no_path_ = {change.cause, std::move(change.reason)};
        }
    }
    if (no_path_ && !next_) outbox_.emplace_back(*std::exchange(no_path_, std::nullopt));
}

void Connectivity::drain_next(Instant now) {
    while (auto output = next_->agent.poll()) {
        if (auto* datagram = std::get_if<Transmit>(&*output)) {
            outbox_.emplace_back(std::move(*datagram));
        } else if (std::holds_alternative<ice::PathChanged>(*output)) {
            return take_over(now);
        } else if (std::get<ice::StateChanged>(*output).state == ice::State::failed) {
            next_.reset();
            outbox_.emplace_back(RestartEnded{false});
            return;
        }
    }
}

void Connectivity::take_over(Instant now) {
    former_path_ = path();
    former_until_ = now + kFormerPathGrace;
    current_ = std::move(*next_);
    next_.reset();
    ever_valid_ = true;
    no_path_.reset();
    outbox_.emplace_back(PathReady{});
    outbox_.emplace_back(RestartEnded{true});
}

}  // namespace legroom::peer
