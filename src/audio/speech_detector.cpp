#include "audio/speech_detector.hpp"

#include "audio/level.hpp"

namespace legroom::audio {

bool voiced(std::span<const float> samples) { return rms(samples) >= kVoicedRms; }

void SpeechDetector::update(bool voiced) {
    if (voiced == speaking_) {
        against_ = 0;
    } else if (++against_ == (speaking_ ? kFramesToStop : kFramesToStart)) {
        speaking_ = voiced;
        against_ = 0;
    }
}

}  // namespace legroom::audio
