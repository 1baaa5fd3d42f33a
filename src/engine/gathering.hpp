#pragma once

#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "engine/messages.hpp"
#include "ice/gatherer.hpp"
#include "ice/relays.hpp"

namespace legroom::engine {

/// Every leg has this candidate of ours from now on; one that has it already is not disturbed.
struct LocalAdded {
    ice::Candidate candidate;
};
/// No leg can send from there any more: an address of the machine has vanished, or a relay is lost or given
/// up.
struct LocalRemoved {
    Endpoint base;
};

using GatheringOutput =
    std::variant<Transmit, LocalAdded, LocalRemoved, ice::TurnReceived, ice::TurnDisconnect, Event>;

/// Our side of every path, once for all legs (RFC 8445 §5.1.1): the addresses of this machine, what the one
/// port is called outside, which the STUN servers say, and the addresses that relay to it, one or two at each
/// TURN server. Candidates of relays are their own base; what is to be sent from such a base goes to send().
///
/// An address of ours may end in four ways. It is no longer announced: new legs do not hear of it, and
/// nothing else happens. It has vanished from the machine: what was sent from it ends. A relayed one is lost
/// when its server has taken it back, and given up when its server, or our way there, is no more; the others
/// go on undisturbed.
///
/// Drive it like ice::Gatherer.
class Gathering {
public:
    /// Asks nobody until set_servers(). `random` must outlive it.
    Gathering(SetHostCandidates ours, Random& random);

    void set_hosts(Instant now, const SetHostCandidates& ours);
    void set_servers(Instant now, const StartGathering& servers);
    /// What a new leg begins with.
    [[nodiscard]] std::vector<ice::Candidate> local_candidates() const;

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
    void ask_stun_servers(Instant now);
    void renew_relays(Instant now);
    [[nodiscard]] std::vector<ice::TurnConfig> standing_allocations() const;
    void complain(std::vector<std::string> complaints);
    void settle();
    void act(ice::TurnOutput output);
    void add_relay(const ice::Candidate& candidate);
    void remove_relay(const Endpoint& relayed);
    void report(Event event) { outbox_.emplace_back(std::move(event)); }

    Random& random_;
    SetHostCandidates ours_;
    std::optional<StartGathering> servers_;
    std::optional<ice::Gatherer> gatherer_;  ///< From the first set_servers() on.
    ice::Relays relays_;
    std::vector<ice::Candidate> relayed_;
    bool ever_relayed_ = false;
    std::vector<std::string> complaints_;  ///< What is wrong with the list of servers, said once.
    bool said_done_ = false;
    std::deque<GatheringOutput> outbox_;
};

}  // namespace legroom::engine
