#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "engine/bridge.hpp"
#include "engine/messages.hpp"
#include "engine/room.hpp"
#include "mix/mixer.hpp"

namespace legroom::engine {

/// The rooms of a shard, and the bridges between them. A command for what is gone already is ignored. When
/// one throws nothing has changed.
class Rooms {
public:
    [[nodiscard]] Room* find(const RoomId& id);  ///< nullptr: none. Valid until it is deleted.

    void create(const CreateRoom& command, bool comfort_noise, std::uint64_t noise_seed);
    void remove(const RoomId& id);
    void create(const CreateBridge& command);
    void turn(const TurnBridge& command);
    void remove(const BridgeId& id);

    /// Mixes each room by `mixed(work)`, which calls `work()` and lets none of its faults out; then what was
    /// said for other rooms is on its way.
    template <class Contain>
    void tick(Instant now, Contain mixed) {
        for (const auto& entry : rooms_) mixed([&] { entry.second->tick(now, mixer_); });
        hand_over();
    }

    /// Hands `report` what players have to tell.
    template <class Report>
    void report_playbacks(Report report) {
        for (const auto& entry : rooms_) entry.second->player().tell(report);
    }
    /// Whether something is played in any of them, or waits to be.
    [[nodiscard]] bool playing() const;

    [[nodiscard]] std::size_t bridge_count() const { return bridges_.size(); }

private:
    using Bridges = std::unordered_map<BridgeId, std::unique_ptr<Bridge>>;

    void hand_over();
    Bridges::iterator remove(Bridges::iterator place);

    std::unordered_map<RoomId, std::unique_ptr<Room>> rooms_;
    Bridges bridges_;
    mix::Mixer mixer_;
};

}  // namespace legroom::engine
