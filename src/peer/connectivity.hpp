#pragma once

#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "ice/agent.hpp"
#include "ice/report.hpp"

namespace legroom::peer {

/// There is a path now, or another one.
struct PathReady {
    bool nominated = false;
};
/// No pair has ever worked, and none is looked for any more.
struct NoPath {
    ice::FailureCode code{};
    std::string reason;
};
/// An ICE restart is over: the new generation carries the connection, or has been given up.
struct RestartEnded {
    bool succeeded = false;
};

using ConnectivityOutput = std::variant<Transmit, PathReady, NoPath, RestartEnded>;

/// The ICE side of a peer over its whole life. An ICE restart is make before break (RFC 8445 §9): a second
/// agent with the new credentials looks for a path while the first one's carries on, and takes over with its
/// first valid pair. From then on the old credentials are nobody's.
///
/// Drive it like ice::Agent.
class Connectivity {
public:
    /// `random` must outlive it.
    Connectivity(ice::AgentConfig config, Random& random, Instant now);

    /// There must be no other under way: its credentials would be known to whoever routes datagrams here.
    void restart(Instant now, ice::AgentConfig next);
    [[nodiscard]] bool restarting() const { return next_.has_value(); }
    /// Whether a STUN datagram names a generation of ours.
    [[nodiscard]] bool is_addressee(Bytes stun) const {
        return current_.is_addressed(stun) || (next_ && next_->is_addressed(stun));
    }

    /// For every generation there is.
    void add_local_candidate(Instant now, const ice::Candidate& candidate);
    void remove_local(Instant now, const Endpoint& base);
    void path_closed(Instant now, const Path& path);
    /// For the newest generation.
    void add_remote_candidate(Instant now, const ice::Candidate& candidate);

    /// Takes a STUN datagram; one that names no generation of ours is dropped.
    void handle_datagram(Instant now, const Path& path, Bytes datagram);
    /// Authentic media came by this path.
    void media_arrived(Instant now, const Path& path);
    void handle_timeout(Instant now);

    [[nodiscard]] std::optional<ConnectivityOutput> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;

    [[nodiscard]] std::optional<Path> path() const { return current_.agent.path(); }
    [[nodiscard]] bool is_valid(const Path& path) const;
    [[nodiscard]] bool has_heard(const Path& path) const;
    [[nodiscard]] std::optional<Duration> round_trip() const { return current_.agent.round_trip(); }
    [[nodiscard]] std::optional<Instant> last_heard() const;
    /// Of the generation that carries the connection, or looks for the first path.
    [[nodiscard]] ice::AgentReport report(Instant now) const { return current_.agent.report(now); }

private:
    struct Generation {
        Generation(ice::AgentConfig config, Random& random, Instant now);
        [[nodiscard]] bool is_addressed(Bytes datagram) const;

        std::string ufrag;
        std::uint32_t transaction_tag;
        ice::Agent agent;
    };

    void settle(Instant now);
    void drain_current();
    void drain_next(Instant now);
    void take_over(Instant now);

    Random& random_;
    Generation current_;
    std::optional<Generation> next_;
    /// What the last generation used: media under way when it ended still comes by it.
    std::optional<Path> former_path_;
    Instant former_until_{};
    bool ever_valid_ = false;
    std::optional<NoPath> no_path_;  ///< The first generation gave up; a restart may still find one.
    std::deque<ConnectivityOutput> outbox_;
};

}  // namespace legroom::peer
