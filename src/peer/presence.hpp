#pragma once

#include <optional>

#include "base/time.hpp"

namespace legroom::peer {

/// Whether a connected peer is still there, judged by when it was heard last: present, interrupted after
/// `patience` without an authentic packet, lost after another `grace` without one.
class Presence {
public:
    enum class Change { interrupted, resumed, lost };

    Presence(Duration patience, Duration grace) : patience_(patience), grace_(grace) {}

    /// From now on the peer is expected to be heard.
    void start(Instant now) { heard_ = now; }
    void set_grace(Duration grace) { grace_ = grace; }
    /// Time has passed or a packet has come. `last_heard` never goes back.
    std::optional<Change> update(Instant now, std::optional<Instant> last_heard);

    [[nodiscard]] bool interrupted() const { return interrupted_at_.has_value(); }
    [[nodiscard]] std::optional<Instant> deadline() const;  ///< nullopt before start() and once lost.

private:
    Duration patience_;
    Duration grace_;
    std::optional<Instant> heard_;
    std::optional<Instant> interrupted_at_;
    bool lost_ = false;
};

}  // namespace legroom::peer
