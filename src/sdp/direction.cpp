#include "sdp/direction.hpp"

#include <array>

namespace legroom::sdp {

namespace {

constexpr std::array kAll{Direction::sendrecv, Direction::sendonly, Direction::recvonly, Direction::inactive};

std::optional<Direction> find_direction(const Attributes& attributes) {
    for (const Direction direction : kAll) {
        if (attributes.has(name(direction))) return direction;
    }
    return std::nullopt;
}

}  // namespace

std::string_view name(Direction direction) {
    switch (direction) {
        case Direction::sendrecv:
            return "sendrecv";
        case Direction::sendonly:
            return "sendonly";
        case Direction::recvonly:
            return "recvonly";
        case Direction::inactive:
            return "inactive";
    }
    return "inactive";
}

std::optional<Direction> parse_direction(std::string_view word) {
    for (const Direction direction : kAll) {
        if (word == name(direction)) return direction;
    }
    return std::nullopt;
}

Direction mirrored(Direction direction) {
    switch (direction) {
        case Direction::sendonly:
            return Direction::recvonly;
        case Direction::recvonly:
            return Direction::sendonly;
        default:
            return direction;
    }
}

Direction read_direction(const Attributes& session, const Attributes& section) {
    if (const auto own = find_direction(section)) return *own;
    return find_direction(session).value_or(Direction::sendrecv);
}

}  // namespace legroom::sdp
