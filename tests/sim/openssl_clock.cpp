#include "sim/openssl_clock.hpp"

#include <cstdint>
#include <ctime>
#include <optional>
#include <sys/time.h>

namespace legroom::sim {
namespace {

/// Virtual time begins here: timers at zero would mean "not running" to OpenSSL.
constexpr std::chrono::seconds kEpoch{2'000'000'000};

thread_local std::optional<Instant> virtual_now;

std::chrono::microseconds time_of_day() {
    if (virtual_now) return kEpoch + virtual_now->time_since_epoch();
    timespec real{};
    clock_gettime(CLOCK_REALTIME, &real);
    return std::chrono::seconds{real.tv_sec} + std::chrono::microseconds{real.tv_nsec / 1000};
}

}  // namespace

void set_openssl_clock(Instant now) { virtual_now = now; }

}  // namespace legroom::sim

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc uses reserved names.
extern "C" int gettimeofday(timeval* __restrict out, void* __restrict /*zone*/) noexcept {
    constexpr std::int64_t kMicroseconds = 1'000'000;
    const std::int64_t now = legroom::sim::time_of_day().count();
    out->tv_sec = now / kMicroseconds;
    out->tv_usec = now % kMicroseconds;
    return 0;
}
