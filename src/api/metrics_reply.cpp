#include "api/metrics_reply.hpp"

#include <utility>

#include "api/media_type.hpp"

namespace legroom::api {

Outcome metrics_reply(const MetricsSource& source, Instant now) {
    if (!source.ask) return refusal(Status::not_implemented, "metrics are not supported");
    const auto ask = [&source, now](const Answer& answer) {
        source.ask(now, [answer](std::optional<std::string> text) {
            if (!text) return answer(refusal(Status::unavailable, "too many are asking for metrics"));
            Reply reply;
            reply.payload = Payload{kMetricsType, std::move(*text)};
            answer(std::move(reply));
        });
    };
    return Deferred{now + kMetricsPatience,
                    refusal(Status::unavailable, "the media thread did not answer in time"), LegId{},
                    [] { return std::nullopt; }, ask};
}

}  // namespace legroom::api
