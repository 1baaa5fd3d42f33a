#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "call/bridge.hpp"
#include "call/error.hpp"
#include "call/limits.hpp"
#include "call/switchboard.hpp"

namespace legroom::call {

/// A bridge as a caller asks for it: `direction` is "bidirectional", "send" (from the caller's room to the
/// peer), "receive" or "none".
struct NewBridge {
    RoomId peer;
    BridgeId id;  ///< "" = one of ours, a UUID.
    std::string direction = "bidirectional";
};

/// A bridge as one of its rooms sees it.
struct BridgeView {
    BridgeId id;
    RoomId peer;
    std::string_view direction;  ///< As in NewBridge.
    SampleRate rate{};
};

struct BridgeCounters {
    std::uint64_t created = 0;
    std::uint64_t refused = 0;  ///< Over kMaxBridges or kMaxBridgesPerRoom.
};

/// Rooms that hear each other (contract 03). Every call names the room it is made from; a bridge that does
/// not touch it is Error::bridge_not_found. Control thread only. `board` and `random` must outlive the
/// service.
class BridgeService {
public:
    BridgeService(Switchboard& board, Random& random) : board_(board), random_(random) {}

    /// Room A is `room`. Publishes `room.bridged`.
    Result<BridgeView> create(Instant now, const RoomId& room, NewBridge wanted);

    Result<std::vector<BridgeView>> list(const RoomId& room);
    Result<BridgeView> get(const RoomId& room, const BridgeId& id);

    /// Publishes `room.bridge_updated`, changed or not. What is under way in a direction that is closed is
    /// lost.
    Result<BridgeView> turn(Instant now, const RoomId& room, const BridgeId& id, std::string_view direction);

    /// Publishes `room.unbridged`.
    Result<void> remove(Instant now, const RoomId& room, const BridgeId& id);

    /// The room is being deleted: all its bridges go, with that reason.
    void tear_down(Instant now, const RoomId& room);

    [[nodiscard]] const BridgeCounters& counters() const { return counters_; }

private:
    Result<void> check(const Room& room, const NewBridge& wanted);
    Result<void> check_limits(const Room& room, const Room& peer);
    Result<Bridge*> find(const RoomId& room, const BridgeId& id);
    [[nodiscard]] std::size_t count(const RoomId& room) const;
    [[nodiscard]] BridgeView seen_from(const RoomId& room, const Bridge& bridge);

    Switchboard& board_;
    Random& random_;
    BridgeCounters counters_;
};

}  // namespace legroom::call
