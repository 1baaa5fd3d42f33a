#pragma once

#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <vector>

#include "io/sound_file.hpp"

namespace legroom::scenario {

/// An Ogg file as libsndfile plays it: at 48 kHz, its end filled up to a whole 20 ms. Throws where it is
/// none.
inline std::vector<float> play_ogg(const std::string& path) {
    auto file = io::SoundFile::open(io::Descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)}, "", 1);
    if (!file) throw std::runtime_error(path + ": " + file.error());
    std::vector<float> samples;
    audio::Frame frame;
    while (file->next(frame) == io::SoundFile::Read::frame)
        samples.insert(samples.end(), frame.samples().begin(), frame.samples().end());
    return samples;
}

}  // namespace legroom::scenario
