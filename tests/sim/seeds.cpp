#include "sim/seeds.hpp"

#include <algorithm>
#include <cstdlib>

namespace legroom::sim {

std::uint64_t seeds(std::uint64_t ordinarily) {
    // Before any thread is started. NOLINTNEXTLINE(concurrency-mt-unsafe)
    const char* factor = std::getenv("LEGROOM_SEEDS");
    const double times = factor == nullptr ? 1 : std::strtod(factor, nullptr);
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(ordinarily) * times));
}

}  // namespace legroom::sim
