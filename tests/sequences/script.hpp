#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace legroom::sequences {

inline constexpr unsigned kSlots = 5;  ///< Callers; each has its latest leg.
inline constexpr unsigned kRooms = 4;

enum class Verb : std::uint8_t {
    // What clients of the API do.
    offer,
    offer_again,
    hang_up,
    candidates,
    ice_status,
    mute,
    unmute,
    deafen,
    undeafen,
    gain,
    role,
    accept_digits,
    reject_digits,
    send_digits,
    create_room,
    delete_room,
    join,
    leave,
    routing,
    bridge,
    turn_bridge,
    delete_bridge,
    play_leg,
    play_room,
    volume,
    stop_playing,
    record_leg,
    record_room,
    pause_recording,
    resume_recording,
    stop_recording,
    // What peers, sounds, the disk and time do.
    connect,
    interrupt,
    come_back,
    fail,
    press,
    speak,
    sound,
    disk,
    wait,
};
inline constexpr unsigned kVerbs = static_cast<unsigned>(Verb::wait) + 1;

/// One line of a sequence. All it leaves open comes from its dice, so that it does the same when others are
/// left out.
struct Line {
    Verb verb{};
    unsigned slot = 0;
    unsigned room = 0;
    std::uint64_t dice = 0;
};
using Script = std::vector<Line>;

Script write_script(std::uint64_t seed);  ///< 5 to 40 lines.
std::string to_string(const Script& script);

}  // namespace legroom::sequences
