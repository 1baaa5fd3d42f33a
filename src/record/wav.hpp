#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/units.hpp"

namespace legroom::record {

/// PCM of 16 bits, interleaved.
struct WavFormat {
    SampleRate rate = SampleRate::k48000;
    std::uint16_t channels = 1;

    friend bool operator==(const WavFormat&, const WavFormat&) = default;
    [[nodiscard]] std::size_t frame_bytes() const { return std::size_t{2} * channels; }
};

/// Of one channel or two.
inline constexpr std::size_t kWavHeaderBytes = 80;
/// Of more, which have to be WAVE_FORMAT_EXTENSIBLE.
inline constexpr std::size_t kManyChannelsHeaderBytes = 104;

/// Every header of a format is as long, so that it can be written again when the length is known.
constexpr std::size_t wav_header_bytes(const WavFormat& format) {
    return format.channels > 2 ? kManyChannelsHeaderBytes : kWavHeaderBytes;
}

/// The header of a file with that many bytes of samples after it. Beyond 4 GiB, which RIFF cannot say, it is
/// RF64 (EBU Tech 3306), in the place that a chunk of JUNK has kept free. More than two channels belong to no
/// loudspeakers (a mask of 0).
ByteVector wav_header(const WavFormat& format, std::uint64_t data_bytes);

/// The format of a file that begins with a header of ours, whatever length it says. nullopt: it does not.
std::optional<WavFormat> read_wav_header(Bytes beginning);

}  // namespace legroom::record
