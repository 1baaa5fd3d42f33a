#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "call/connection.hpp"
#include "call/failure.hpp"
#include "ice/report.hpp"

namespace legroom::call {

/// When each step of a set-up was reached, counted from the leg's offer. nullopt: not yet, or unknown. Of the
/// first set-up only: a restart does not change them.
struct SetUpTimes {
    std::optional<Duration> first_remote_candidate;  ///< In the offer, trickled, or learnt from a check.
    std::optional<Duration> first_check;             ///< Sent or received, authenticated.
    std::optional<Duration> first_valid_pair;
    std::optional<Duration> nominated;
    std::optional<Duration> dtls_done;
    std::optional<Duration> first_media;  ///< First packet of the peer's that SRTP accepted.
};

/// What the way between server and peer is made of.
enum class PathKind : std::uint8_t { udp, tcp, relay };
std::string_view to_string(PathKind kind);  ///< "udp", "tcp", "relay"

/// Of the selected path: relay when a TURN server stands at either end, whatever it is reached by. nullopt:
/// none is selected.
std::optional<PathKind> selected_kind(const ice::AgentReport& report);

/// How a leg's connection stands, for a person who asks why.
struct IceStatus {
    LegId leg;
    Connection connection = Connection::connecting;
    ice::AgentReport ice;
    std::string dtls;  ///< "waiting", "handshaking", "connected", "closed" or "failed".
    SetUpTimes times;
    std::optional<Failure> diagnosis;  ///< What is wrong, or would end the leg if it stayed so.
};

/// Called once, on the control thread: at once or when the shard has answered.
using IceStatusTaker = std::function<void(Result<IceStatus>)>;

}  // namespace legroom::call
