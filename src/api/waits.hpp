#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "api/reply.hpp"

namespace legroom::api {

/// Requests that may wait at a time, unless ApiConfig says fewer.
inline constexpr std::size_t kMaxWaits = 512;

enum class WaitId : std::uint64_t {};

/// The requests that wait for their reply. Each is answered once, or cancelled. Control thread only.
class Waits {
public:
    explicit Waits(std::size_t most = kMaxWaits) : most_(most) {}

    /// nullopt: there are as many as may be already; counted. `what.ask` is the caller's to call.
    std::optional<WaitId> add(Deferred what, Answer answer);

    void settle(WaitId id, Reply reply);  ///< Answers it, if it still waits.
    void cancel(WaitId id);               ///< Nobody is there any more to be answered.
    void retry(const LegId& leg);         ///< There is news of this leg.
    void handle_timeout(Instant now);     ///< Answers what has waited long enough.
    void settle_all(const Reply& reply);

    [[nodiscard]] bool waiting(WaitId id) const { return waits_.contains(id); }
    [[nodiscard]] std::optional<Instant> deadline() const;
    [[nodiscard]] std::size_t size() const { return waits_.size(); }
    [[nodiscard]] std::uint64_t refused() const { return refused_; }  ///< Over the limit.

private:
    struct Wait {
        Deferred what;
        Answer answer;
    };
    std::optional<Wait> take(WaitId id);

    std::size_t most_;
    std::map<WaitId, Wait> waits_;
    std::set<std::pair<LegId, WaitId>> by_leg_;
    std::set<std::pair<Instant, WaitId>> by_time_;
    std::uint64_t last_id_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace legroom::api
