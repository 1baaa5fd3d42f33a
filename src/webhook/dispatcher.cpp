#include "webhook/dispatcher.hpp"

#include <algorithm>
#include <cassert>
#include <memory>

namespace legroom::webhook {
namespace {

bool is_success(const Attempt& attempt) { return attempt.status >= 200 && attempt.status < 300; }

/// Nobody was there to look at the event: what it is cannot be the reason.
bool is_unreached(const Attempt& attempt) {
    return attempt.status == 0 || attempt.status == 429 || (attempt.status >= 502 && attempt.status <= 504);
}

std::string words(const Attempt& attempt) {
    const std::string text = attempt.status == 0 ? attempt.error : "status " + std::to_string(attempt.status);
    return text.substr(0, kMaxErrorBytes);
}

}  // namespace

Duration wait_after(unsigned attempts) {
    Duration wait = kFirstWait;
    for (unsigned i = 1; i < attempts && wait < kLongestWait; ++i) wait *= 2;
    return std::min<Duration>(wait, kLongestWait);
}

void Dispatcher::publish(Instant now, TargetPtr target, Delivery what) {
    ++counters_.enqueued;
    const std::size_t size = what.record->body.size();
    Entry entry;
    entry.id = DeliveryId{++last_id_};
    entry.target = std::move(target);
    entry.seq = what.record->seq;
    entry.event_id = what.record->id;
    entry.record = std::move(what.record);
    entry.type = what.type;
    entry.size = size;
    entry.since = now;
    if (is_full(size)) {
        bury(now, entry, DeadReason::overflow);
        return;
    }
    Lane& lane = lane_of(entry.target->url, what.order);
    lane.entries.push_back(std::move(entry));
    ++waiting_;
    resident_ += size;
    if (resident_ > limits_.memory) store(lane.entries.back());
    if (lane.entries.size() == 1) make_ready(lane);
    start();
}

/// Whether so many more bytes find no place.
bool Dispatcher::is_full(std::size_t more) const {
    if (waiting_ >= limits_.deliveries) return true;
    if (resident_ + more <= limits_.memory) return false;
    return disk_ + more > limits_.disk || resident_ + more > 2 * limits_.memory;
}

Dispatcher::Lane& Dispatcher::lane_of(const std::string& url, const std::string& order) {
    Receiver& receiver = receivers_[url];
    receiver.url = url;
    Lane& lane = receiver.lanes[order];
    if (lane.receiver != nullptr) return lane;
    lane.receiver = &receiver;
    lane.order = order;
    lane.number = ++last_lane_;
    return lane;
}

void Dispatcher::store(Entry& entry) {
    entry.disk = Disk::writing;
    disk_ += entry.size;
    writing_[entry.id] = &entry;
    ++counters_.stored;
    outputs_.emplace_back(Store{entry.id, entry.record});
}

void Dispatcher::stored(DeliveryId id, bool succeeded) {
    const auto found = writing_.extract(id);
    if (found.empty()) return;
    Entry& entry = *found.mapped();
    if (succeeded) {
        entry.disk = Disk::kept;
        resident_ -= entry.size;
        loaded_ += entry.size;
        if (!under_way_.contains(id)) release(entry);
    } else {
        entry.disk = Disk::none;
        disk_ -= entry.size;
    }
}

/// Of its text, which is on disk as well.
void Dispatcher::release(Entry& entry) {
    if (entry.disk != Disk::kept || !entry.record) return;
    entry.record.reset();
    loaded_ -= entry.size;
}

void Dispatcher::make_ready(Lane& lane) {
    lane.receiver->ready.push_back(&lane);
    take_turns(*lane.receiver);
}

void Dispatcher::take_turns(Receiver& receiver) {
    if (receiver.in_turn || receiver.ready.empty() || receiver.under_way >= limits_.per_receiver) return;
    receiver.in_turn = true;
    turns_.push_back(&receiver);
}

void Dispatcher::start() {
    while (under_way_.size() < limits_.at_a_time && !turns_.empty()) {
        Receiver& receiver = *turns_.front();
        turns_.pop_front();
        receiver.in_turn = false;
        Lane& lane = *receiver.ready.front();
        receiver.ready.pop_front();
        begin(lane);
        take_turns(receiver);
    }
}

void Dispatcher::begin(Lane& lane) {
    const Entry& first = lane.entries.front();
    ++lane.receiver->under_way;
    under_way_[first.id] = &lane;
    if (first.record) {
        outputs_.emplace_back(Send{first.id, first.target, first.record});
    } else {
        outputs_.emplace_back(Load{first.id});
    }
}

void Dispatcher::loaded(Instant now, DeliveryId id, std::optional<std::string> body) {
    const auto found = under_way_.find(id);
    if (found == under_way_.end() || found->second->entries.front().record) return;
    Entry& first = found->second->entries.front();
    if (body) {
        first.record = std::make_shared<const events::Record>(
            events::Record{first.seq, {}, std::move(*body), first.event_id});
        loaded_ += first.size;
        outputs_.emplace_back(Send{id, first.target, first.record});
        return;
    }
    bury(now, first, DeadReason::lost);
    remove_first(*end_of(id));
    start();
}

void Dispatcher::finished(Instant now, DeliveryId id, const Attempt& attempt) {
    Lane* const lane = end_of(id);
    if (lane == nullptr) return;
    ++lane->entries.front().attempts;
    lane->tried_at = now;
    if (is_success(attempt)) {
        succeed(now, *lane);
    } else {
        fail(now, *lane, attempt);
    }
    start();
}

/// The lane whose first entry this is; it is under way no longer.
Dispatcher::Lane* Dispatcher::end_of(DeliveryId id) {
    const auto found = under_way_.extract(id);
    if (found.empty()) return nullptr;
    Receiver& receiver = *found.mapped()->receiver;
    --receiver.under_way;
    take_turns(receiver);
    return found.mapped();
}

void Dispatcher::succeed(Instant now, Lane& lane) {
    ++counters_.delivered;
    hurry(now, *lane.receiver);
    remove_first(lane);
}

void Dispatcher::fail(Instant now, Lane& lane, const Attempt& attempt) {
    Entry& first = lane.entries.front();
    ++counters_.failed_attempts;
    first.error = words(attempt);
    if (first.attempts >= kMinAttempts && now - first.since >= limits_.give_up) {
        bury(now, first, DeadReason::expired);
        remove_first(lane);
        return;
    }
    release(first);
    wait_until(lane, now + wait_after(first.attempts));
    if (is_unreached(attempt)) lane.receiver->unreached[lane.number] = &lane;
}

void Dispatcher::wait_until(Lane& lane, Instant due) {
    lane.due = due;
    due_[{due, lane.number}] = &lane;
}

void Dispatcher::stop_waiting(Lane& lane) {
    due_.erase({*lane.due, lane.number});
    lane.due.reset();
}

/// It is back: what waits for it need not wait longer than after a first failure.
void Dispatcher::hurry(Instant now, Receiver& receiver) {
    for (const auto& entry : std::exchange(receiver.unreached, {})) {
        Lane& lane = *entry.second;
        const Instant soon = std::max<Instant>(now, lane.tried_at + kFirstWait);
        if (*lane.due <= soon) continue;
        stop_waiting(lane);
        wait_until(lane, soon);
    }
}

void Dispatcher::handle_timeout(Instant now) {
    while (!due_.empty() && due_.begin()->first.first <= now) {
        Lane& lane = *due_.begin()->second;
        stop_waiting(lane);
        lane.receiver->unreached.erase(lane.number);
        make_ready(lane);
    }
    start();
}

/// The lane, and the receiver, go with their last entry.
void Dispatcher::remove_first(Lane& lane) {
    Entry& first = lane.entries.front();
    if (first.record) (first.disk == Disk::kept ? loaded_ : resident_) -= first.size;
    if (first.disk != Disk::none) {
        disk_ -= first.size;
        outputs_.emplace_back(Discard{first.id});
    }
    writing_.erase(first.id);
    lane.entries.pop_front();
    --waiting_;
    if (!lane.entries.empty()) {
        make_ready(lane);
        return;
    }
    Receiver& receiver = *lane.receiver;
    receiver.lanes.erase(std::string{lane.order});
    if (receiver.lanes.empty()) receivers_.erase(std::string{receiver.url});
}

void Dispatcher::bury(Instant now, const Entry& entry, DeadReason reason) {
    switch (reason) {
        case DeadReason::expired:
            ++counters_.expired;
            break;
        case DeadReason::overflow:
            ++counters_.overflowed;
            break;
        case DeadReason::lost:
            ++counters_.lost;
            break;
    }
    dead_.add({entry.seq, entry.event_id, std::string{entry.type}, shown_url(entry.target->url), reason,
               entry.attempts, entry.error, now - entry.since,
               entry.record ? entry.record->body : std::string{}});
}

std::optional<Output> Dispatcher::poll() {
    if (outputs_.empty()) return std::nullopt;
    Output output = std::move(outputs_.front());
    outputs_.pop_front();
    return output;
}

std::optional<Instant> Dispatcher::deadline() const {
    if (due_.empty()) return std::nullopt;
    return due_.begin()->first.first;
}

}  // namespace legroom::webhook
