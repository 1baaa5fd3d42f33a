#include "metrics/media_desk.hpp"

#include <utility>

namespace legroom::metrics {

bool MediaDesk::ask(Instant now, Taker taker) {
    if (latest_ && now - latest_at_ < kFresh) {
        taker(*latest_);
        return true;
    }
    if (takers_.size() >= kMaxTakers) return false;
    takers_.push_back(std::move(taker));
    if (asked_at_ && now - *asked_at_ < kPatience) return true;
    asked_at_ = now;
    send_(engine::QueryMedia{});
    return true;
}

void MediaDesk::handle(Instant now, const engine::Event& event) {
    const auto* reported = std::get_if<engine::MediaReported>(&event);
    if (reported == nullptr) return;
    latest_ = reported->figures;
    latest_at_ = now;
    asked_at_.reset();
    for (const Taker& taker : std::exchange(takers_, {})) taker(*latest_);
}

}  // namespace legroom::metrics
