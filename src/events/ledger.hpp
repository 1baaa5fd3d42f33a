#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace legroom::events {

/// The place of an event in the stream: one more than that of the event before it. Numbers begin where the
/// ledger was told to; below 2^53 they survive JSON readers that have doubles only.
using Seq = std::uint64_t;

/// One event as everybody is told of it.
struct Record {
    Seq seq = 0;
    std::string app_id;   ///< "": untagged. What filters look at.
    std::string body;     ///< The JSON object, rendered once.
    std::string id = {};  ///< Its `event_id`.
};
/// Shared: a slow reader may still need a record that the ledger has dropped.
using RecordPtr = std::shared_ptr<const Record>;

inline constexpr std::size_t kDefaultLedgerRecords = 50'000;
inline constexpr std::size_t kMaxLedgerBytes = 64 * 1024 * 1024;

struct LedgerLimits {
    std::size_t records = kDefaultLedgerRecords;  ///< At least 1.
    std::size_t bytes = kMaxLedgerBytes;          ///< Of texts and tags. The newest record is always kept.
};

/// The latest events, oldest first, bounded by number and by bytes: for readers who come back. Control thread
/// only.
class Ledger {
public:
    /// `first`: the number of the first event, at least 1. A program that was started anew takes one beyond
    /// any it gave before, so that a reader with an old number is told that its window is gone.
    Ledger(LedgerLimits limits, Seq first);

    /// Takes the next event, and drops the oldest until both limits are kept; counted. Its `seq` must be
    /// next().
    RecordPtr append(Record record);

    [[nodiscard]] Seq next() const { return next_; }
    [[nodiscard]] Seq oldest() const { return next_ - records_.size(); }  ///< next() when there is none.

    /// Whether everything after this event is still here. 0 stands for "before the first event ever"; a
    /// number that was never given is not in reach.
    [[nodiscard]] bool reaches(Seq after) const;
    /// Where a reader goes on who has seen `after`: that, or for 0 what the ledger began with.
    [[nodiscard]] Seq resume_at(Seq after) const { return after == 0 ? first_ : after + 1; }

    /// nullptr: dropped, or not there yet.
    [[nodiscard]] RecordPtr find(Seq seq) const;

    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    LedgerLimits limits_;
    Seq first_;
    Seq next_;
    std::deque<RecordPtr> records_;
    std::size_t bytes_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace legroom::events
