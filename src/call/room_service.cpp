#include "call/room_service.hpp"

#include <utility>
#include <vector>

#include "call/leg_service.hpp"
#include "call/speaking.hpp"

namespace legroom::call {
namespace {

std::optional<SampleRate> rate_of(std::int64_t wanted, SampleRate fallback) {
    switch (wanted) {
        case 0:
            return fallback;
        case 8'000:
            return SampleRate::k8000;
        case 16'000:
            return SampleRate::k16000;
        case 24'000:
            return SampleRate::k24000;
        case 48'000:
            return SampleRate::k48000;
        default:
            return std::nullopt;
    }
}

Result<void> check(const Joining& joining) {
    if (joining.role && joining.role->size() > kMaxRoleBytes) return Error::role_too_long;
    if (joining.wants_streams) return Error::streams_not_addressable;
    return {};
}

}  // namespace

RoomService::RoomService(RoomConfig config, Switchboard& board, Random& random)
    : config_(config), board_(board), random_(random), routing_(board), bridges_(board, random) {}

Result<const Room*> RoomService::create(Instant now, NewRoom wanted) {
    if (wanted.app_id.size() > kMaxAppIdBytes) return Error::app_id_too_long;
    const auto rate = rate_of(wanted.sample_rate, config_.default_rate);
    if (!rate) return Error::invalid_sample_rate;
    if (wanted.id.value.empty()) wanted.id = RoomId{random_.uuid()};

    const auto room =
        open(now, {std::move(wanted.id), std::move(wanted.app_id), *rate, {}, {}, std::move(wanted.webhook)});
    if (!room) return room.error();
    return *room;
}

Result<void> RoomService::check_open(const RoomId& id) {
    if (board_.find(id) != nullptr) return {};
    if (id.value.size() > kMaxRoomIdBytes) return Error::room_id_too_long;
    if (board_.rooms().size() < config_.max_rooms) return {};
    ++counters_.refused;
    return Error::too_many_rooms;
}

Result<Room*> RoomService::open(Instant now, Room wanted) {
    if (board_.find(wanted.id) != nullptr) return Error::room_exists;
    if (const auto possible = check_open(wanted.id); !possible) return possible.error();
    Room& room = board_.add(std::move(wanted));
    ++counters_.created;
    board_.send(engine::CreateRoom{room.id, room.rate});
    board_.publish(now, room, RoomCreated{});
    return &room;
}

Result<void> RoomService::remove(Instant now, const RoomId& id) {
    Room* room = board_.find(id);
    if (room == nullptr) return Error::room_not_found;

    board_.announce_end(*room);
    room->webhook.reset();  // What its end brings about is not told to it (contract 04).
    for (const LegId& member : room->members) stop_speaking(now, board_, *board_.find(member));
    bridges_.tear_down(now, id);
    std::vector<Leg> gone;
    for (const LegId& member : std::exchange(room->members, {})) {
        gone.push_back(board_.remove(*board_.find(member)));
        board_.send(engine::CloseLeg{member});
    }
    const Room closed = board_.remove(*room);
    board_.send(engine::DeleteRoom{closed.id});
    board_.publish(now, closed, RoomDeleted{});
    for (const Leg& leg : gone) {
        auto story = disconnected(now, leg, DisconnectReason::room_deleted);
        story.room = closed.id;
        board_.publish(now, leg, std::move(story));
    }
    return {};
}

Result<Joined> RoomService::join(Instant now, const RoomId& id, const Joining& joining) {
    Leg* leg = board_.find(joining.leg);
    if (leg == nullptr) return Error::leg_not_found;
    if (const auto checked = check(joining); !checked) return checked.error();
    if (leg->room == id) return Error::already_in_room;

    Room* room = board_.find(id);
    if (room == nullptr) {
        const auto opened = open(now, {id, leg->app_id, config_.default_rate});
        if (!opened) return opened.error();
        room = *opened;
    }
    return enter(now, *leg, *room, joining);
}

Joined RoomService::enter(Instant now, Leg& leg, Room& room, const Joining& joining) {
    stop_speaking(now, board_, leg);
    leg.muted = joining.mute.value_or(leg.muted);
    leg.deaf = joining.deaf.value_or(leg.deaf);
    leg.accept_dtmf = joining.accept_dtmf.value_or(leg.accept_dtmf);
    const std::string old_role = std::exchange(leg.role, joining.role.value_or(leg.role));

    const auto from = leg.room;
    board_.put(leg, room);
    board_.send(engine::JoinRoom{leg.id, room.id, joining.mute, joining.deaf, joining.role});
    if (from) board_.publish(now, leg, *from, LegLeftRoom{});
    board_.publish(now, leg, room.id, LegJoinedRoom{});
    if (joining.role) routing_.report_join(now, leg, room, old_role, from.has_value());
    if (from) return Moved{*from, room.id};
    return Added{};
}

Result<void> RoomService::leave(Instant now, const RoomId& id, const LegId& leg_id) {
    if (board_.find(id) == nullptr) return Error::room_not_found;
    Leg* leg = board_.find(leg_id);
    if (leg == nullptr || leg->room != id) return {};

    stop_speaking(now, board_, *leg);
    board_.take_out(*leg);
    board_.send(engine::LeaveRoom{leg_id});
    board_.publish(now, *leg, id, LegLeftRoom{});
    return {};
}

}  // namespace legroom::call
