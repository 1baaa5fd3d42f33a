#pragma once

#include <optional>
#include <string_view>

#include "sdp/answer.hpp"
#include "sdp/document.hpp"

namespace legroom::sdp {

std::string_view name(Direction direction);
std::optional<Direction> parse_direction(std::string_view word);
/// The same flow seen from the other end.
Direction mirrored(Direction direction);
/// What a section says, else the session, else sendrecv (RFC 8866 §6.7).
Direction read_direction(const Attributes& session, const Attributes& section);

constexpr bool sends(Direction direction) {
    return direction == Direction::sendrecv || direction == Direction::sendonly;
}
constexpr bool receives(Direction direction) {
    return direction == Direction::sendrecv || direction == Direction::recvonly;
}

/// What is left of a direction for somebody who never sends, or never receives.
constexpr Direction limited(Direction direction, bool may_send, bool may_receive) {
    const bool sending = may_send && sends(direction);
    const bool receiving = may_receive && receives(direction);
    if (sending) return receiving ? Direction::sendrecv : Direction::sendonly;
    return receiving ? Direction::recvonly : Direction::inactive;
}

}  // namespace legroom::sdp
