#include "rtp/dtmf_sender.hpp"

#include <algorithm>
#include <utility>

namespace legroom::rtp {
namespace {

constexpr std::uint8_t kTelephoneVolume = 10;  ///< -dBm0: what a telephone's keypad sends.

int whole_ticks(std::chrono::milliseconds time) { return static_cast<int>(time / kTick); }

}  // namespace

static_assert(std::uint64_t{48'000} * DtmfSender::kMaxDuration.count() / 1000 <= kMaxEventDuration);

DtmfSender::DtmfSender(DtmfPace pace)
    : pressed_ticks_(whole_ticks(std::clamp(pace.duration, kMinDuration, kMaxDuration))),
      pause_ticks_(whole_ticks(std::max(pace.gap, kMinGap)) - (kEndPackets - 1)) {}

bool DtmfSender::add(char digit) {
    const auto event = event_of(digit);
    if (!event || waiting_.size() >= kMaxWaiting) return false;
    waiting_.push_back(*event);
    return true;
}

std::optional<DtmfPacket> DtmfSender::next(std::uint32_t media, std::uint32_t clock_rate) {
    if (pause_ > 0) {
        --pause_;
        return std::nullopt;
    }
    if (waiting_.empty()) return std::nullopt;
    if (position_ == 0) began_ = media;

    DtmfPacket packet{{}, position_ == 0, began_};
    const int ticks = std::min(position_ + 1, pressed_ticks_);
    packet.event = {waiting_.front(), ticks == pressed_ticks_, kTelephoneVolume,
                    static_cast<std::uint16_t>(static_cast<std::uint32_t>(ticks) * clock_rate / 50)};
    if (++position_ == pressed_ticks_ + kEndPackets - 1) {
        waiting_.pop_front();
        position_ = 0;
        pause_ = pause_ticks_;
        ++sent_;
    }
    return packet;
}

std::size_t DtmfSender::clear() {
    start_over();
    const std::size_t count = waiting_.size();
    waiting_.clear();
    return count;
}

std::size_t DtmfSender::take_sent() { return std::exchange(sent_, 0); }

}  // namespace legroom::rtp
