#include "sequences/script.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

#include "base/random.hpp"

namespace legroom::sequences {
namespace {

struct VerbRow {
    std::string_view name;
    unsigned weight;
};

/// In the order of Verb.
constexpr VerbRow kRows[] = {
    {"offer", 16},
    {"offer_again", 3},
    {"hang_up", 4},
    {"candidates", 1},
    {"ice_status", 1},
    {"mute", 2},
    {"unmute", 2},
    {"deafen", 1},
    {"undeafen", 1},
    {"gain", 1},
    {"role", 2},
    {"accept_digits", 1},
    {"reject_digits", 1},
    {"send_digits", 2},
    {"create_room", 4},
    {"delete_room", 4},
    {"join", 12},
    {"leave", 4},
    {"routing", 3},
    {"bridge", 5},
    {"turn_bridge", 2},
    {"delete_bridge", 2},
    {"play_leg", 6},
    {"play_room", 5},
    {"volume", 2},
    {"stop_playing", 4},
    {"record_leg", 6},
    {"record_room", 6},
    {"pause_recording", 3},
    {"resume_recording", 2},
    {"stop_recording", 4},
    {"connect", 6},
    {"interrupt", 2},
    {"come_back", 2},
    {"fail", 2},
    {"press", 3},
    {"speak", 4},
    {"sound", 5},
    {"disk", 4},
    {"wait", 14},
};
static_assert(std::size(kRows) == kVerbs);

constexpr unsigned total_weight() {
    unsigned sum = 0;
    for (const VerbRow& row : kRows) sum += row.weight;
    return sum;
}

Verb pick_verb(Random& random) {
    unsigned left = random.below(total_weight());
    unsigned verb = 0;
    while (left >= kRows[verb].weight) left -= kRows[verb++].weight;
    return static_cast<Verb>(verb);
}

}  // namespace

Script write_script(std::uint64_t seed) {
    SeededRandom random(seed);
    Script script(5 + random.below(36));
    // Few callers and rooms meet more often than many.
    const unsigned slots = 1 + random.below(kSlots);
    const unsigned rooms = 1 + random.below(kRooms);
    for (Line& line : script)
        line = {pick_verb(random), random.below(slots), random.below(rooms), random.u64()};
    // Without anybody all that follows is refused.
    for (unsigned slot = 0; slot < std::min(slots, 3U); ++slot) {
        script[slot].verb = Verb::offer;
        script[slot].slot = slot;
    }
    return script;
}

std::string to_string(const Script& script) {
    std::string text;
    for (const Line& line : script)
        text += fmt::format("  {{Verb::{}, {}, {}, {}u}},\n", kRows[static_cast<unsigned>(line.verb)].name,
                            line.slot, line.room, line.dice);
    return text;
}

}  // namespace legroom::sequences
