#pragma once

#include <cstdint>

namespace legroom::scenario {

/// How many seeds a test runs: LEGROOM_SEEDS times as many as ordinarily.
std::uint64_t seeds(std::uint64_t ordinarily);

}  // namespace legroom::scenario
