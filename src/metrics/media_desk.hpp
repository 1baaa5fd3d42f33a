#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "engine/messages.hpp"

namespace legroom::metrics {

/// Gets the figures of the media thread, by messages: nothing of that thread is looked at from here. However
/// many ask and however often, it is asked at most once a second, for adding up a thousand legs takes some of
/// its time.
class MediaDesk {
public:
    using Taker = std::function<void(const engine::MediaFigures&)>;
    static constexpr Duration kFresh = std::chrono::seconds{1};
    static constexpr Duration kPatience = std::chrono::seconds{2};  ///< Then it is asked once more.
    static constexpr std::size_t kMaxTakers = 64;

    explicit MediaDesk(std::function<void(engine::Command)> send) : send_(std::move(send)) {}

    /// `taker` is called once: now with figures that are fresh, or when they come. False: too many wait
    /// already.
    bool ask(Instant now, Taker taker);
    /// What the shard reports; of all else nothing is made.
    void handle(Instant now, const engine::Event& event);

private:
    std::function<void(engine::Command)> send_;
    std::vector<Taker> takers_;
    std::optional<Instant> asked_at_;  ///< While no answer has come.
    std::shared_ptr<const engine::MediaFigures> latest_;
    Instant latest_at_{};
};

}  // namespace legroom::metrics
