#pragma once

#include <cstdint>

namespace legroom::sim {

/// How many seeds a test runs: LEGROOM_SEEDS times as many as ordinarily (a fraction is fine), one at least.
std::uint64_t seeds(std::uint64_t ordinarily);

}  // namespace legroom::sim
