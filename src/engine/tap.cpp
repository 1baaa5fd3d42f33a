#include "engine/tap.hpp"

#include <algorithm>
#include <cmath>

namespace legroom::engine {
namespace {

std::int16_t to_pcm(float sample) { return static_cast<std::int16_t>(std::lrintf(sample * 32'767.0F)); }

}  // namespace

void TapChannel::take(const audio::Frame& frame) {
    rate_ = frame.rate;
    present_ = true;
    std::ranges::transform(frame.samples(), samples_.begin(), to_pcm);
    sounds_ = std::ranges::any_of(samples(), [](std::int16_t sample) { return sample != 0; });
}

void PacketTap::take(record::Position at, record::Position duration, Bytes packet) {
    if (count_ == kMaxPieces || bytes_.size() + packet.size() > bytes_.capacity()) return;
    const std::size_t begin = bytes_.size();
    bytes_.insert(bytes_.end(), packet.begin(), packet.end());
    pieces_.at(count_++) = {at, duration, Bytes{bytes_}.subspan(begin)};
}

void PacketTap::forget() {
    count_ = 0;
    bytes_.clear();
}

}  // namespace legroom::engine
