#pragma once

#include <cstdint>
#include <vector>

#include "audio/frame.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "engine/bridge.hpp"
#include "engine/player.hpp"
#include "engine/routing.hpp"
#include "engine/tap.hpp"
#include "mix/comfort_noise.hpp"
#include "mix/mixer.hpp"

namespace legroom::engine {

class Leg;

/// Where legs hear each other: everyone gets the mix of everyone else it may hear, every 20 ms. An empty room
/// without bridges costs nothing. Its tick allocates nothing but the packets of its legs.
class Room {
public:
    /// `comfort_noise` fills a mix in which nobody else says anything.
    Room(SampleRate rate, bool comfort_noise, std::uint64_t noise_seed);

    /// The leg must outlive its stay, and be in no other room. If this throws it is in none.
    void add(Leg& leg);
    void remove(Leg& leg);
    void remove_all() noexcept;

    /// Both lanes must outlive the stay and have the room's rate. If this throws nothing has changed.
    void add(const BridgeEnd& end);
    void remove(const BridgeEnd& end);

    /// If this throws, what was said before is still in force.
    void set_routing(const RoutingMatrix& matrix);
    /// The leg is in the room and has another role.
    void reseat(const Leg& leg);

    /// Gets all that is said here, in each tick; nullptr ends it. Must outlive its stay.
    void set_tap(MixTap* tap) { tap_ = tap; }

    void tick(Instant now, mix::Mixer& mixer);

    [[nodiscard]] bool has_legs() const { return !members_.empty(); }

    /// What is played to everybody in it, whatever the routing says.
    [[nodiscard]] Player& player() { return player_; }

    [[nodiscard]] SampleRate rate() const { return rate_; }

private:
    struct Member {
        Leg* leg = nullptr;
        mix::VoiceKind kind = mix::kUnrouted;
        mix::Voices hears = mix::kEverything;
    };

    void assign_kind(Member& member) const;
    void make_seats(std::size_t legs, std::size_t ends);
    void decode_frames(Instant now);
    void let_bridges_speak();
    void let_player_speak();
    void mix(mix::Mixer& mixer);
    void make_comfortable(mix::Seat& seat);
    void encode_frames(Instant now);
    void let_bridges_hear();

    SampleRate rate_;
    bool comfort_noise_;
    mix::ComfortNoise noise_;
    RoutingTable routing_;
    std::vector<Member> members_;
    std::vector<BridgeEnd> ends_;
    Player player_;
    audio::Frame played_;
    MixTap* tap_ = nullptr;
    // Kept for their memory: frames for each leg; seats for each leg, after them for each bridge, then for
    // what is played, and a last one for the tap.
    std::vector<audio::Frame> spoken_;
    std::vector<audio::Frame> heard_;
    std::vector<mix::Seat> seats_;
};

}  // namespace legroom::engine
