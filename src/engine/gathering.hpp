#pragma once

#include <deque>
#include <optional>
#include <variant>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "engine/messages.hpp"
#include "ice/gatherer.hpp"
#include "ice/relays.hpp"

namespace legroom::engine {

using GatheringOutput = std::variant<Transmit, ice::Candidate, ice::CandidateLost, ice::TurnReceived,
                                     ice::TurnFailed, ice::TurnDisconnect, ice::GatheringDone>;

/// What the one port of all legs is called outside, and the addresses that relay to it: asks the STUN servers
/// and keeps an allocation at each TURN server (RFC 8445 §5.1.1.2). Candidates of relays are their own base;
/// what is to be sent from such a base goes to send().
///
/// Drive it like ice::Gatherer.
class Gathering {
public:
    /// `bases`: our host addresses, the preferred ones first. `random` must outlive it.
    Gathering(const std::vector<Endpoint>& bases, const StartGathering& servers, Random& random, Instant now);

    /// Asks other STUN servers from now on; the relays stay.
    void ask(Instant now, const std::vector<Endpoint>& bases, const std::vector<Endpoint>& stun_servers);
    /// After close(): all from the beginning, but what ice::Gatherer::ask() keeps.
    void restart(Instant now, const std::vector<Endpoint>& bases, const StartGathering& servers);

    /// True: it was a server's, and is consumed.
    bool handle_datagram(Instant now, const Path& path, Bytes datagram);
    /// True: it is sent from a relayed address, and goes on its way wrapped.
    bool send(Instant now, const Transmit& transmit);
    void stream_closed(Instant now, const Path& path);
    void close();

    void handle_timeout(Instant now);
    [[nodiscard]] std::optional<GatheringOutput> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;

private:
    void settle();

    Random& random_;
    ice::Gatherer gatherer_;
    std::optional<ice::Relays> relays_;  ///< Always there; made anew by restart().
    bool said_done_ = false;
    std::deque<GatheringOutput> outbox_;
};

}  // namespace legroom::engine
