#pragma once

#include <optional>
#include <string_view>

#include "base/random.hpp"
#include "base/time.hpp"

namespace legroom::net {

/// What one direction of a wire does to packets.
class Impairment {
public:
    /// Takes "delay=40", "jitter=5" (both ms), "loss=12.5" (percent) or "blackout=1". False: none of these.
    bool set(std::string_view option);

    /// When a packet that enters `now` comes out; nullopt: never. Without jitter, packets stay in order.
    [[nodiscard]] std::optional<Instant> passage(Instant now, Random& random) const;

private:
    Duration delay_{};
    Duration jitter_{};  ///< Uniform in [0, jitter), on top of the delay.
    double loss_ = 0;    ///< 0 to 1
    bool blackout_ = false;
};

}  // namespace legroom::net
