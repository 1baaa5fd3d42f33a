#pragma once

#include "base/time.hpp"
#include "call/leg.hpp"
#include "call/switchboard.hpp"
#include "engine/messages.hpp"

/// Who speaks, as the shards hear it (contract 04, Speaking detection): `speaking.started` and
/// `speaking.stopped` take turns for each leg, a leg that ends is silent before, and both events of a turn
/// have the same scope. A shard that has not heard yet of what we decided (a mute, a move) may be
/// contradicted: it tells of the end itself once it has, so nothing remains open.
namespace legroom::call {

/// A shard's report of a leg that exists.
void report_speaking(Instant now, Switchboard& board, Leg& leg, bool speaking);

/// Before the leg is silenced, leaves its room or ends: if it speaks, that is over.
void stop_speaking(Instant now, Switchboard& board, Leg& leg);

}  // namespace legroom::call
