#include "api/waits.hpp"

#include <exception>
#include <vector>

namespace legroom::api {
namespace {

std::optional<Reply> try_again(const Deferred& what) {
    try {
        return what.retry();
    } catch (const std::exception&) {
        return refusal(Status::internal_error, "internal error");
    }
}

}  // namespace

std::optional<WaitId> Waits::add(Deferred what, Answer answer) {
    if (waits_.size() >= most_) {
        ++refused_;
        return std::nullopt;
    }
    const WaitId id{++last_id_};
    by_leg_.emplace(what.leg, id);
    by_time_.emplace(what.until, id);
    waits_.emplace(id, Wait{std::move(what), std::move(answer)});
    return id;
}

/// Out of all three lists before anybody is called: whoever is answered may come back with the next request.
std::optional<Waits::Wait> Waits::take(WaitId id) {
    auto found = waits_.extract(id);
    if (!found) return std::nullopt;
    Wait& wait = found.mapped();
    by_leg_.erase({wait.what.leg, id});
    by_time_.erase({wait.what.until, id});
    return std::move(wait);
}

void Waits::settle(WaitId id, Reply reply) {
    if (const auto wait = take(id)) wait->answer(std::move(reply));
}

void Waits::cancel(WaitId id) { take(id); }

void Waits::retry(const LegId& leg) {
    std::vector<WaitId> concerned;
    for (auto at = by_leg_.lower_bound({leg, WaitId{}}); at != by_leg_.end() && at->first == leg; ++at) {
        concerned.push_back(at->second);
    }
    for (const WaitId id : concerned) {
        const auto found = waits_.find(id);
        if (found == waits_.end()) continue;
        if (auto reply = try_again(found->second.what)) settle(id, std::move(*reply));
    }
}

void Waits::handle_timeout(Instant now) {
    while (!by_time_.empty() && by_time_.begin()->first <= now) {
        const auto wait = take(by_time_.begin()->second);
        if (wait->what.give_up) wait->what.give_up();
        wait->answer(wait->what.late);
    }
}

void Waits::settle_all(const Reply& reply) {
    while (!waits_.empty()) settle(waits_.begin()->first, reply);
}

std::optional<Instant> Waits::deadline() const {
    if (by_time_.empty()) return std::nullopt;
    return by_time_.begin()->first;
}

}  // namespace legroom::api
