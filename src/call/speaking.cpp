#include "call/speaking.hpp"

#include <utility>

namespace legroom::call {
namespace {

void tell_speaking(Instant now, Switchboard& board, const Leg& leg, Happening what) {
    if (leg.room) {
        board.publish(now, leg, *leg.room, std::move(what));
    } else {
        board.publish(now, leg, std::move(what));
    }
}

}  // namespace

void report_speaking(Instant now, Switchboard& board, Leg& leg, bool speaking) {
    if (!speaking) return stop_speaking(now, board, leg);
    if (leg.speaking || leg.muted) return;
    leg.speaking = true;
    tell_speaking(now, board, leg, SpeakingStarted{});
}

void stop_speaking(Instant now, Switchboard& board, Leg& leg) {
    if (!leg.speaking) return;
    leg.speaking = false;
    tell_speaking(now, board, leg, SpeakingStopped{});
}

}  // namespace legroom::call
