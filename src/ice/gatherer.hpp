#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "ice/candidate.hpp"

namespace legroom::ice {

/// The first round is over: every server answered or timed out (about 5 s).
struct GatheringDone {};

using GathererOutput = std::variant<Transmit, Candidate, GatheringDone>;

/// Learns the server-reflexive addresses of the one UDP port all legs share (RFC 8445 §5.1.1.2): asks
/// every STUN server from every base, retransmits as RFC 8489 §6.2.1 says, gives up after 5 s, asks again
/// every 20 s to keep the NAT mapping alive, and reports a candidate when an address is new.
/// Drive it like Agent: one input, poll() until nullopt, wait for deadline().
class Gatherer {
public:
    /// `bases`: our host addresses. A server is asked from the bases of its own family only.
    Gatherer(std::vector<Endpoint> bases, std::vector<Endpoint> stun_servers, Random& random, Instant now);

    /// True when the datagram was an answer to one of our transactions (and is consumed).
    bool handle_datagram(Instant now, const Path& path, Bytes datagram);
    void handle_timeout(Instant now);
    [[nodiscard]] std::optional<GathererOutput> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;
    [[nodiscard]] bool done() const;
};

}  // namespace legroom::ice
