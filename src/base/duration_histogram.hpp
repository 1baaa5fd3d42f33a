#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "base/time.hpp"

namespace legroom {

/// How often a time fell between which bounds. A value of fixed size: observing and copying allocate nothing.
class DurationHistogram {
public:
    static constexpr std::size_t kMaxBounds = 12;

    /// `bounds` in ascending order, at most kMaxBounds: bucket i takes what is at most bounds[i], one more
    /// what is above them all.
    DurationHistogram(std::initializer_list<Duration> bounds) : bound_count_(bounds.size()) {
        assert(bounds.size() <= kMaxBounds && std::ranges::is_sorted(bounds));
        std::ranges::copy(bounds, bounds_.begin());
    }

    void observe(Duration time) {
        const auto bucket = std::ranges::lower_bound(bounds(), time) - bounds().begin();
        ++counts_[static_cast<std::size_t>(bucket)];
        sum_ += time;
    }

    [[nodiscard]] std::span<const Duration> bounds() const { return std::span{bounds_}.first(bound_count_); }
    /// One more than there are bounds; not cumulative.
    [[nodiscard]] std::span<const std::uint64_t> counts() const {
        return std::span{counts_}.first(bound_count_ + 1);
    }
    [[nodiscard]] Duration sum() const { return sum_; }

private:
    std::size_t bound_count_;
    std::array<Duration, kMaxBounds> bounds_{};
    std::array<std::uint64_t, kMaxBounds + 1> counts_{};
    Duration sum_{};
};

}  // namespace legroom
