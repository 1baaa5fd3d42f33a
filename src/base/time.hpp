#pragma once

#include <chrono>

namespace legroom {

/// Time for everything below io/. It has no now() on purpose: code that cannot ask for the hour can
/// be run through an hour of protocol in a millisecond of test.
struct Clock {
    using duration = std::chrono::microseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Clock>;
    static constexpr bool is_steady = true;
};

/// A moment. Only differences mean anything; the origin is the program's (io/) or the test's choice.
using Instant = Clock::time_point;
using Duration = Clock::duration;

}  // namespace legroom
