#include "call/bridge_service.hpp"

#include <algorithm>
#include <utility>

namespace legroom::call {
namespace {

using enum BridgeDirection;

/// Each direction by its name in room A and in room B.
struct DirectionNames {
    BridgeDirection direction;
    std::string_view at_a;
    std::string_view at_b;
};
constexpr DirectionNames kDirections[] = {
    {bidirectional, "bidirectional", "bidirectional"},
    {a_to_b, "send", "receive"},
    {b_to_a, "receive", "send"},
    {none, "none", "none"},
};

std::optional<BridgeDirection> read_direction(std::string_view name, bool at_a) {
    for (const DirectionNames& one : kDirections) {
        if (name == (at_a ? one.at_a : one.at_b)) return one.direction;
    }
    return std::nullopt;
}

std::string_view name_of(BridgeDirection direction, bool at_a) {
    const auto* found = std::ranges::find(kDirections, direction, &DirectionNames::direction);
    return at_a ? found->at_a : found->at_b;
}

bool goes_to_b(BridgeDirection direction) { return direction == bidirectional || direction == a_to_b; }
bool goes_to_a(BridgeDirection direction) { return direction == bidirectional || direction == b_to_a; }

bool joins(const Bridge& bridge, const Room& one, const Room& other) {
    return bridge.touches(one.id) && bridge.touches(other.id);
}

}  // namespace

std::string_view to_string(BridgeDirection direction) {
    switch (direction) {
        case bidirectional:
            return "bidirectional";
        case a_to_b:
            return "a_to_b";
        case b_to_a:
            return "b_to_a";
        case none:
            return "none";
    }
    return "";
}

Result<BridgeView> BridgeService::create(Instant now, const RoomId& room_id, NewBridge wanted) {
    const Room* room = board_.find(room_id);
    if (room == nullptr) return Error::room_not_found;
    if (const auto fits = check(*room, wanted); !fits) return fits.error();
    if (wanted.id.value.empty()) wanted.id = BridgeId{random_.uuid()};

    const auto direction = *read_direction(wanted.direction, true);
    const Bridge& bridge =
        board_.add(Bridge{std::move(wanted.id), room_id, std::move(wanted.peer), direction});
    ++counters_.created;
    board_.send(
        engine::CreateBridge{bridge.id, bridge.a, bridge.b, goes_to_b(direction), goes_to_a(direction)});
    board_.publish(now, bridge, RoomBridged{bridge});
    return seen_from(room_id, bridge);
}

Result<void> BridgeService::check(const Room& room, const NewBridge& wanted) {
    if (wanted.peer.value.empty()) return Error::peer_room_missing;
    const Room* peer = board_.find(wanted.peer);
    if (peer == nullptr) return Error::room_not_found;
    if (!read_direction(wanted.direction, true)) return Error::invalid_direction;
    if (wanted.id.value.size() > kMaxBridgeIdBytes) return Error::bridge_id_too_long;
    if (peer == &room) return Error::bridge_to_itself;
    if (peer->rate != room.rate) return Error::sample_rates_differ;
    if (board_.find(wanted.id) != nullptr) return Error::bridge_exists;
    const bool joined = std::ranges::any_of(
        board_.bridges(), [&](const auto& entry) { return joins(entry.second, room, *peer); });
    if (joined) return Error::already_bridged;
    return check_limits(room, *peer);
}

Result<void> BridgeService::check_limits(const Room& room, const Room& peer) {
    const bool fits = board_.bridges().size() < kMaxBridges && count(room.id) < kMaxBridgesPerRoom &&
                      count(peer.id) < kMaxBridgesPerRoom;
    if (fits) return {};
    ++counters_.refused;
    return Error::too_many_bridges;
}

std::size_t BridgeService::count(const RoomId& room) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        board_.bridges(), [&](const auto& entry) { return entry.second.touches(room); }));
}

Result<std::vector<BridgeView>> BridgeService::list(const RoomId& room) {
    if (board_.find(room) == nullptr) return Error::room_not_found;
    std::vector<BridgeView> bridges;
    for (const auto& entry : board_.bridges()) {
        if (entry.second.touches(room)) bridges.push_back(seen_from(room, entry.second));
    }
    return bridges;
}

Result<BridgeView> BridgeService::get(const RoomId& room, const BridgeId& id) {
    const auto bridge = find(room, id);
    if (!bridge) return bridge.error();
    return seen_from(room, **bridge);
}

Result<Bridge*> BridgeService::find(const RoomId& room, const BridgeId& id) {
    if (board_.find(room) == nullptr) return Error::room_not_found;
    Bridge* bridge = board_.find(id);
    if (bridge == nullptr || !bridge->touches(room)) return Error::bridge_not_found;
    return bridge;
}

BridgeView BridgeService::seen_from(const RoomId& room, const Bridge& bridge) {
    const bool at_a = bridge.a == room;
    return {bridge.id, at_a ? bridge.b : bridge.a, name_of(bridge.direction, at_a), board_.find(room)->rate};
}

Result<BridgeView> BridgeService::turn(Instant now, const RoomId& room, const BridgeId& id,
                                       std::string_view direction) {
    const auto bridge = find(room, id);
    if (!bridge) return bridge.error();
    const auto wanted = read_direction(direction, (*bridge)->a == room);
    if (!wanted) return Error::invalid_direction;

    (*bridge)->direction = *wanted;
    board_.send(engine::TurnBridge{id, goes_to_b(*wanted), goes_to_a(*wanted)});
    board_.publish(now, **bridge, RoomBridgeUpdated{**bridge});
    return seen_from(room, **bridge);
}

Result<void> BridgeService::remove(Instant now, const RoomId& room, const BridgeId& id) {
    const auto bridge = find(room, id);
    if (!bridge) return bridge.error();
    const Bridge gone = board_.remove(**bridge);
    board_.send(engine::DeleteBridge{gone.id});
    board_.publish(now, gone, RoomUnbridged{gone, false});
    return {};
}

void BridgeService::tear_down(Instant now, const RoomId& room) {
    std::vector<BridgeId> ids;
    for (const auto& entry : board_.bridges()) {
        if (entry.second.touches(room)) ids.push_back(entry.first);
    }
    for (const BridgeId& id : ids) {
        const Bridge gone = board_.remove(*board_.find(id));
        board_.send(engine::DeleteBridge{gone.id});
        board_.publish(now, gone, RoomUnbridged{gone, true});
    }
}

}  // namespace legroom::call
