#include "peer/presence.hpp"

#include <algorithm>

namespace legroom::peer {

std::optional<Presence::Change> Presence::update(Instant now, std::optional<Instant> last_heard) {
    if (!heard_ || lost_) return std::nullopt;
    if (last_heard) heard_ = std::max(*heard_, *last_heard);
    if (!interrupted_at_) {
        if (now < *heard_ + patience_) return std::nullopt;
        interrupted_at_ = now;
        return Change::interrupted;
    }
    if (*heard_ > *interrupted_at_) {
        interrupted_at_.reset();
        return Change::resumed;
    }
    if (now < *interrupted_at_ + grace_) return std::nullopt;
    lost_ = true;
    return Change::lost;
}

std::optional<Instant> Presence::deadline() const {
    if (!heard_ || lost_) return std::nullopt;
    return interrupted_at_ ? *interrupted_at_ + grace_ : *heard_ + patience_;
}

}  // namespace legroom::peer
