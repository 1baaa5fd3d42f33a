#include "vsi/event_queue.hpp"

#include <utility>

#include "vsi/frames.hpp"

namespace legroom::vsi {

EventQueue::EventQueue(std::size_t capacity, events::AppFilter filter, const events::Ledger& ledger,
                       std::optional<events::Seq> after)
    : capacity_(capacity), filter_(std::move(filter)), ledger_(ledger) {
    if (!after) return;
    if (ledger.reaches(*after)) {
        replay_at_ = ledger.resume_at(*after);
    } else {
        notice_ = lose_track(*after);
    }
}

bool EventQueue::offer(const events::RecordPtr& record) {
    if (replay_at_) return true;  // It will be read from the ledger in its turn.
    if (!filter_.wants(record->app_id)) return false;
    if (waiting_.size() >= capacity_) {
        ++dropped_;
        ++untold_;
        return false;
    }
    waiting_.push_back(record);
    return true;
}

std::optional<std::string> EventQueue::take() {
    if (notice_) return std::exchange(notice_, std::nullopt);
    if (replay_at_) {
        auto frame = take_replayed();
        if (frame || replay_at_) return frame;
    }
    return take_waiting();
}

std::optional<std::string> EventQueue::take_replayed() {
    if (*replay_at_ < ledger_.oldest()) return lose_track(*replay_at_ - 1);  // Slower than what happens.
    for (std::size_t scanned = 0; scanned < kMaxScannedAtOnce; ++scanned) {
        const auto record = ledger_.find(*replay_at_);
        if (!record) {
            replay_at_.reset();  // From here on they are offered.
            return std::nullopt;
        }
        ++*replay_at_;
        if (filter_.wants(record->app_id)) return record->body;
    }
    return std::nullopt;
}

std::optional<std::string> EventQueue::take_waiting() {
    if (waiting_.empty()) return std::nullopt;
    if (untold_ > 0) return events_dropped_frame(std::exchange(untold_, 0));
    const auto record = std::move(waiting_.front());
    waiting_.pop_front();
    return record->body;
}

/// Goes on with what happens from now on.
std::string EventQueue::lose_track(events::Seq after) {
    replay_at_.reset();
    return resync_required_frame(after, ledger_.oldest(), ledger_.next() - 1);
}

}  // namespace legroom::vsi
