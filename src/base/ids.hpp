#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace legroom {

/// A name that cannot be taken for another kind of name: a leg's id never stands where a room's is
/// wanted.
template <class Tag>
struct Id {
    std::string value;

    Id() = default;
    explicit Id(std::string text) : value(std::move(text)) {}
    friend bool operator==(const Id&, const Id&) = default;
    friend auto operator<=>(const Id&, const Id&) = default;
};

using LegId = Id<struct LegTag>;            ///< UUID v4 text, server-chosen.
using RoomId = Id<struct RoomTag>;          ///< Any text, caller-chosen, or a UUID v4.
using BridgeId = Id<struct BridgeTag>;      ///< Likewise.
using PlaybackId = Id<struct PlaybackTag>;  ///< "pb-" and eight hexadecimal digits, server-chosen.

}  // namespace legroom

template <class Tag>
struct std::hash<legroom::Id<Tag>> {
    std::size_t operator()(const legroom::Id<Tag>& id) const noexcept {
        return std::hash<std::string>{}(id.value);
    }
};
