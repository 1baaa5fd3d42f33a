#pragma once

#include "base/time.hpp"

namespace legroom::ice {

/// Something a TURN server grants for a while: asked for, granted, renewed before it runs out for as long as
/// somebody wants it.
struct TurnLease {
    bool asking = false;   ///< A request is under way.
    bool granted = false;  ///< The server said yes, once at least.
    Instant wanted_until;  ///< Nobody has said for longer that it is needed.
    Instant again;         ///< Not before then another request.
    Instant expires;       ///< No longer granted from then on, if not renewed.

    [[nodiscard]] bool usable(Instant now) const { return granted && now < expires; }
    [[nodiscard]] bool wanted(Instant now) const { return now < wanted_until; }
    /// Time to ask, for the first time or again.
    [[nodiscard]] bool due(Instant now) const { return !asking && now >= again && wanted(now); }
    /// When it changes by itself, if nothing comes; to be asked only of one that is neither asking nor due.
    [[nodiscard]] Instant next(Instant now, Instant end) const { return again > now ? again : end; }
};

}  // namespace legroom::ice
