#pragma once

#include "base/time.hpp"

namespace legroom::app {

/// When to look names up again: soon while one has no address, later and later while that lasts, and every
/// few minutes when all have one, since a name may move (dynamic DNS).
class LookUpSchedule {
public:
    static constexpr Duration kFirstRetry = std::chrono::seconds{1};
    static constexpr Duration kLongestRetry = std::chrono::minutes{1};
    static constexpr Duration kRefresh = std::chrono::minutes{2};

    /// How long to wait after a round in which every name had an address, or not.
    Duration after_round(bool all_found) {
        if (all_found) {
            retry_ = kFirstRetry;
            return kRefresh;
        }
        const Duration wait = retry_;
        retry_ = retry_ * 2 < kLongestRetry ? retry_ * 2 : kLongestRetry;
        return wait;
    }

private:
    Duration retry_ = kFirstRetry;
};

}  // namespace legroom::app
