#include "record/wav.hpp"

#include <gtest/gtest.h>

namespace legroom::record {
namespace {

std::uint64_t little_endian(const ByteVector& bytes, std::size_t at, std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t i = width; i-- > 0;) value = value << 8 | bytes.at(at + i);
    return value;
}

std::string_view text_at(const ByteVector& bytes, std::size_t at) {
    return as_text(Bytes{bytes}.subspan(at, 4));
}

TEST(Wav, SaysWhatTheSamplesAre) {
    const auto header = wav_header({SampleRate::k16000, 2}, 64'000);
    ASSERT_EQ(header.size(), kWavHeaderBytes);
    EXPECT_EQ(text_at(header, 0), "RIFF");
    EXPECT_EQ(little_endian(header, 4, 4), 64'000 + kWavHeaderBytes - 8);
    EXPECT_EQ(text_at(header, 8), "WAVE");
    EXPECT_EQ(text_at(header, 12), "JUNK");
    EXPECT_EQ(text_at(header, 48), "fmt ");
    EXPECT_EQ(little_endian(header, 56, 2), 1U) << "PCM";
    EXPECT_EQ(little_endian(header, 58, 2), 2U);
    EXPECT_EQ(little_endian(header, 60, 4), 16'000U);
    EXPECT_EQ(little_endian(header, 64, 4), 64'000U) << "bytes a second";
    EXPECT_EQ(little_endian(header, 68, 2), 4U);
    EXPECT_EQ(little_endian(header, 70, 2), 16U);
    EXPECT_EQ(text_at(header, 72), "data");
    EXPECT_EQ(little_endian(header, 76, 4), 64'000U);
}

TEST(Wav, MoreThanTwoChannelsAreExtensible) {
    const auto header = wav_header({SampleRate::k16000, 3}, 6'000);
    ASSERT_EQ(header.size(), kManyChannelsHeaderBytes);
    EXPECT_EQ(little_endian(header, 4, 4), 6'000 + kManyChannelsHeaderBytes - 8);
    EXPECT_EQ(little_endian(header, 52, 4), 40U);
    EXPECT_EQ(little_endian(header, 56, 2), 0xFFFEU);
    EXPECT_EQ(little_endian(header, 58, 2), 3U);
    EXPECT_EQ(little_endian(header, 68, 2), 6U);
    EXPECT_EQ(little_endian(header, 72, 2), 22U);
    EXPECT_EQ(little_endian(header, 74, 2), 16U) << "valid bits";
    EXPECT_EQ(little_endian(header, 76, 4), 0U) << "loudspeakers";
    EXPECT_EQ(little_endian(header, 80, 2), 1U) << "PCM";
    EXPECT_EQ(text_at(header, 96), "data");
    EXPECT_EQ(little_endian(header, 100, 4), 6'000U);
    EXPECT_FALSE(read_wav_header(Bytes{header}.first(kWavHeaderBytes)));
}

TEST(Wav, BeyondFourGigabytesIsRf64) {
    const std::uint64_t most = 0xFFFF'FFFFU - kWavHeaderBytes + 8 - 1;
    EXPECT_EQ(text_at(wav_header({SampleRate::k48000, 1}, most), 0), "RIFF");
    const std::uint64_t data = 5'000'000'000;
    const auto header = wav_header({SampleRate::k48000, 2}, data);
    ASSERT_EQ(header.size(), kWavHeaderBytes);
    EXPECT_EQ(text_at(header, 0), "RF64");
    EXPECT_EQ(little_endian(header, 4, 4), 0xFFFF'FFFFU);
    EXPECT_EQ(text_at(header, 12), "ds64");
    EXPECT_EQ(little_endian(header, 20, 8), data + kWavHeaderBytes - 8);
    EXPECT_EQ(little_endian(header, 28, 8), data);
    EXPECT_EQ(little_endian(header, 36, 8), data / 4);
    EXPECT_EQ(little_endian(header, 76, 4), 0xFFFF'FFFFU);
}

TEST(Wav, ReadsItsOwnWhateverLengthTheySay) {
    for (const std::uint64_t data : {0ULL, 4ULL, 5'000'000'000ULL}) {
        const WavFormat format{SampleRate::k24000, 7};
        EXPECT_EQ(read_wav_header(wav_header(format, data)), format);
    }
}

TEST(Wav, ReadsNothingElse) {
    const auto good = wav_header({SampleRate::k8000, 1}, 0);
    EXPECT_FALSE(read_wav_header({}));
    EXPECT_FALSE(read_wav_header(Bytes{good}.first(kWavHeaderBytes - 1)));
    for (const std::size_t at : {8U, 48U, 52U, 56U, 58U, 59U, 60U, 64U, 68U, 70U, 72U}) {
        ByteVector bad = good;
        bad[at] ^= 0x55;
        EXPECT_FALSE(read_wav_header(bad)) << at;
    }
    ByteVector none = good;
    none[58] = 0;  // no channel
    EXPECT_FALSE(read_wav_header(none));
}

}  // namespace
}  // namespace legroom::record
