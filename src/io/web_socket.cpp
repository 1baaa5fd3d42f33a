#include "io/web_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "io/clock.hpp"

namespace legroom::io {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;

namespace {

/// For the handshake, and for the peer's part of closing.
constexpr std::chrono::seconds kHandshakeTime{5};

}  // namespace

WebSocket::WebSocket(asio::io_context& context, boost::beast::tcp_stream stream,
                     std::unique_ptr<api::Channel> channel)
    : context_(context), stream_(std::move(stream)), channel_(std::move(channel)), timer_(context) {
    boost::beast::get_lowest_layer(stream_).expires_never();
    stream_.set_option(
        websocket::stream_base::timeout{kHandshakeTime, websocket::stream_base::none(), false});
    stream_.set_option(websocket::stream_base::decorator(
        [](websocket::response_type& response) { response.erase(boost::beast::http::field::server); }));
    stream_.read_message_max(api::kMaxFrameBytes);
    stream_.text(true);
}

void WebSocket::start(const Request& request, std::function<void()> over) {
    over_ = std::move(over);
    stream_.async_accept(request,
                         [self = shared_from_this()](const error_code& error) { self->accepted(error); });
}

void WebSocket::shut_down() {
    going_away_ = true;
    if (channel_) channel_->shut_down();
}

void WebSocket::abandon() {
    over_ = {};
    end();
}

void WebSocket::accepted(const error_code& error) {
    if (error || !channel_) return end();
    stream_.control_callback([this](auto, auto) {
        if (channel_) channel_->heard(now());
    });
    channel_->start(now(), [this] { wake(); });
    pump();
}

/// Whatever there is to be done, until it has to be waited for.
void WebSocket::pump() {
    if (!channel_ || closing_) return;
    if (channel_->ending() == api::Channel::Ending::abort) return end();
    if (!writing_) {
        if (auto frame = channel_->poll(now())) {
            write(std::move(*frame));
        } else if (channel_->ending() == api::Channel::Ending::close) {
            return close();
        }
    }
    if (!reading_ && channel_->takes_frames()) read();
    arm_timer();
}

/// Later, since whoever wakes us is in the middle of something.
void WebSocket::wake() {
    if (std::exchange(woken_, true)) return;
    asio::post(context_, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->woken_ = false;
        self->pump();
    });
}

void WebSocket::write(std::string frame) {
    writing_ = true;
    frame_ = std::move(frame);
    stream_.async_write(asio::buffer(frame_),
                        [self = shared_from_this()](const error_code& error, std::size_t) {
                            self->writing_ = false;
                            if (error || !self->channel_) return self->end();
                            self->channel_->written(now());
                            self->pump();
                        });
}

void WebSocket::read() {
    reading_ = true;
    stream_.async_read(buffer_, [self = shared_from_this()](const error_code& error, std::size_t) {
        self->reading_ = false;
        self->take(error);
    });
}

void WebSocket::take(const error_code& error) {
    if (error || !channel_) return end();
    const auto bytes = buffer_.cdata();
    if (stream_.got_text()) {
        channel_->receive(now(), {static_cast<const char*>(bytes.data()), bytes.size()});
    } else {
        channel_->heard(now());
    }
    buffer_.clear();
    pump();
}

/// What comes too early does no harm, and is not set back: a channel's deadline mostly moves on.
void WebSocket::arm_timer() {
    const auto deadline = channel_->deadline();
    if (!deadline || (timer_at_ && *timer_at_ <= *deadline)) return;
    timer_at_ = deadline;
    timer_.expires_after(*deadline - now());
    timer_.async_wait([weak = weak_from_this()](const error_code& error) {
        const auto self = weak.lock();
        if (error || !self || !self->channel_) return;
        self->timer_at_.reset();
        self->channel_->handle_timeout(now());
        self->pump();
    });
}

void WebSocket::close() {
    closing_ = true;
    const auto code = going_away_ ? websocket::close_code::going_away : websocket::close_code::normal;
    stream_.async_close(code, [self = shared_from_this()](const error_code&) { self->end(); });
}

/// The socket's end is that of every operation on it, and of the references they hold.
void WebSocket::end() {
    timer_.cancel();
    channel_.reset();
    error_code ignored;
    boost::beast::get_lowest_layer(stream_).socket().close(ignored);
    if (over_) std::exchange(over_, {})();
}

}  // namespace legroom::io
