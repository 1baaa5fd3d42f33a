#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace legroom::io {

struct StreamOutputLimits {
    std::size_t waiting_bytes = 64 * 1024;
    /// Voice that had to wait so long is no use to anybody, and stands in the way of what is.
    Duration patience = std::chrono::milliseconds{500};
};

struct StreamOutputCounters {
    std::uint64_t sent = 0;    ///< Messages the kernel took.
    std::uint64_t unsent = 0;  ///< Messages dropped whole: no room, or too old.
};

/// Whole messages on their way into one stream socket: what the kernel does not take at once waits, within
/// limits, and beyond them messages are dropped as UDP would drop them. A message begun is always finished.
class StreamOutput {
public:
    /// What a message becomes on the wire (a TLS record, say) at the moment it goes there.
    using Seal = std::function<ByteVector(ByteVector)>;
    enum class Keep : std::uint8_t { while_fresh, always };

    /// `counters` must outlive it.
    StreamOutput(StreamOutputLimits limits, StreamOutputCounters& counters)
        : limits_(limits), counters_(counters) {}

    /// Takes a message, or drops it when there is no room.
    void push(Instant now, ByteVector message, Keep keep = Keep::while_fresh);
    /// Bytes that are no message and go before those that wait: of a handshake.
    void push_raw(const ByteVector& bytes);

    /// Sends what the kernel takes. An error: the connection is lost.
    Result<void> flush(Instant now, int socket, const Seal& seal = nullptr);
    /// Sends raw bytes only: no message may go yet.
    Result<void> flush_raw(int socket);

    /// Bytes begun wait for the socket to become writable.
    [[nodiscard]] bool blocked() const { return sent_ < begun_.size(); }
    [[nodiscard]] std::size_t waiting_bytes() const { return waiting_bytes_; }

private:
    struct Waiting {
        Instant since;
        Keep keep;
        ByteVector message;
    };

    void drop_stale(Instant now);
    bool begin_next(Instant now, const Seal& seal);
    [[nodiscard]] bool is_stale(Instant now, const Waiting& waiting) const;

    StreamOutputLimits limits_;
    StreamOutputCounters& counters_;
    std::deque<Waiting> queue_;
    std::size_t waiting_bytes_ = 0;  ///< In queue_.
    ByteVector begun_;
    std::size_t sent_ = 0;  ///< Of begun_.
};

}  // namespace legroom::io
