#include "record/packet_tape.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace legroom::record {
namespace {

/// Before each packet in the ring.
struct PacketLabel {
    Position at = 0;
    std::uint32_t duration = 0;
    std::uint32_t size = 0;
};
using LabelBytes = std::array<std::uint8_t, sizeof(PacketLabel)>;

}  // namespace

bool PacketTape::put(const PacketPiece& piece) {
    const std::uint64_t begin = put_.load(std::memory_order_relaxed);
    const std::uint64_t used = begin - taken_.load(std::memory_order_acquire);
    if (used + sizeof(PacketLabel) + piece.packet.size() > kBytes) {
        if (!piece.packet.empty()) dropped_.fetch_add(piece.duration, std::memory_order_relaxed);
        return false;
    }
    const PacketLabel label{piece.at, static_cast<std::uint32_t>(piece.duration),
                            static_cast<std::uint32_t>(piece.packet.size())};
    LabelBytes bytes{};
    std::memcpy(bytes.data(), &label, sizeof(label));
    write(begin, bytes);
    write(begin + sizeof(label), piece.packet);
    put_.store(begin + sizeof(label) + piece.packet.size(), std::memory_order_release);
    return true;
}

std::optional<PacketPiece> PacketTape::front() {
    const std::uint64_t begin = taken_.load(std::memory_order_relaxed);
    if (put_.load(std::memory_order_acquire) == begin) return std::nullopt;
    LabelBytes bytes{};
    read(begin, bytes);
    PacketLabel label;
    std::memcpy(&label, bytes.data(), sizeof(label));
    taken_packet_.resize(label.size);
    read(begin + sizeof(label), taken_packet_);
    front_bytes_ = sizeof(label) + label.size;
    return PacketPiece{label.at, label.duration, taken_packet_};
}

void PacketTape::pop() {
    taken_.store(taken_.load(std::memory_order_relaxed) + front_bytes_, std::memory_order_release);
    front_bytes_ = 0;
}

/// What does not fit before the ring's end goes on at its beginning.
void PacketTape::write(std::uint64_t at, Bytes bytes) {
    const auto index = static_cast<std::size_t>(at % kBytes);
    const std::size_t first = std::min(bytes.size(), kBytes - index);
    std::ranges::copy(bytes.first(first), ring_.begin() + static_cast<std::ptrdiff_t>(index));
    std::ranges::copy(bytes.subspan(first), ring_.begin());
}

void PacketTape::read(std::uint64_t at, MutableBytes out) const {
    const auto index = static_cast<std::size_t>(at % kBytes);
    const std::size_t first = std::min(out.size(), kBytes - index);
    const Bytes ring{ring_};
    std::ranges::copy(ring.subspan(index, first), out.begin());
    std::ranges::copy(ring.first(out.size() - first), out.begin() + static_cast<std::ptrdiff_t>(first));
}

}  // namespace legroom::record
