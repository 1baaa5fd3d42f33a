#pragma once

#include <cstddef>

#include "base/time.hpp"

/// What callers can make us keep, bounded. The counts are defaults of a configuration; the lengths are fixed.
namespace legroom::call {

inline constexpr std::size_t kDefaultMaxLegs = 10'000;
inline constexpr std::size_t kDefaultMaxRooms = 10'000;

inline constexpr std::size_t kMaxRoomIdBytes = 256;
inline constexpr std::size_t kMaxAppIdBytes = 256;
inline constexpr std::size_t kMaxRoleBytes = 256;

/// Usable remote candidates of one leg handed to ICE, those inside the offer included. A browser on a
/// machine with many interfaces sends about thirty.
inline constexpr std::size_t kMaxRemoteCandidates = 100;

/// Questions about legs' connections that shards have not answered yet.
inline constexpr std::size_t kMaxIceQueries = 1'000;

/// Longest time a leg may wait for its peer to come back.
inline constexpr Duration kMaxReconnectGrace = std::chrono::hours{1};

/// Remote candidates in one request.
inline constexpr std::size_t kMaxCandidatesAtOnce = 64;

/// Our candidates a leg's poll has not fetched; later ones are not told to it.
inline constexpr std::size_t kMaxUndelivered = 128;

/// Gathered candidates of one type kept for coming legs; the oldest is forgotten first. Those of relays are
/// no more than ice::kMaxRelays, so that none is forgotten while it is one.
inline constexpr std::size_t kMaxGatheredCandidates = 16;

}  // namespace legroom::call
