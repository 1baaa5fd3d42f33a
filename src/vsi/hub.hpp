#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>

#include "api/api.hpp"
#include "api/channel.hpp"
#include "api/event_stream.hpp"
#include "vsi/session.hpp"

namespace legroom::vsi {

inline constexpr std::size_t kDefaultConnections = 100;
inline constexpr std::size_t kDefaultEventBuffer = 256;  ///< Events that wait for one connection.
inline constexpr std::size_t kMinEventBuffer = 16;
inline constexpr std::size_t kMaxEventBuffer = 1'000'000;

struct HubConfig {
    std::size_t connections = kDefaultConnections;
    std::size_t event_buffer = kDefaultEventBuffer;
};

struct HubCounters {
    std::uint64_t opened = 0;
    std::uint64_t refused = 0;         ///< Over HubConfig::connections.
    std::uint64_t events_dropped = 0;  ///< Their queues were full.
};

/// All VSI connections. `api` and `stream` must outlive it, and it the channels it made. Control thread only.
class Hub {
public:
    Hub(HubConfig config, api::Api& api, api::EventStream& stream);
    ~Hub();
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    /// A request to upgrade. nullopt: for another path than ours. 400: `app_id` is no pattern, `after` no
    /// number; 503: there are HubConfig::connections already; otherwise the channel, which takes events from
    /// now on.
    std::optional<api::Upgrade> open(const api::Request& request);

    [[nodiscard]] std::size_t connections() const { return sessions_.size(); }
    [[nodiscard]] HubCounters counters() const;

private:
    std::unique_ptr<Session> make_session(EventQueue events);
    std::function<void()> perform(Instant now, const api::Call& call, const api::Answer& answer);

    HubConfig config_;
    api::Api& api_;
    api::EventStream& stream_;
    api::EventStream::ListenerId listening_;
    std::set<Session*> sessions_;
    HubCounters counters_;  ///< Events dropped: of connections that have ended.
};

}  // namespace legroom::vsi
