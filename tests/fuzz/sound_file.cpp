// The first byte chooses the media type and how often the sound is repeated, the rest is the file.
#include "io/sound_file.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

using legroom::io::Descriptor;
using legroom::io::SoundFile;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::array kTypes = {"", "audio/mpeg", "audio/l16", "audio/pcm;rate=8000", "audio/l16;rate=0"};
    constexpr int kMaxFrames = 200;
    if (size == 0) return 0;
    Descriptor file{::memfd_create("sound", MFD_CLOEXEC)};
    if (::write(file.get(), data + 1, size - 1) != static_cast<ssize_t>(size - 1)) std::abort();
    ::lseek(file.get(), 0, SEEK_SET);
    auto sound = SoundFile::open(std::move(file), kTypes[data[0] % kTypes.size()], data[0] / 64 - 1);
    if (!sound) return 0;
    legroom::audio::Frame frame;
    for (int i = 0; i < kMaxFrames && sound->next(frame) == SoundFile::Read::frame; ++i) {
        for (const float sample : frame.samples()) {
            if (!(std::abs(sample) <= 1.0F)) std::abort();
        }
    }
    return 0;
}
