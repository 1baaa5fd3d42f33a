#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "record/tape_ends.hpp"

namespace legroom::record {

/// A coded packet, or a stretch in which there should have been one.
struct PacketPiece {
    Position at = 0;
    Position duration = 0;
    Bytes packet;  ///< Empty: it was lost or never sent; who listens is to conceal that (RFC 6716 §4.4).
};

/// What Tape is to samples, for packets as their sender made them: a ring of fixed size between the thread
/// that hears and the one that writes; the first neither waits nor allocates. What was not put is silence; a
/// packet that finds no place is missed, counted, and moves nothing after it.
///
/// One thread puts (the producer), one takes (the consumer); any may ask how far it is.
class PacketTape : public TapeEnds {
public:
    /// Two seconds of 510 kbit/s, the most that Opus says it needs; of ordinary speech half a minute.
    static constexpr std::size_t kBytes = std::size_t{128} * 1024;

    PacketTape() : ring_(kBytes) {}

    // The producer's.
    /// Not before what was put before began, nor before reached(). False: full.
    bool put(const PacketPiece& piece);

    // The consumer's.
    /// The oldest; its packet stays valid until the next call of front(). nullopt: none (yet).
    std::optional<PacketPiece> front();
    void pop();  ///< What front() gave.

    // Anybody's.
    /// How much sound found no place.
    [[nodiscard]] Position dropped() const { return dropped_.load(std::memory_order_relaxed); }

private:
    void write(std::uint64_t at, Bytes bytes);
    void read(std::uint64_t at, MutableBytes out) const;

    std::vector<std::uint8_t> ring_;
    ByteVector taken_packet_;             ///< The consumer's copy, in one piece.
    std::size_t front_bytes_ = 0;         ///< Of what front() gave, in the ring.
    std::atomic<std::uint64_t> put_ = 0;  ///< Bytes so far.
    std::atomic<std::uint64_t> taken_ = 0;
    std::atomic<Position> dropped_ = 0;
};

}  // namespace legroom::record
