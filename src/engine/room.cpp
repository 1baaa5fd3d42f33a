#include "engine/room.hpp"

#include <algorithm>

#include "engine/leg.hpp"

namespace legroom::engine {

Room::Room(SampleRate rate, bool comfort_noise, std::uint64_t noise_seed)
    : rate_(rate), comfort_noise_(comfort_noise), noise_(noise_seed) {}

void Room::add(Leg& leg) {
    const std::size_t count = legs_.size() + 1;
    spoken_.resize(count, audio::Frame{rate_});
    heard_.resize(count, audio::Frame{rate_});
    seats_.resize(count);
    legs_.reserve(seats_.capacity());
    leg.set_room(this);  // The last that can fail: a leg is in both lists or in none.
    legs_.push_back(&leg);
}

void Room::remove(Leg& leg) {
    legs_.erase(std::remove(legs_.begin(), legs_.end(), &leg), legs_.end());
    leg.set_room(nullptr);
}

void Room::tick(Instant now) {
    decode_frames(now);
    mix();
    encode_frames(now);
}

void Room::decode_frames(Instant now) {
    for (std::size_t i = 0; i < legs_.size(); ++i) {
        const bool says_something = legs_[i]->pull(now, spoken_[i]);
        seats_[i] = {says_something ? &spoken_[i] : nullptr, legs_[i]->deaf() ? nullptr : &heard_[i]};
    }
}

void Room::mix() {
    const std::span seats = std::span{seats_}.first(legs_.size());
    mix::mix_minus_self(rate_, seats);
    if (!comfort_noise_) return;
    for (mix::Seat& seat : seats) {
        if (seat.heard == nullptr || seat.audible) continue;
        noise_.fill(*seat.heard);
        seat.audible = true;
    }
}

void Room::encode_frames(Instant now) {
    for (std::size_t i = 0; i < legs_.size(); ++i) {
        legs_[i]->play(now, seats_[i].audible ? seats_[i].heard : nullptr);
    }
}

}  // namespace legroom::engine
