#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/channel.hpp"
#include "api/message.hpp"
#include "base/address.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace legroom::io {

/// What the server asks of whoever answers. All are called on the io_context's thread and must not wait.
struct HttpHandlers {
    /// Takes the response, once; from the io_context's thread, and harmless when the connection is gone.
    using Respond = std::function<void(api::Response)>;
    /// Calls the wait off: nobody is there to be answered.
    using Cancel = std::function<void()>;
    /// Answers by `respond`, before it returns or later. In the latter case it returns how to call that off;
    /// no time limit of ours cuts such a wait.
    std::function<Cancel(const api::Request&, Respond)> handle;
    /// The answer to what never became a request: not HTTP, too long, too many connections.
    std::function<api::Response(api::Status, std::string error)> refuse;
    /// Takes a request to become a WebSocket, or refuses it; nullopt: nothing of that kind is there, `handle`
    /// it. May be empty. A channel lives until its connection ends, at most until the server does.
    std::function<std::optional<api::Upgrade>(const api::Request&)> upgrade = {};
};

struct HttpLimits {
    std::size_t connections = 1024;               ///< More are told 503 and closed.
    std::size_t header_bytes = 16 * 1024;         ///< 431 beyond.
    std::size_t body_bytes = api::kMaxBodyBytes;  ///< 413 beyond.
    Duration request_time =
        std::chrono::seconds{10};  ///< From a request's first byte to its last: closed beyond.
    Duration idle_time = std::chrono::seconds{60};  ///< Between two requests: closed beyond.
};

struct HttpCounters {
    std::uint64_t accepted = 0;
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;    ///< Answered by HttpHandlers::refuse.
    std::uint64_t dropped = 0;    ///< Connections closed without a word: far too many.
    std::uint64_t abandoned = 0;  ///< Closed by the peer while its request waited.
};

/// HTTP/1.1 with keep-alive and WebSockets on one address. Every connection is a coroutine on the
/// io_context's one thread.
class HttpServer {
public:
    HttpServer(boost::asio::io_context& context, HttpHandlers handlers, HttpLimits limits);
    ~HttpServer();

    /// Binds and listens. Port 0 takes any free one; the result says which.
    Result<Endpoint> listen(const Endpoint& endpoint);
    /// Accepts no more and closes what rests between two requests. Connections end after the request they are
    /// at, and WebSockets after the frame; when the last one has, `drained` is called. Whoever answers has to
    /// answer what waits.
    void stop(std::function<void()> drained = {});

    [[nodiscard]] const HttpCounters& counters() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;  ///< Shared with the coroutines: a connection may end after the server.
};

}  // namespace legroom::io
