#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/units.hpp"
#include "record/tape_ends.hpp"

namespace legroom::record {

/// 20 ms of sound.
struct Piece {
    Position at = 0;
    SampleRate rate = SampleRate::k48000;
    std::span<const std::int16_t> samples;  ///< Of all channels, interleaved.
};

/// What is recorded, on its way from the thread that hears it to the one that writes it: a ring of fixed
/// size, so that the first never waits and never allocates. What was not put is silence, so a piece that
/// finds no place is missed, counted, and moves nothing after it.
///
/// One thread puts (the producer), one takes (the consumer); any may ask how far it is.
class Tape : public TapeEnds {
public:
    /// Before its writer must have come by: 128 pieces of 20 ms are two and a half seconds.
    static constexpr std::size_t kPieces = 128;

    Tape(std::size_t channels, SampleRate highest_rate);

    // The producer's.
    /// Not before what was put before, nor before reached(). False: full. Larger than it was made for is cut.
    bool put(const Piece& piece);

    // The consumer's.
    /// The oldest piece; its samples stay valid until pop(). nullopt: none (yet).
    [[nodiscard]] std::optional<Piece> front() const;
    void pop() { taken_.store(taken_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

    // Anybody's.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::size_t channels() const { return channels_; }

private:
    struct Slot {
        Position at = 0;
        SampleRate rate = SampleRate::k48000;
        std::size_t size = 0;
    };

    std::size_t channels_;
    std::size_t slot_samples_;
    std::array<Slot, kPieces> slots_{};
    std::vector<std::int16_t> samples_;
    std::atomic<std::uint64_t> put_ = 0;  ///< Pieces so far.
    std::atomic<std::uint64_t> taken_ = 0;
    std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace legroom::record
