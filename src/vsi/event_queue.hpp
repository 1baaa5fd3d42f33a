#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "events/app_filter.hpp"
#include "events/ledger.hpp"

namespace legroom::vsi {

inline constexpr std::size_t kMaxScannedAtOnce = 1'000;  ///< Of the ledger, before others get their turn.

/// The events one reader has still to be told. What has happened before it came is read from the ledger, as
/// far as the reader asked for it; what happens then waits here, at most `capacity` events. One more is
/// dropped, and the reader told how many before the next event it gets (contract 05). `ledger` must outlive
/// it.
class EventQueue {
public:
    /// `after`: the last event the reader has seen; nullopt: it wants those to come. If the ledger does not
    /// reach so far back, a `resync_required` frame takes the place of what is missing.
    EventQueue(std::size_t capacity, events::AppFilter filter, const events::Ledger& ledger,
               std::optional<events::Seq> after);

    /// An event that is in the ledger now. True: there may be more to take than before.
    bool offer(const events::RecordPtr& record);

    /// The next frame, if there is one.
    std::optional<std::string> take();
    /// take() had nothing, but has not looked at everything yet: ask again later.
    [[nodiscard]] bool unfinished() const { return replay_at_.has_value(); }

    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }  ///< Altogether.

private:
    std::optional<std::string> take_replayed();
    std::optional<std::string> take_waiting();
    std::string lose_track(events::Seq after);

    std::size_t capacity_;
    events::AppFilter filter_;
    const events::Ledger& ledger_;
    std::optional<std::string> notice_;     ///< Goes out before any event.
    std::optional<events::Seq> replay_at_;  ///< While reading from the ledger: what to look at next.
    std::deque<events::RecordPtr> waiting_;
    std::uint64_t dropped_ = 0;
    std::uint64_t untold_ = 0;  ///< Of those dropped.
};

}  // namespace legroom::vsi
