#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"
#include "engine/routing.hpp"

/// What callers can make us keep, bounded. The counts are defaults of a configuration; the lengths are fixed.
namespace legroom::call {

inline constexpr std::size_t kDefaultMaxLegs = 10'000;
inline constexpr std::size_t kDefaultMaxRooms = 10'000;

inline constexpr std::size_t kMaxRoomIdBytes = 256;
inline constexpr std::size_t kMaxAppIdBytes = 256;
inline constexpr std::size_t kMaxRoleBytes = 256;
inline constexpr std::size_t kMaxBridgeIdBytes = 256;

/// Of a room's routing matrix: listeners, different sources, and the text of all roles in it, which every
/// event about it carries.
inline constexpr std::size_t kMaxRoutingRows = 64;
inline constexpr std::size_t kMaxRoutingSources = engine::kMaxSourceRoles;
inline constexpr std::size_t kMaxRoutingBytes = 32 * 1024;
/// Rows in one request; each makes an event.
inline constexpr std::size_t kMaxRoutingUpdates = 64;

/// A bridge holds 15 kB of sound, and costs each of its rooms what two legs cost its mixer.
inline constexpr std::size_t kMaxBridges = 1'000;
inline constexpr std::size_t kMaxBridgesPerRoom = 64;

/// Each holds up to 120 kB of sound; engine::kMaxPlaybacksPerTarget of them may be played to one leg or room.
inline constexpr std::size_t kMaxPlaybacks = 2'000;
/// Of those, sounds by URL: one thread decodes them all. One core has been measured to decode 200 MP3s
/// of 44.1 kHz in stereo as fast as they are played; half of that leaves some of it to the calls.
inline constexpr std::size_t kMaxFilePlaybacks = 100;
inline constexpr std::size_t kMaxUrlBytes = 4096;
inline constexpr std::size_t kMaxMimeTypeBytes = 256;

/// Of playbacks, in steps of kDecibelsPerVolume.
inline constexpr std::int64_t kMinVolume = -8;
inline constexpr std::int64_t kMaxVolume = 8;
inline constexpr double kDecibelsPerVolume = 3;

/// How much louder or softer than it comes a leg may be heard.
inline constexpr double kMinGainDb = -40;
inline constexpr double kMaxGainDb = 20;

/// Recordings at a time, the participants on channels of their own in one, and tapes in all: each holds two
/// and a half seconds of sound, half a megabyte at most.
inline constexpr std::size_t kMaxRecordings = 500;
inline constexpr std::size_t kMaxTracks = 64;
inline constexpr std::size_t kMaxTapes = 1'000;

/// How long events wait for the end of a recording that has to be told of before them.
inline constexpr Duration kMaxEventHold = std::chrono::seconds{5};

/// Usable remote candidates of one leg handed to ICE, those inside the offer included. A browser on a
/// machine with many interfaces sends about thirty.
inline constexpr std::size_t kMaxRemoteCandidates = 100;

/// Questions about legs' connections that shards have not answered yet.
inline constexpr std::size_t kMaxIceQueries = 1'000;

/// Longest time a leg may wait for its peer to come back.
inline constexpr Duration kMaxReconnectGrace = std::chrono::hours{1};

/// Longest life a leg may be given by its `max_duration`; without one it has no end.
inline constexpr Duration kMaxDuration = std::chrono::hours{24 * 366};

/// Of an offer's headers, and of their names and values together.
inline constexpr std::size_t kMaxHeaders = 32;
inline constexpr std::size_t kMaxHeaderBytes = 8 * 1024;

/// Remote candidates in one request.
inline constexpr std::size_t kMaxCandidatesAtOnce = 64;

/// Our candidates a leg's poll has not fetched; later ones are not told to it.
inline constexpr std::size_t kMaxUndelivered = 128;

/// Gathered candidates of one type kept for coming legs; the oldest is forgotten first. Those of relays are
/// no more than ice::kMaxRelays, so that none is forgotten while it is one.
inline constexpr std::size_t kMaxGatheredCandidates = 16;

}  // namespace legroom::call
