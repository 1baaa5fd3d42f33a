#include "io/clock.hpp"

#include <chrono>

namespace legroom::io {

Instant now() {
    const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<Duration>(since_boot)};
}

WallTime wall_time() {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since_1970)};
}

}  // namespace legroom::io
