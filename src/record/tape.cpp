#include "record/tape.hpp"

#include <algorithm>

namespace legroom::record {

Tape::Tape(std::size_t channels, SampleRate highest_rate)
    : channels_(channels),
      slot_samples_(channels * samples_per_tick(highest_rate)),
      samples_(kPieces * slot_samples_) {}

bool Tape::put(const Piece& piece) {
    const std::uint64_t count = put_.load(std::memory_order_relaxed);
    if (count - taken_.load(std::memory_order_acquire) >= kPieces) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    const std::size_t index = count % kPieces;
    const std::size_t size = std::min(piece.samples.size(), slot_samples_);
    std::copy_n(piece.samples.begin(), size,
                samples_.begin() + static_cast<std::ptrdiff_t>(index * slot_samples_));
    slots_.at(index) = {piece.at, piece.rate, size};
    put_.store(count + 1, std::memory_order_release);
    return true;
}

std::optional<Piece> Tape::front() const {
    const std::uint64_t count = taken_.load(std::memory_order_relaxed);
    if (put_.load(std::memory_order_acquire) == count) return std::nullopt;
    const std::size_t index = count % kPieces;
    const Slot& slot = slots_.at(index);
    return Piece{slot.at, slot.rate, std::span{samples_}.subspan(index * slot_samples_, slot.size)};
}

}  // namespace legroom::record
