#include "call/dtmf_service.hpp"

#include <utility>

#include "sdp/direction.hpp"

namespace legroom::call {
namespace {

constexpr std::string_view kKeys = "0123456789*#ABCD";

/// What of it can be pressed.
std::string keys_of(std::string_view text) {
    std::string keys;
    for (char c : text) {
        if (c >= 'a' && c <= 'd') c = static_cast<char>(c - 'a' + 'A');
        if (kKeys.find(c) != std::string_view::npos) keys += c;
    }
    return keys;
}

Result<void> can_send(const Leg& leg) {
    const sdp::Negotiated& agreed = leg.signalling.negotiated;
    if (!sdp::sends(agreed.direction)) return Error::peer_does_not_receive;
    if (!agreed.telephone_event_48k && !agreed.telephone_event_8k) return Error::dtmf_not_negotiated;
    return {};
}

bool has_room_for(const Leg& leg, std::size_t digits) {
    return leg.digits_waiting + digits <= engine::kMaxDigitsWaiting;
}

}  // namespace

Result<void> DtmfService::send(const LegId& id, std::string_view digits) {
    Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;
    if (digits.empty()) return Error::digits_missing;
    std::string keys = keys_of(digits);
    if (keys.size() > engine::kMaxDigitsWaiting) return Error::too_many_digits;
    if (const auto possible = can_send(*leg); !possible) return possible;
    if (!has_room_for(*leg, keys.size())) return Error::digits_waiting;
    if (!keys.empty()) queue(*leg, std::move(keys));
    return {};
}

void DtmfService::queue(Leg& leg, std::string digits) {
    leg.digits_waiting += digits.size();
    board_.send(engine::SendDigits{leg.id, std::move(digits)});
}

Result<void> DtmfService::set_accepting(const LegId& id, bool accepting) {
    Leg* leg = board_.find(id);
    if (leg == nullptr) return Error::leg_not_found;
    leg->accept_dtmf = accepting;
    return {};
}

void DtmfService::handle(Instant now, const engine::Event& event) {
    if (const auto* pressed = std::get_if<engine::DigitReceived>(&event)) {
        on_pressed(now, *pressed);
    } else if (const auto* done = std::get_if<engine::DigitsDone>(&event)) {
        on_done(*done);
    }
}

void DtmfService::on_pressed(Instant now, const engine::DigitReceived& event) {
    Leg* leg = board_.find(event.leg);
    if (leg == nullptr) return;
    ++counters_.received;
    board_.publish(now, *leg, DtmfReceived{event.digit, ++leg->digits_received});
    if (const Room* room = leg->room ? board_.find(*leg->room) : nullptr) forward(*leg, *room, event.digit);
}

/// To whom it can be said at once: what was pressed before a leg came up is old by then.
void DtmfService::forward(const Leg& from, const Room& room, char digit) {
    for (const LegId& member : room.members) {
        Leg* mate = board_.find(member);
        if (mate == nullptr || member == from.id) continue;
        if (!mate->accept_dtmf || !mate->transport_up || !can_send(*mate)) continue;
        if (has_room_for(*mate, 1)) {
            queue(*mate, std::string(1, digit));
        } else {
            ++counters_.not_forwarded;
        }
    }
}

void DtmfService::on_done(const engine::DigitsDone& event) {
    counters_.sent += event.sent;
    counters_.dropped += event.dropped;
    if (Leg* leg = board_.find(event.leg)) leg->digits_waiting -= event.sent + event.dropped;
}

}  // namespace legroom::call
