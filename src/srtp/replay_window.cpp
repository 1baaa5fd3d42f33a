#include "srtp/replay_window.hpp"

#include <algorithm>

#include "srtp/error.hpp"

namespace legroom::srtp {

bool ReplayWindow::is_fresh(std::uint64_t index) const {
    if (!highest_ || index > *highest_) return true;
    return *highest_ - index < kReplayWindow && !seen_.test(index % kReplayWindow);
}

void ReplayWindow::mark(std::uint64_t index) {
    if (!highest_) highest_ = index;
    if (index > *highest_) {
        // The places of the skipped indices still say what was seen one window earlier.
        const std::uint64_t stale = std::min<std::uint64_t>(index - *highest_, kReplayWindow);
        for (std::uint64_t i = 0; i < stale; ++i) seen_.reset((index - i) % kReplayWindow);
        highest_ = index;
    }
    seen_.set(index % kReplayWindow);
}

Result<std::uint64_t> guess_index(std::optional<std::uint64_t> highest, std::uint16_t sequence) {
    if (!highest) return std::uint64_t{sequence};
    constexpr std::uint64_t kEnd = std::uint64_t{1} << 48;
    const auto last = static_cast<std::uint16_t>(*highest);
    const auto ahead = static_cast<std::uint16_t>(sequence - last);

    // Exactly 32768 away is as near on both sides. RFC 3711 breaks the tie by where `last` lies: below the
    // middle of its cycle the packet is taken to follow, else to precede.
    if (ahead < 0x8000 || (ahead == 0x8000 && last < 0x8000)) {
        const std::uint64_t index = *highest + ahead;
        if (index >= kEnd) return Error::key_exhausted;
        return index;
    }
    const std::uint64_t behind = 0x1'0000U - ahead;
    if (behind > *highest) return Error::replayed;
    return *highest - behind;
}

}  // namespace legroom::srtp
