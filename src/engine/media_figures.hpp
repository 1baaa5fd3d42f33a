#pragma once

#include <cstddef>
#include <cstdint>

#include "base/duration_histogram.hpp"
#include "base/time.hpp"

/// What the media thread has counted since its start, as plain values: for whoever draws it over time.
namespace legroom::engine {

/// Of legs' audio, both ways. None of it ever goes down.
struct StreamFigures {
    std::uint64_t sent = 0;        ///< Packets, those with digits too.
    std::uint64_t received = 0;    ///< Packets of Opus.
    std::uint64_t lost = 0;        ///< Packets that were not there when they were to be played.
    std::uint64_t late = 0;        ///< Packets that came after that.
    std::uint64_t duplicate = 0;   ///< Packets that came twice.
    std::uint64_t overflowed = 0;  ///< Packets dropped, since too many were waiting.
    std::uint64_t malformed = 0;   ///< Packets that are no Opus, too long, or no part of the stream.
    std::uint64_t recovered = 0;   ///< Lost packets rebuilt by FEC.
    std::uint64_t concealed = 0;   ///< Gaps filled by invention, one packet's length each.

    StreamFigures& operator+=(const StreamFigures& other);
};

struct ShardCounters {
    std::uint64_t unroutable = 0;       ///< Datagrams that belong to no leg: dropped unanswered.
    std::uint64_t late_ticks = 0;       ///< Ticks begun more than 5 ms after their time.
    std::uint64_t skipped_ticks = 0;    ///< Ticks given up because the shard fell too far behind.
    std::uint64_t refused_changes = 0;  ///< ChangeLeg while another was under way: ours to mend if not zero.
    std::uint64_t faults = 0;  ///< Exceptions, out of memory most likely: a leg given up, a tick lost.
};

/// Of the ports, filled in by who owns them. Datagrams by UDP, frames by TCP, messages to and from TURN
/// servers.
struct PortFigures {
    struct Way {
        std::uint64_t received = 0;
        std::uint64_t sent = 0;
        std::uint64_t unsent = 0;  ///< Dropped: the socket took no more, or it was too old by then.
    };
    Way udp;
    Way tcp;
    Way links;
    std::uint64_t udp_oversized = 0;    ///< Dropped.
    std::uint64_t tcp_connections = 0;  ///< Accepted.
    std::uint64_t tcp_refused = 0;      ///< Connections over a limit, or closed to make room for others.
};

struct MediaFigures {
    StreamFigures streams;  ///< Of all legs that there are and ever were.
    ShardCounters shard;
    PortFigures ports;
    std::uint64_t ticks = 0;
    /// How long after its time a tick began.
    DurationHistogram tick_lateness{std::chrono::milliseconds{1},   std::chrono::milliseconds{2},
                                    std::chrono::milliseconds{5},   std::chrono::milliseconds{10},
                                    std::chrono::milliseconds{20},  std::chrono::milliseconds{50},
                                    std::chrono::milliseconds{100}, std::chrono::milliseconds{200}};
    /// By each RTCP report of a peer's: to it and back (RFC 3550 §6.4.1), and the jitter of its packets here.
    DurationHistogram round_trip{std::chrono::milliseconds{10},  std::chrono::milliseconds{25},
                                 std::chrono::milliseconds{50},  std::chrono::milliseconds{100},
                                 std::chrono::milliseconds{200}, std::chrono::milliseconds{400},
                                 std::chrono::milliseconds{800}, std::chrono::milliseconds{1600}};
    DurationHistogram jitter{std::chrono::milliseconds{1},  std::chrono::milliseconds{2},
                             std::chrono::milliseconds{5},  std::chrono::milliseconds{10},
                             std::chrono::milliseconds{20}, std::chrono::milliseconds{40},
                             std::chrono::milliseconds{80}, std::chrono::milliseconds{160}};
};

}  // namespace legroom::engine
