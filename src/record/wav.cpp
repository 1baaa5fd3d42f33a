#include "record/wav.hpp"

#include <algorithm>
#include <limits>

#include "record/little_endian.hpp"

namespace legroom::record {
namespace {

constexpr std::size_t kFormatAt = 48;
constexpr std::uint16_t kPcm = 1;
constexpr std::uint32_t kSaidElsewhere = 0xFFFF'FFFF;

std::uint32_t u16_at(Bytes bytes, std::size_t at) {
    return bytes[at] | static_cast<std::uint32_t>(bytes[at + 1]) << 8;
}

std::uint32_t u32_at(Bytes bytes, std::size_t at) { return u16_at(bytes, at) | u16_at(bytes, at + 2) << 16; }

std::optional<SampleRate> rate_of(std::uint32_t number) {
    for (const SampleRate rate :
         {SampleRate::k8000, SampleRate::k16000, SampleRate::k24000, SampleRate::k48000}) {
        if (hz(rate) == number) return rate;
    }
    return std::nullopt;
}

}  // namespace

ByteVector wav_header(const WavFormat& format, std::uint64_t data_bytes) {
    //  0 "RIFF" size "WAVE"      12 "JUNK" 28 (28 bytes)      48 "fmt " 16 …      72 "data" size
    //  0 "RF64"  -1  "WAVE"      12 "ds64" 28 sizes           48 the same         72 "data"  -1
    const std::uint64_t riff_bytes = kWavHeaderBytes - 8 + data_bytes;
    const bool large = riff_bytes >= kSaidElsewhere;
    ByteVector header;
    header.reserve(kWavHeaderBytes);
    LittleEndian out{header};
    out.text(large ? "RF64" : "RIFF");
    out.u32(large ? kSaidElsewhere : static_cast<std::uint32_t>(riff_bytes));
    out.text("WAVE");

    out.text(large ? "ds64" : "JUNK");
    out.u32(28);
    out.u64(large ? riff_bytes : 0);
    out.u64(large ? data_bytes : 0);
    out.u64(large ? data_bytes / format.frame_bytes() : 0);
    out.u32(0);

    out.text("fmt ");
    out.u32(16);
    out.u16(kPcm);
    out.u16(format.channels);
    out.u32(hz(format.rate));
    out.u32(hz(format.rate) * static_cast<std::uint32_t>(format.frame_bytes()));
    out.u16(static_cast<std::uint16_t>(format.frame_bytes()));
    out.u16(16);

    out.text("data");
    out.u32(large ? kSaidElsewhere : static_cast<std::uint32_t>(data_bytes));
    return header;
}

std::optional<WavFormat> read_wav_header(Bytes beginning) {
    if (beginning.size() < kWavHeaderBytes) return std::nullopt;
    const auto rate = rate_of(u32_at(beginning, kFormatAt + 12));
    const auto channels = static_cast<std::uint16_t>(u16_at(beginning, kFormatAt + 10));
    if (!rate || channels == 0 || channels > std::numeric_limits<std::uint16_t>::max() / 2)
        return std::nullopt;
    // Whatever is not a length has to be as we write it.
    const WavFormat format{*rate, channels};
    const ByteVector ours = wav_header(format, 0);
    const auto same = [&](std::size_t from, std::size_t to) {
        return std::equal(ours.begin() + static_cast<std::ptrdiff_t>(from),
                          ours.begin() + static_cast<std::ptrdiff_t>(to),
                          beginning.begin() + static_cast<std::ptrdiff_t>(from));
    };
    if (!same(8, 12) || !same(kFormatAt, kWavHeaderBytes - 4)) return std::nullopt;
    return format;
}

}  // namespace legroom::record
