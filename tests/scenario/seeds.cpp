#include "scenario/seeds.hpp"

#include <cstdlib>

namespace legroom::scenario {

std::uint64_t seeds(std::uint64_t ordinarily) {
    // Before any thread is started. NOLINTNEXTLINE(concurrency-mt-unsafe)
    const char* factor = std::getenv("LEGROOM_SEEDS");
    return ordinarily * (factor == nullptr ? 1 : std::strtoull(factor, nullptr, 10));
}

}  // namespace legroom::scenario
