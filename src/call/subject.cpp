#include "call/subject.hpp"

#include <utility>

#include "call/error.hpp"

namespace legroom::call {

Result<void> check_exists(Switchboard& board, const Subject& subject) {
    if (const auto* leg = std::get_if<LegId>(&subject)) {
        if (board.find(*leg) == nullptr) return Error::leg_not_found;
    } else if (board.find(std::get<RoomId>(subject)) == nullptr) {
        return Error::room_not_found;
    }
    return {};
}

Scope scope_of(Switchboard& board, const Subject& subject) {
    if (const auto* id = std::get_if<LegId>(&subject)) {
        const Leg& leg = *board.find(*id);
        return {subject, leg.app_id, leg.webhook};
    }
    const Room& room = *board.find(std::get<RoomId>(subject));
    return {subject, room.app_id, room.webhook};
}

Event event_about(Instant now, const Scope& scope, Happening what) {
    const auto* leg = std::get_if<LegId>(&scope.subject);
    const auto* room = std::get_if<RoomId>(&scope.subject);
    return {now,
            leg != nullptr ? *leg : LegId{},
            room != nullptr ? *room : RoomId{},
            scope.app_id,
            std::move(what),
            scope.webhook};
}

}  // namespace legroom::call
