#include "io/clock.hpp"

#include <chrono>

namespace legroom::io {

Instant now() {
    const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<Duration>(since_boot)};
}

}  // namespace legroom::io
