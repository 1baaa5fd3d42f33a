#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "io/http_transfer.hpp"

namespace legroom::io {

struct HttpClientLimits {
    std::size_t transfers = 64;  ///< At a time; further ones wait in the order they came.
    std::size_t queued = 1024;   ///< Waiting; what comes then fails with HttpError::busy.
};

struct HttpClientCounters {
    std::uint64_t sent = 0;       ///< send() calls.
    std::uint64_t answered = 0;   ///< Told an HttpAnswer.
    std::uint64_t failed = 0;     ///< Told an HttpFailure, `busy` included.
    std::uint64_t cancelled = 0;  ///< Told nothing.
    std::uint64_t busy = 0;       ///< Of those that failed: the queue was full, or memory.
};

/// Asks other HTTP servers. All transfers run on one thread of the client's own (libcurl's multi interface),
/// which waits for sockets, names and files, so that nobody else has to.
///
/// Used from the context's thread, and ends before the context does. Its end takes no longer than a file that
/// is just being written: transfers are broken off, and look-ups that hang are left to themselves.
class HttpClient {
public:
    enum class Id : std::uint64_t {};
    using Done = std::function<void(HttpOutcome)>;

    /// No thread to be had throws std::system_error.
    explicit HttpClient(boost::asio::io_context& context, HttpClientLimits limits = {});
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Calls `done` on the context's thread, later and exactly once, unless it is cancelled or the client has
    /// gone before.
    Id send(HttpRequest request, Done done);
    /// From now on its `done` will not be called; a file it has been writing is removed, and one without a
    /// name closed, by the client's thread. An id that is over is no error.
    void cancel(Id id);

    [[nodiscard]] const HttpClientCounters& counters() const;
    [[nodiscard]] std::size_t under_way() const;  ///< Sent and neither over nor cancelled.

private:
    class Answers;
    class Worker;
    std::shared_ptr<Answers> answers_;
    std::unique_ptr<Worker> worker_;
};

}  // namespace legroom::io
