#include "record/opus_toc.hpp"

#include <algorithm>

namespace legroom::record {
namespace {

constexpr std::uint8_t kStereo = 0x04;
constexpr unsigned kFirstHybrid = 12;
constexpr unsigned kFullbandHybrid = 14;
constexpr unsigned kFirstCelt = 16;
constexpr unsigned kSuperWidebandCelt = 24;
constexpr unsigned kFullbandCelt = 28;  ///< Its shortest frame.

/// configuration (5 bit) | stereo (1 bit) | how many frames (2 bit): 0, one
constexpr std::uint8_t toc_of(unsigned configuration, std::uint8_t stereo = 0) {
    return static_cast<std::uint8_t>(configuration << 3 | stereo);
}

Position duration_of(unsigned configuration) {
    constexpr std::array<Position, 4> kSilk{480, 960, 1920, 2880};
    constexpr std::array<Position, 4> kCelt{120, 240, 480, 960};
    if (configuration >= kFirstCelt) return kCelt.at(configuration % 4);
    return kSilk.at(configuration >= kFirstHybrid ? configuration % 2 : configuration % 4);
}

/// The configuration with the shortest frame among those that differ in nothing else.
unsigned shortest_like(unsigned configuration) {
    const bool hybrid = configuration >= kFirstHybrid && configuration < kFirstCelt;
    return configuration - configuration % (hybrid ? 2 : 4);
}

/// CELT of the same bandwidth; it has no medium band, so wideband there (RFC 7845 §4.1).
unsigned celt_like(unsigned configuration) {
    if (configuration >= kFirstCelt) return shortest_like(configuration);
    constexpr std::array<unsigned, 3> kAfterSilk{16, 20, 20};
    if (configuration < kFirstHybrid) return kAfterSilk.at(configuration / 4);
    return configuration < kFullbandHybrid ? kSuperWidebandCelt : kFullbandCelt;
}

/// From `longest` down to `shortest`, the first that fits; `shortest` if none does.
unsigned fitting(unsigned longest, unsigned shortest, Position gap) {
    while (longest > shortest && duration_of(longest) > gap) --longest;
    return longest;
}

}  // namespace

Position opus_frame_duration(std::uint8_t toc) { return duration_of(toc >> 3); }

bool opus_is_stereo(std::uint8_t toc) { return (toc & kStereo) != 0; }

std::uint8_t concealing_toc(std::uint8_t toc, Position gap) {
    const unsigned before = toc >> 3;
    const std::uint8_t stereo = toc & kStereo;
    const unsigned same_mode = fitting(before, shortest_like(before), gap);
    if (duration_of(same_mode) <= gap) return toc_of(same_mode, stereo);
    const unsigned celt = celt_like(before);
    return toc_of(fitting(celt + 3, celt, gap), stereo);
}

SilencePacket silence_packet(Position gap) {
    const unsigned configuration = fitting(kFullbandCelt + 3, kFullbandCelt, gap);
    // The frame's first symbol is the silence flag, which these bytes set (RFC 6716 §4.3).
    return {duration_of(configuration), {toc_of(configuration), 0xff, 0xfe}};
}

}  // namespace legroom::record
