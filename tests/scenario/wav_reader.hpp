#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace legroom::scenario {

/// A WAV file as others read it: chunk by chunk, by the lengths it says. Throws where it is none.
struct WavContent {
    std::uint32_t rate = 0;
    std::size_t channels = 0;
    std::vector<float> samples;  ///< Interleaved.

    [[nodiscard]] std::size_t frames() const { return channels == 0 ? 0 : samples.size() / channels; }
    [[nodiscard]] double seconds() const { return static_cast<double>(frames()) / rate; }
    /// One channel's, from one frame to another.
    [[nodiscard]] std::vector<float> channel(std::size_t index, std::size_t from, std::size_t to) const {
        std::vector<float> one;
        for (std::size_t i = from; i < to && i < frames(); ++i) one.push_back(samples[i * channels + index]);
        return one;
    }
    [[nodiscard]] std::vector<float> channel(std::size_t index) const { return channel(index, 0, frames()); }
};

inline WavContent read_wav(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const auto number = [&bytes](std::size_t at, std::size_t width) {
        std::uint32_t value = 0;
        for (std::size_t i = width; i-- > 0;)
            value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
        return value;
    };
    if (bytes.substr(0, 4) != "RIFF" || bytes.substr(8, 4) != "WAVE" || number(4, 4) + 8 != bytes.size())
        throw std::runtime_error("no whole WAV file: " + path);
    WavContent wav;
    for (std::size_t at = 12; at + 8 <= bytes.size(); at += 8 + number(at + 4, 4)) {
        const std::string name = bytes.substr(at, 4);
        if (name == "fmt ") {
            wav.channels = number(at + 10, 2);
            wav.rate = number(at + 12, 4);
        } else if (name == "data") {
            for (std::size_t i = at + 8; i + 1 < at + 8 + number(at + 4, 4); i += 2)
                wav.samples.push_back(static_cast<float>(static_cast<std::int16_t>(number(i, 2))) / 32'768);
        }
    }
    return wav;
}

}  // namespace legroom::scenario
