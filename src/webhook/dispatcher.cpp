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

/// What of a bound one may still take who has `own` of the `used`: no more than it leaves to others. The last
/// sixteenth is for those who have `few` waiting.
std::size_t left(std::size_t bound, std::size_t used, std::size_t own, bool few) {
    const std::size_t taken = few ? used : used + own + bound / 16;
    return bound - std::min(bound, taken);
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
    const Place place = place_for(entry.target->url, size);
    if (place == Place::none) {
        bury(now, entry, DeadReason::overflow);
        return;
    }
    Lane& lane = lane_of(entry.target->url, what.order);
    lane.entries.push_back(std::move(entry));
    for (Held* held : {&all_, &lane.receiver->held}) {
        ++held->waiting;
        held->resident += size;
    }
    if (place == Place::disk) store(*lane.receiver, lane.entries.back());
    if (lane.entries.size() == 1) make_ready(lane);
    start();
}

/// For so many more bytes. Memory is also where what goes to disk has to wait for it.
Dispatcher::Place Dispatcher::place_for(const std::string& url, std::size_t more) const {
    const auto found = receivers_.find(url);
    const Held own = found == receivers_.end() ? Held{} : found->second.held;
    const bool few = own.waiting < limits_.per_receiver;
    const std::size_t memory = limits_.disk == 0 ? limits_.memory : 2 * limits_.memory;
    if (left(limits_.deliveries, all_.waiting, own.waiting, few) < 1) return Place::none;
    if (left(memory, all_.resident, own.resident, few) < more) return Place::none;
    if (few || left(limits_.memory, all_.resident, own.resident, few) >= more) return Place::memory;
    return left(limits_.disk, all_.disk, own.disk, few) < more ? Place::none : Place::disk;
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

/// A disk that hangs keeps what it was given, also when that has been delivered: then it is given no more.
void Dispatcher::store(Receiver& receiver, Entry& entry) {
    if (orphaned_ > limits_.memory / 4) return;
    entry.disk = Disk::writing;
    all_.disk += entry.size;
    receiver.held.disk += entry.size;
    writing_[entry.id] = {entry.size, &entry, &receiver};
    ++counters_.stored;
    outputs_.emplace_back(Store{entry.id, entry.record});
}

void Dispatcher::stored(DeliveryId id, bool succeeded) {
    const auto found = writing_.extract(id);
    if (found.empty()) return;
    if (found.mapped().entry == nullptr) {
        all_.resident -= found.mapped().size;
        orphaned_ -= found.mapped().size;
        return;
    }
    Entry& entry = *found.mapped().entry;
    Held& own = found.mapped().receiver->held;
    if (succeeded) {
        entry.disk = Disk::kept;
        all_.resident -= entry.size;
        own.resident -= entry.size;
        loaded_ += entry.size;
        if (!under_way_.contains(id)) release(entry);
    } else {
        entry.disk = Disk::none;
        all_.disk -= entry.size;
        own.disk -= entry.size;
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
    leave_place(*lane.receiver, lane.entries.front());
    lane.entries.pop_front();
    --all_.waiting;
    --lane.receiver->held.waiting;
    if (!lane.entries.empty()) {
        make_ready(lane);
        return;
    }
    Receiver& receiver = *lane.receiver;
    receiver.lanes.erase(std::string{lane.order});
    if (receiver.lanes.empty()) receivers_.erase(std::string{receiver.url});
}

void Dispatcher::leave_place(Receiver& receiver, Entry& entry) {
    Held& own = receiver.held;
    if (entry.disk == Disk::kept) {
        release(entry);
    } else {
        own.resident -= entry.size;
        if (entry.disk == Disk::none) all_.resident -= entry.size;
    }
    if (entry.disk == Disk::none) return;
    if (entry.disk == Disk::writing) {
        writing_[entry.id].entry = nullptr;
        orphaned_ += entry.size;
    }
    all_.disk -= entry.size;
    own.disk -= entry.size;
    outputs_.emplace_back(Discard{entry.id});
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
