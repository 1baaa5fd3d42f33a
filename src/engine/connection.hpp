#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <variant>

#include "base/random.hpp"
#include "base/time.hpp"
#include "peer/peer.hpp"

namespace legroom::engine {

/// The new transport carries the leg; what was negotiated with it is in force.
struct Replaced {};
/// The new transport did not come up in time; the old one goes on.
struct NotReplaced {
    peer::Failed failed;
};

using ConnectionOutput =
    std::variant<Transmit, peer::Connected, peer::Interrupted, peer::Resumed, peer::Failed, peer::RtpReceived,
                 peer::RestartEnded, Replaced, NotReplaced>;

/// A leg's connection over its whole life: a peer and, after an offer from a wholly new transport (the page
/// was loaded again), a second one beside it that takes over once it is connected. The leg outlives its first
/// peer: while a new one is on its way, the old one's end is not the leg's.
///
/// Drive it like peer::Peer.
class Connection {
public:
    Connection(peer::PeerConfig config, Random& random, Instant now);

    /// Begins the new transport. There must be none, and no ICE restart, under way.
    void replace(Instant now, peer::PeerConfig config);
    /// Likewise.
    void restart_ice(Instant now, ice::AgentConfig next);

    void add_local_candidate(Instant now, const ice::Candidate& candidate);
    void remove_local(Instant now, const Endpoint& base);
    void path_closed(Instant now, const Path& path);
    /// For the newest transport.
    void add_remote_candidate(Instant now, const ice::Candidate& candidate);
    void handle_datagram(Instant now, const Path& path, MutableBytes datagram);
    void handle_timeout(Instant now);
    void send_rtp(Instant now, ByteVector packet);
    void set_reconnect_grace(Duration grace);
    void close(Instant now);
    void abandon(const std::string& detail);

    [[nodiscard]] std::optional<ConnectionOutput> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;

    [[nodiscard]] bool connected() const { return current_->connected(); }
    [[nodiscard]] bool is_valid(const Path& path) const;
    [[nodiscard]] bool has_heard(const Path& path) const;
    [[nodiscard]] const peer::Reports& reports() const { return current_->reports(); }
    [[nodiscard]] peer::PeerReport report(Instant now) const;
    [[nodiscard]] bool replacing() const { return next_ != nullptr; }

private:
    [[nodiscard]] peer::Peer& addressee(const Path& path, Bytes datagram);
    void settle(Instant now);
    void drain_next(Instant now);
    void drain_current();
    void take_over(Instant now);
    void give_up(peer::Failed failed);

    Random& random_;
    Duration reconnect_grace_;  ///< Of every transport there is, and will be.
    std::unique_ptr<peer::Peer> current_;
    std::unique_ptr<peer::Peer> next_;
    std::optional<peer::Failed> failed_;  ///< The current one's end, while the next may still come up.
    std::deque<ConnectionOutput> outbox_;
};

}  // namespace legroom::engine
