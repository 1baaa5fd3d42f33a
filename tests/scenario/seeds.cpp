#include "scenario/seeds.hpp"

#include <cstdlib>

namespace legroom::scenario {

std::uint64_t seeds(std::uint64_t ordinarily) {
    const char* factor = std::getenv("LEGROOM_SEEDS");
    return ordinarily * (factor == nullptr ? 1 : std::strtoull(factor, nullptr, 10));
}

}  // namespace legroom::scenario
