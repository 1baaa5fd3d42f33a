#include "engine/connection.hpp"

#include <cassert>
#include <utility>

#include "peer/demux.hpp"

namespace legroom::engine {

Connection::Connection(peer::PeerConfig config, Random& random, Instant now)
    : random_(random),
      reconnect_grace_(config.reconnect_grace),
      current_(std::make_unique<peer::Peer>(std::move(config), random, now)) {
    settle(now);
}

void Connection::replace(Instant now, peer::PeerConfig config) {
    assert(!next_);
    config.reconnect_grace = reconnect_grace_;
    next_ = std::make_unique<peer::Peer>(std::move(config), random_, now);
    settle(now);
}

void Connection::add_local_candidate(Instant now, const ice::Candidate& candidate) {
    current_->add_local_candidate(now, candidate);
    if (next_) next_->add_local_candidate(now, candidate);
    settle(now);
}

void Connection::remove_local(Instant now, const Endpoint& base) {
    current_->remove_local(now, base);
    if (next_) next_->remove_local(now, base);
    settle(now);
}

void Connection::path_closed(Instant now, const Path& path) {
    current_->path_closed(now, path);
    if (next_) next_->path_closed(now, path);
    settle(now);
}

void Connection::add_remote_candidate(Instant now, const ice::Candidate& candidate) {
    (next_ ? *next_ : *current_).add_remote_candidate(now, candidate);
    settle(now);
}

void Connection::handle_datagram(Instant now, const Path& path, MutableBytes datagram) {
    addressee(path, datagram).handle_datagram(now, path, datagram);
    settle(now);
}

/// STUN names its generation. Of what does not, the new transport gets what comes by the paths it knows.
peer::Peer& Connection::addressee(const Path& path, Bytes datagram) {
    if (!next_) return *current_;
    const bool stun = peer::protocol_of(datagram) == peer::Protocol::stun;
    const bool for_next = stun ? next_->is_addressee(datagram) : next_->has_heard(path);
    return for_next ? *next_ : *current_;
}

void Connection::handle_timeout(Instant now) {
    current_->handle_timeout(now);
    if (next_) next_->handle_timeout(now);
    settle(now);
}

void Connection::restart_ice(Instant now, ice::AgentConfig next) {
    assert(!next_);
    current_->restart_ice(now, std::move(next));
    settle(now);
}

void Connection::send_rtp(Instant now, ByteVector packet) {
    current_->send_rtp(now, std::move(packet));
    settle(now);
}

void Connection::set_reconnect_grace(Duration grace) {
    reconnect_grace_ = grace;
    current_->set_reconnect_grace(grace);
    if (next_) next_->set_reconnect_grace(grace);
}

void Connection::close(Instant now) {
    if (next_) next_->close(now);
    current_->close(now);
    settle(now);
}

void Connection::abandon(const std::string& detail) {
    next_.reset();
    current_->abandon(detail);
    drain_current();
    if (failed_) outbox_.emplace_back(*std::exchange(failed_, std::nullopt));
}

std::optional<ConnectionOutput> Connection::poll() {
    if (outbox_.empty()) return std::nullopt;
    ConnectionOutput output = std::move(outbox_.front());
    outbox_.pop_front();
    return output;
}

std::optional<Instant> Connection::deadline() const {
    auto earliest = current_->deadline();
    const auto other = next_ ? next_->deadline() : std::nullopt;
    if (other && (!earliest || *other < *earliest)) earliest = other;
    return earliest;
}

bool Connection::is_valid(const Path& path) const {
    return current_->is_valid(path) || (next_ && next_->is_valid(path));
}

bool Connection::has_heard(const Path& path) const {
    return current_->has_heard(path) || (next_ && next_->has_heard(path));
}

peer::PeerReport Connection::report(Instant now) const {
    auto report = current_->report(now);
    report.restarting = report.restarting || next_;
    return report;
}

void Connection::settle(Instant now) {
    drain_current();
    if (next_) drain_next(now);
}

void Connection::drain_current() {
    while (auto output = current_->poll()) {
        if (auto* failed = std::get_if<peer::Failed>(&*output); failed && next_) {
            failed_ = std::move(*failed);
        } else {
            std::visit([this](auto& what) { outbox_.emplace_back(std::move(what)); }, *output);
        }
    }
}

void Connection::drain_next(Instant now) {
    while (auto output = next_->poll()) {
        if (auto* datagram = std::get_if<Transmit>(&*output)) {
            outbox_.emplace_back(std::move(*datagram));
        } else if (std::holds_alternative<peer::Connected>(*output)) {
            return take_over(now);
        } else if (auto* failed = std::get_if<peer::Failed>(&*output)) {
            return give_up(std::move(*failed));
        }
    }
}

void Connection::take_over(Instant now) {
    const bool first = !current_->ever_connected();
    const bool missed = current_->interrupted();
    current_->close(now);
    drain_current();
    failed_.reset();
    current_ = std::move(next_);
    if (first) outbox_.emplace_back(peer::Connected{});
    outbox_.emplace_back(Replaced{});
    if (missed && !first) outbox_.emplace_back(peer::Resumed{});
    drain_current();
}

void Connection::give_up(peer::Failed failed) {
    next_.reset();
    outbox_.emplace_back(NotReplaced{std::move(failed)});
    if (failed_) outbox_.emplace_back(*std::exchange(failed_, std::nullopt));
}

}  // namespace legroom::engine
