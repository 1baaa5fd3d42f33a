#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.hpp"

namespace legroom::rtp {

/// Wall clock as RTCP carries it: seconds since 1900 in 32.32 fixed point (RFC 3550 §4).
struct NtpTime {
    std::uint64_t value = 0;

    /// The middle 32 bits, 16.16: what LSR and DLSR are counted in.
    [[nodiscard]] constexpr std::uint32_t compact() const { return static_cast<std::uint32_t>(value >> 16); }
    friend constexpr bool operator==(NtpTime, NtpTime) = default;
};

/// From 1900, NTP's origin, to 1970, Unix's.
inline constexpr std::chrono::seconds kUnixEpochInNtp{2'208'988'800};

/// `origin` is how long after 1900 the Instant whose time_since_epoch() is zero lies: the one thing about
/// the wall clock that io/ has to say. The seconds wrap in 2036, as NTP's do.
constexpr NtpTime to_ntp(Instant now, Duration origin) {
    using std::chrono::microseconds;
    using std::chrono::seconds;
    const microseconds since_1900 = now.time_since_epoch() + origin;
    const seconds whole = std::chrono::floor<seconds>(since_1900);
    const auto fraction = static_cast<std::uint64_t>((since_1900 - whole).count());
    return {static_cast<std::uint64_t>(whole.count()) << 32 | (fraction << 32) / 1'000'000};
}

/// A difference of compact times, 1/65536 s.
constexpr Duration from_compact(std::uint32_t units) {
    return Duration{static_cast<std::int64_t>(units) * 1'000'000 / 65'536};
}

/// The other way; what does not fit in 32 bits (18 hours) is the largest number, a negative one is zero.
constexpr std::uint32_t to_compact(Duration duration) {
    constexpr Duration kLongest = from_compact(0xffff'ffff);
    if (duration <= Duration::zero()) return 0;
    if (duration >= kLongest) return 0xffff'ffff;
    return static_cast<std::uint32_t>(duration.count() * 65'536 / 1'000'000);
}

}  // namespace legroom::rtp
