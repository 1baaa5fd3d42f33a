#include "engine/room.hpp"

#include <algorithm>

#include "engine/leg.hpp"

namespace legroom::engine {
namespace {

constexpr std::size_t kOwnSeats = 2;  // the player's and the tap's

}  // namespace

Room::Room(SampleRate rate, bool comfort_noise, std::uint64_t noise_seed)
    : rate_(rate), comfort_noise_(comfort_noise), noise_(noise_seed), played_(rate), seats_(kOwnSeats) {}

void Room::add(Leg& leg) {
    const std::size_t count = members_.size() + 1;
    spoken_.resize(count, audio::Frame{rate_});
    heard_.resize(count, audio::Frame{rate_});
    make_seats(count, ends_.size());
    Member member{&leg};
    assign_kind(member);
    leg.set_room(this);  // The last that can fail: a leg is in both lists or in none.
    members_.push_back(member);
}

void Room::make_seats(std::size_t legs, std::size_t ends) {
    seats_.resize(legs + ends + kOwnSeats);
    members_.reserve(seats_.capacity());
    ends_.reserve(ends);
}

void Room::remove(Leg& leg) {
    std::erase_if(members_, [&](const Member& member) { return member.leg == &leg; });
    leg.set_room(nullptr);
}

void Room::remove_all() noexcept {
    for (const Member& member : members_) member.leg->set_room(nullptr);
    members_.clear();
}

void Room::add(const BridgeEnd& end) {
    make_seats(members_.size(), ends_.size() + 1);
    ends_.push_back(end);
}

void Room::remove(const BridgeEnd& end) {
    std::erase_if(ends_, [&](const BridgeEnd& one) { return one.out == end.out; });
}

void Room::set_routing(const RoutingMatrix& matrix) {
    routing_ = RoutingTable{matrix};
    for (Member& member : members_) assign_kind(member);
}

void Room::reseat(const Leg& leg) {
    for (Member& member : members_) {
        if (member.leg == &leg) assign_kind(member);
    }
}

void Room::assign_kind(Member& member) const {
    member.kind = routing_.kind_of(member.leg->role());
    member.hears = routing_.heard_by(member.leg->role());
}

void Room::tick(Instant now, mix::Mixer& mixer) {
    decode_frames(now);
    let_bridges_speak();
    let_player_speak();
    mix(mixer);
    encode_frames(now);
    let_bridges_hear();
}

void Room::decode_frames(Instant now) {
    for (std::size_t i = 0; i < members_.size(); ++i) {
        const Member& member = members_[i];
        const bool says_something = member.leg->pull(now, spoken_[i]);
        seats_[i] = {.spoken = says_something ? &spoken_[i] : nullptr,
                     .heard = member.leg->deaf() ? nullptr : &heard_[i],
                     .kind = member.kind,
                     .hears = member.hears};
    }
}

void Room::let_bridges_speak() {
    for (std::size_t i = 0; i < ends_.size(); ++i) {
        seats_[members_.size() + i] = {
            .spoken = ends_[i].in->arriving(), .heard = ends_[i].out->leaving(), .kind = mix::kForAll};
    }
}

/// While nobody of those in it can hear it a playback waits.
void Room::let_player_speak() {
    mix::Seat& seat = seats_[members_.size() + ends_.size()];
    seat = {.kind = mix::kForAll};
    if (player_.empty()) return;
    const auto hears = [](const Member& member) { return member.leg->can_be_sent_to(); };
    if (std::ranges::none_of(members_, hears)) return player_.wait();
    if (player_.mix(played_)) seat.spoken = &played_;
}

void Room::mix(mix::Mixer& mixer) {
    const std::size_t speakers = members_.size() + ends_.size() + 1;
    mix::Seat& whole = seats_[speakers];  // Hears everyone and says nothing.
    whole = {.heard = tap_ == nullptr ? nullptr : &tap_->frame};
    mixer.mix(rate_, std::span{seats_}.first(speakers + (tap_ == nullptr ? 0 : 1)));
    // Bridges carry no noise: it would add up.
    for (mix::Seat& seat : std::span{seats_}.first(members_.size())) make_comfortable(seat);
    make_comfortable(whole);
    if (tap_ != nullptr) tap_->present = whole.audible;
}

void Room::make_comfortable(mix::Seat& seat) {
    if (!comfort_noise_ || seat.heard == nullptr || seat.audible) return;
    noise_.fill(*seat.heard);
    seat.audible = true;
}

void Room::encode_frames(Instant now) {
    bool left = false;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        const bool sent = members_[i].leg->play(now, seats_[i].audible ? seats_[i].heard : nullptr);
        left = left || sent;
    }
    if (left) player_.sent();
}

void Room::let_bridges_hear() {
    for (std::size_t i = 0; i < ends_.size(); ++i) {
        const mix::Seat& seat = seats_[members_.size() + i];
        if (seat.heard != nullptr && seat.audible) ends_[i].out->sound();
    }
}

}  // namespace legroom::engine
