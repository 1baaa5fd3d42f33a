#pragma once

#include <cstdint>
#include <span>

namespace legroom::audio {

/// A frame this loud is voiced: root mean square, 300 on the scale of 16-bit samples (contract 04).
inline constexpr float kVoicedRms = 300.0F / 32'768;
/// The same of a level that somebody else has measured (RFC 6464), in -dBov: this or less. The threshold
/// is 40.8, and levels are whole.
inline constexpr std::uint8_t kFaintestVoicedLevel = 40;

/// Whether samples are loud enough to be a voice. None are not.
bool voiced(std::span<const float> samples);
constexpr bool voiced_level(std::uint8_t minus_dbov) { return minus_dbov <= kFaintestVoicedLevel; }

/// Whether somebody speaks, told of one 20 ms frame after the other. A short noise is no speech, and a pause
/// between two words no end of it: see the figures.
class SpeechDetector {
public:
    static constexpr int kFramesToStart = 3;  ///< Voiced ones in a row.
    static constexpr int kFramesToStop = 15;  ///< Unvoiced ones in a row.

    /// The next frame; one that is missing counts as unvoiced.
    void update(bool voiced);
    /// As at the beginning: nobody speaks.
    void reset() { *this = {}; }
    [[nodiscard]] bool speaking() const { return speaking_; }

private:
    bool speaking_ = false;
    int against_ = 0;  ///< Frames in a row that speak against it.
};

}  // namespace legroom::audio
