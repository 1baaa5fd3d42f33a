#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/channel.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace legroom::io {

/// One WebSocket connection (RFC 6455) that drives an api::Channel: one frame is read and one written at a
/// time, and nothing ever waits for either. Frames beyond api::kMaxFrameBytes close it (1009), text that is
/// not UTF-8 too (1007). Lives as long as an operation of its own is under way; io_context's thread only.
class WebSocket : public std::enable_shared_from_this<WebSocket> {
public:
    using Request = boost::beast::http::request<boost::beast::http::string_body>;

    WebSocket(boost::asio::io_context& context, boost::beast::tcp_stream stream,
              std::unique_ptr<api::Channel> channel);

    /// Answers the handshake and goes on by itself; `over` is called once, when the connection has ended.
    void start(const Request& request, std::function<void()> over);
    /// The server ends: closes in good order (1001).
    void shut_down();
    /// Ends without telling anybody: whom it would tell is going. The channel is destroyed.
    void abandon();

private:
    void accepted(const error_code& error);
    void pump();
    void wake();
    void write(std::string frame);
    void read();
    void take(const error_code& error);
    void arm_timer();
    void close();
    void end();

    boost::asio::io_context& context_;
    boost::beast::websocket::stream<boost::beast::tcp_stream> stream_;
    std::unique_ptr<api::Channel> channel_;  ///< nullptr: it is over.
    std::function<void()> over_;
    boost::asio::steady_timer timer_;
    std::optional<Instant> timer_at_;
    /// With room for a byte too many: a full buffer ends the connection before Beast can say why.
    boost::beast::flat_buffer buffer_{api::kMaxFrameBytes + 1};
    std::string frame_;  ///< That is being written.
    bool reading_ = false;
    bool writing_ = false;
    bool woken_ = false;
    bool closing_ = false;
    bool going_away_ = false;
};

}  // namespace legroom::io
