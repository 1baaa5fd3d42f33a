#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/leg_handlers.hpp"
#include "api/message.hpp"
#include "api/room_handlers.hpp"
#include "api/router.hpp"
#include "api/webrtc_handlers.hpp"
#include "base/time.hpp"
#include "call/leg_service.hpp"
#include "call/room_service.hpp"

namespace legroom::api {

/// Fixed bytes served under one path: the web page.
struct Resource {
    std::string path;          ///< Exact: "/", "/app.js"
    std::string content_type;  ///< "text/html; charset=utf-8"
    std::string bytes;
};

struct ApiConfig {
    std::string instance_id;  ///< "": responses carry none.
    std::vector<Resource> resources;
    std::function<bool()> ready = [] { return true; };  ///< For GET /readyz.
};

/// The whole HTTP API as a function from Request to Response (contract 00 to 03). Control thread only. Both
/// services must outlive it. Not movable: its routes point into it.
class Api {
public:
    Api(ApiConfig config, call::LegService& legs, call::RoomService& rooms);
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    /// Answers any request whatever is in it; throws nothing, an exception inside becomes a 500.
    [[nodiscard]] Response handle(Instant now, const Request& request) noexcept;

    /// A JSON error for what the HTTP layer refuses by itself: a body beyond kMaxBodyBytes, broken HTTP.
    [[nodiscard]] Response problem(Status status, std::string_view text) const;

private:
    Response dispatch(Instant now, const Request& request);
    Response follow(const Match& match, Instant now, const Request& request);
    [[nodiscard]] const Resource* find_resource(std::string_view target) const;
    [[nodiscard]] Response serve(const Resource& resource, std::string_view method) const;
    [[nodiscard]] Response render(Reply reply) const;
    [[nodiscard]] Response wrong_method(std::string allow) const;

    ApiConfig config_;
    WebRtcHandlers webrtc_;
    LegHandlers legs_;
    RoomHandlers rooms_;
    Router router_;
};

}  // namespace legroom::api
