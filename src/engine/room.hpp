#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "audio/frame.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "mix/comfort_noise.hpp"
#include "mix/mixer.hpp"

namespace legroom::engine {

class Leg;

/// Where legs hear each other: everyone gets the mix of everyone else, every 20 ms. An empty room costs
/// nothing.
class Room {
public:
    /// `comfort_noise` fills a mix in which nobody else says anything.
    Room(SampleRate rate, bool comfort_noise, std::uint64_t noise_seed);

    /// The leg must outlive its stay, and be in no other room. If this throws it is in none.
    void add(Leg& leg);
    void remove(Leg& leg);

    void tick(Instant now);

    [[nodiscard]] SampleRate rate() const { return rate_; }
    [[nodiscard]] std::span<Leg* const> legs() const { return legs_; }

private:
    void decode_frames(Instant now);
    void mix();
    void encode_frames(Instant now);

    SampleRate rate_;
    bool comfort_noise_;
    mix::ComfortNoise noise_;
    std::vector<Leg*> legs_;
    // One of each per leg, kept for their memory.
    std::vector<audio::Frame> spoken_;
    std::vector<audio::Frame> heard_;
    std::vector<mix::Seat> seats_;
};

}  // namespace legroom::engine
