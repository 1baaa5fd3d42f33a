#include "base/wall_time.hpp"

#include <fmt/format.h>

namespace legroom {

std::string to_rfc3339(WallTime time) {
    using std::chrono::days;
    const auto whole_days = std::chrono::floor<days>(time.since_1970);
    const std::chrono::year_month_day date{std::chrono::sys_days{whole_days}};
    const std::chrono::hh_mm_ss clock{time.since_1970 - whole_days};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

}  // namespace legroom
