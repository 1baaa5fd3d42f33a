#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/bridge_handlers.hpp"
#include "api/connection_calls.hpp"
#include "api/dtmf_handlers.hpp"
#include "api/event_handlers.hpp"
#include "api/event_stream.hpp"
#include "api/ice_servers.hpp"
#include "api/leg_handlers.hpp"
#include "api/message.hpp"
#include "api/metrics_reply.hpp"
#include "api/playback_handlers.hpp"
#include "api/recording_handlers.hpp"
#include "api/room_handlers.hpp"
#include "api/router.hpp"
#include "api/routing_handlers.hpp"
#include "api/waits.hpp"
#include "api/webhook_handlers.hpp"
#include "api/webrtc_handlers.hpp"
#include "api/whip_handlers.hpp"
#include "base/time.hpp"
#include "call/services.hpp"

namespace legroom::api {

/// Fixed bytes served under one path: the web page.
struct Resource {
    std::string path;          ///< Exact: "/", "/app.js"
    std::string content_type;  ///< "text/html; charset=utf-8"
    std::string bytes;
    std::vector<Header> headers = {};  ///< Beside those every resource has.
};

struct ApiConfig {
    std::string instance_id;  ///< "": responses carry none.
    std::vector<Resource> resources;
    std::function<bool()> ready = [] { return true; };  ///< For GET /readyz.
    IceServersConfig ice_servers;
    /// Seconds since 1970, UTC: when credentials expire is told in these.
    std::function<std::chrono::seconds()> unix_time = [] { return std::chrono::seconds{}; };
    ConnectionCalls connection;
    /// Requests that may wait at a time. Fewer than the HTTP server takes connections, so that waiting ones
    /// never shut everybody else out.
    std::size_t max_waits = kMaxWaits;
    const webhook::Dispatcher* webhooks = nullptr;  ///< For GET /v1/webhooks; outlives the Api.
    MetricsSource metrics;
    /// Told of each response: its method and its route, both by names of a table, not as they came. A path of
    /// no route is "none", a resource "page", a method nobody knows "other".
    std::function<void(std::string_view method, std::string_view route, Status status)> on_response;
    EventStream* events = nullptr;  ///< For GET /v1/events, and those who wait there; outlives the Api.
};

/// Whom a response is handed to, once.
using Respond = std::function<void(Response)>;

/// A request that does not come as HTTP: a route by its pattern, and what stands for its segments, decoded.
struct Call {
    std::string_view method;   ///< "POST"
    std::string_view pattern;  ///< "/v1/legs/{leg}/mute"
    std::map<std::string, std::string, std::less<>> path = {};
    std::string body = {};
    std::string_view query = {};  ///< Percent-encoded.
};

/// The whole HTTP API: a Request in, a Response out (contract 00 to 03, RFC 9725). Most are there when
/// handle() returns. Some wait for something to happen: to drive those, call handle_timeout() at deadline().
/// Control thread only. It watches the legs. Not movable: its routes point into
/// it.
class Api {
public:
    Api(ApiConfig config, const call::Services& services);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    /// Answers any request whatever is in it; an exception inside becomes a 500. `respond` is called before
    /// this returns nullopt, or else later: after the end of what was waited for or of the wait, unless
    /// cancel() comes first. It must not call back into the Api.
    std::optional<WaitId> handle(Instant now, const Request& request, const Respond& respond) noexcept;

    /// Answers a Call as handle() answers a Request: same handler, same checks, same limits, same rules for
    /// `answer` and the result. What comes is the reply itself, without `instance_id`. A pattern that no
    /// route has is a 404.
    std::optional<WaitId> perform(Instant now, const Call& call, const Answer& answer) noexcept;

    /// One more fixed resource, like those of ApiConfig: what describes the routes needs them first.
    void serve(Resource resource) { config_.resources.push_back(std::move(resource)); }
    [[nodiscard]] const Router& router() const { return router_; }

    /// Whoever asked has gone: nothing is answered, and nothing taken from anybody. Harmless when it was.
    void cancel(WaitId id) { waits_.cancel(id); }
    void handle_timeout(Instant now) { waits_.handle_timeout(now); }
    [[nodiscard]] std::optional<Instant> deadline() const { return waits_.deadline(); }
    [[nodiscard]] const Waits& waits() const { return waits_; }

    /// The server ends: whoever waits and whoever asks from now on is told so, 503.
    void shut_down();

    /// A JSON error for what the HTTP layer refuses by itself: a body beyond kMaxBodyBytes, broken HTTP.
    [[nodiscard]] Response problem(Status status, std::string_view text) const;

private:
    using Attempt = std::variant<Response, Deferred>;
    /// These say in `route` what on_response() is told.
    Attempt attempt(Instant now, const Request& request, std::string_view& route);
    Attempt dispatch(Instant now, const Request& request, std::string_view& route);
    Attempt follow(const Match& match, Instant now, const Request& request);
    std::optional<WaitId> wait(Deferred what, const Answer& answer);
    Outcome follow(Instant now, const Call& call);
    void begin(WaitId id, const std::function<void(Answer)>& ask);
    [[nodiscard]] const Resource* find_resource(std::string_view target) const;
    [[nodiscard]] Response serve(const Resource& resource, std::string_view method) const;
    [[nodiscard]] Response options(Instant now, const Request& request, const Match& match) const;
    [[nodiscard]] Response render(Reply reply) const;
    [[nodiscard]] Response render_body(Reply& reply) const;
    [[nodiscard]] Response wrong_method(std::string allow) const;

    ApiConfig config_;
    call::LegService& watched_;
    WebRtcHandlers webrtc_;
    LegHandlers legs_;
    DtmfHandlers dtmf_;
    PlaybackHandlers playbacks_;
    RecordingHandlers recordings_;
    RoomHandlers rooms_;
    RoutingHandlers routing_;
    BridgeHandlers bridges_;
    WhipHandlers whip_;
    EventHandlers events_;
    WebhookHandlers webhooks_;
    Router router_;
    Waits waits_;
    bool shutting_down_ = false;
    EventStream::ListenerId listening_{};
};

}  // namespace legroom::api
