#pragma once

#include <functional>
#include <optional>
#include <string>

#include "api/reply.hpp"
#include "base/time.hpp"

namespace legroom::api {

/// Where GET /metrics has its text from, in the format of kMetricsType: handed to the taker once, now or
/// later; nullopt: too many are asking.
struct MetricsSource {
    using Taker = std::function<void(std::optional<std::string>)>;
    std::function<void(Instant, const Taker&)> ask;
};

/// How long the media thread may take to give its figures.
inline constexpr std::chrono::seconds kMetricsPatience{2};

/// GET /metrics: 200 the figures; 501 there are none; 503 the media thread does not answer, or too many ask.
Outcome metrics_reply(const MetricsSource& source, Instant now);

}  // namespace legroom::api
