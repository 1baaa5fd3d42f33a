#pragma once

#include <cstddef>
#include <cstdint>

namespace legroom::mix {

/// What kind of voice a source is, from 0 to 63. Who may hear whom is then one AND of two words.
using VoiceKind = std::uint8_t;

inline constexpr VoiceKind kUnrouted = 0;  ///< Of no role that anybody is said to hear.
/// Kinds in between are roles.
inline constexpr VoiceKind kFirstRole = 1;
inline constexpr VoiceKind kForAll = 63;  ///< Heard whatever the routing says: bridges.
inline constexpr std::size_t kMaxRoles = kForAll - kFirstRole;

/// A set of kinds: bit n is kind n.
using Voices = std::uint64_t;

inline constexpr Voices kEverything = ~Voices{0};

constexpr Voices voices_of(VoiceKind kind) { return Voices{1} << kind; }

}  // namespace legroom::mix
