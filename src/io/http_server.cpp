#include "io/http_server.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <ctime>
#include <optional>
#include <set>
#include <utility>

#include "io/web_socket.hpp"

namespace legroom::io {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

using Parser = http::request_parser<http::string_body>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr Duration kLinger = std::chrono::seconds{2};
/// Connections over the limit that are being told so. Still more are closed without a word, because each
/// holds a descriptor while it lingers.
constexpr std::size_t kMaxTurnedAway = 64;

tcp::endpoint to_tcp(const Endpoint& endpoint) {
    return {asio::ip::make_address(endpoint.ip.to_string()), endpoint.port};
}

/// Now, as the Date header wants it (RFC 9110 §5.6.7).
std::string http_date() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

http::response<http::string_body> to_beast(api::Response response, unsigned version, bool keep_alive) {
    http::response<http::string_body> message;
    message.version(version);
    message.result(static_cast<unsigned>(response.status));
    if (!response.content_type.empty()) message.set(http::field::content_type, response.content_type);
    message.set(http::field::date, http_date());
    for (const api::Header& header : response.headers) message.insert(header.name, header.value);
    message.body() = std::move(response.body);
    message.keep_alive(keep_alive);
    // RFC 9110 §8.6: no Content-Length in a 204.
    if (response.status != api::Status::no_content) message.prepare_payload();
    return message;
}

api::Request to_request(http::request<http::string_body>& message) {
    api::Request request;
    request.method = std::string{message.method_string()};
    request.target = std::string{message.target()};
    request.body = std::move(message.body());
    for (const auto& field : message) {
        request.headers.push_back({std::string{field.name_string()}, std::string{field.value()}});
    }
    return request;
}

}  // namespace

using Connections = std::set<beast::tcp_stream*>;

/// Keeps a connection on a list for as long as its coroutine runs, however that ends.
class Listed {
public:
    Listed(Connections& list, beast::tcp_stream& stream) : list_(list), place_(list.insert(&stream).first) {}
    ~Listed() { list_.erase(place_); }
    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;

private:
    Connections& list_;
    Connections::iterator place_;
};

/// A response that may come later. Shared with whoever answers: either may outlive the other.
struct Pending {
    explicit Pending(asio::io_context& context) : news(context, asio::steady_timer::time_point::max()) {}

    void take(api::Response what) {
        if (over) return;
        response = std::move(what);
        end();
    }
    void end() {
        over = true;
        news.cancel();
    }

    std::optional<api::Response> response;
    bool over = false;        ///< Answered, or nobody is there any more to be answered.
    asio::steady_timer news;  ///< Never expires: its cancellation is the news.
};
using PendingPtr = std::shared_ptr<Pending>;

struct HttpServer::Impl : std::enable_shared_from_this<Impl> {
    Impl(asio::io_context& io, HttpHandlers what, HttpLimits bounds)
        : context(io), acceptor(io), handlers(std::move(what)), limits(bounds) {}

    void stop();
    void tell_when_drained();
    asio::awaitable<void> accept();
    asio::awaitable<void> serve(tcp::socket socket);
    asio::awaitable<void> serve_connection(tcp::socket socket);
    asio::awaitable<void> turn_away(beast::tcp_stream& stream);
    asio::awaitable<bool> serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer);
    asio::awaitable<std::optional<api::Response>> answer(beast::tcp_stream& stream, api::Request request);
    void watch_for_close(beast::tcp_stream& stream, const PendingPtr& pending);
    asio::awaitable<error_code> read(beast::tcp_stream& stream, beast::flat_buffer& buffer, Parser& parser);
    asio::awaitable<void> serve_web_socket(beast::tcp_stream& stream, const WebSocket::Request& request,
                                           std::unique_ptr<api::Channel> channel);
    asio::awaitable<bool> refuse(beast::tcp_stream& stream, error_code why);
    asio::awaitable<bool> write(beast::tcp_stream& stream, http::response<http::string_body> message);
    asio::awaitable<void> linger(beast::tcp_stream& stream);

    asio::io_context& context;
    tcp::acceptor acceptor;
    HttpHandlers handlers;
    HttpLimits limits;
    HttpCounters counters;
    Connections served;
    Connections turned_away;
    Connections answering;  ///< Of those served: at a request that was read.
    std::set<PendingPtr> waiting;
    std::set<std::shared_ptr<WebSocket>> web_sockets;
    std::function<void()> drained;
    bool stopping = false;
};

HttpServer::HttpServer(asio::io_context& context, HttpHandlers handlers, HttpLimits limits)
    : impl_(std::make_shared<Impl>(context, std::move(handlers), limits)) {}

/// Who waits is left alone: nobody may be called any more, to be asked or told.
HttpServer::~HttpServer() {
    impl_->handlers = {};
    impl_->drained = {};
    impl_->stop();
    for (const PendingPtr& pending : impl_->waiting) pending->end();
    for (const auto& socket : impl_->web_sockets) socket->abandon();
}

Result<Endpoint> HttpServer::listen(const Endpoint& endpoint) {
    error_code error;
    tcp::acceptor& acceptor = impl_->acceptor;
    const tcp::endpoint where = to_tcp(endpoint);
    acceptor.open(where.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint.ip.is_v6())
        acceptor.set_option(asio::ip::v6_only(!endpoint.ip.is_unspecified()), error);
    if (!error) acceptor.bind(where, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return error;
    const std::uint16_t port = acceptor.local_endpoint().port();
    asio::co_spawn(impl_->context, impl_->accept(), asio::detached);
    return Endpoint{endpoint.ip, port};
}

void HttpServer::stop(std::function<void()> drained) {
    impl_->drained = std::move(drained);
    impl_->stop();
}

const HttpCounters& HttpServer::counters() const { return impl_->counters; }

void HttpServer::Impl::stop() {
    stopping = true;
    error_code ignored;
    acceptor.close(ignored);
    for (beast::tcp_stream* stream : served) {
        if (!answering.contains(stream)) stream->cancel();
    }
    for (beast::tcp_stream* stream : turned_away) stream->cancel();
    for (const auto& socket : web_sockets) socket->shut_down();
    asio::post(context, [self = shared_from_this()] { self->tell_when_drained(); });
}

void HttpServer::Impl::tell_when_drained() {
    if (stopping && served.empty() && drained) std::exchange(drained, {})();
}

asio::awaitable<void> HttpServer::Impl::accept() {
    const auto self = shared_from_this();
    while (!stopping) {
        auto [error, socket] = co_await acceptor.async_accept(kAwait);
        if (error == asio::error::operation_aborted) co_return;
        if (error) {  // Out of descriptors, most likely: let some close before the next try.
            asio::steady_timer pause(context, std::chrono::milliseconds{100});
            co_await pause.async_wait(kAwait);
            continue;
        }
        ++counters.accepted;
        asio::co_spawn(context, serve(std::move(socket)), asio::detached);
    }
}

asio::awaitable<void> HttpServer::Impl::serve(tcp::socket socket) {
    const auto self = shared_from_this();
    co_await serve_connection(std::move(socket));
    tell_when_drained();
}

asio::awaitable<void> HttpServer::Impl::serve_connection(tcp::socket socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.non_blocking(true, ignored);  // For the look at what comes while a request waits.
    beast::tcp_stream stream(std::move(socket));
    stream.expires_after(limits.request_time);
    if (served.size() >= limits.connections) co_return co_await turn_away(stream);
    const Listed listed(served, stream);
    beast::flat_buffer buffer(limits.header_bytes + limits.body_bytes);
    while (!stopping && co_await serve_one(stream, buffer)) {
    }
    co_await linger(stream);
}

asio::awaitable<void> HttpServer::Impl::turn_away(beast::tcp_stream& stream) {
    if (turned_away.size() >= kMaxTurnedAway) {
        ++counters.dropped;
        co_return;
    }
    const Listed listed(turned_away, stream);
    ++counters.refused;
    auto message = to_beast(handlers.refuse(api::Status::unavailable, "too many connections"), 11, false);
    co_await write(stream, std::move(message));
    co_await linger(stream);
}

/// Closes so that what was written arrives: a socket closed on unread input resets the connection, and the
/// peer may lose our answer. Bounded by time; what comes in is thrown away.
asio::awaitable<void> HttpServer::Impl::linger(beast::tcp_stream& stream) {
    error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream.expires_after(kLinger);
    std::array<char, 4096> waste{};
    while (!stopping) {
        const auto [error, count] = co_await stream.async_read_some(asio::buffer(waste), kAwait);
        if (error) break;
    }
}

/// True: the connection stays open for the next request.
asio::awaitable<bool> HttpServer::Impl::serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer) {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser.body_limit(limits.body_bytes);
    if (const error_code error = co_await read(stream, buffer, parser))
        co_return co_await refuse(stream, error);

    ++counters.requests;
    auto message = parser.release();
    const unsigned version = message.version();
    const bool wants_more = message.keep_alive();
    const bool head = message.method() == http::verb::head;
    const Listed listed(answering, stream);
    const bool upgrades = beast::websocket::is_upgrade(message);
    api::Request request = to_request(message);
    std::optional<api::Response> response;
    if (auto upgrade = upgrades && handlers.upgrade ? handlers.upgrade(request) : std::nullopt) {
        if (auto* channel = std::get_if<std::unique_ptr<api::Channel>>(&*upgrade)) {
            co_await serve_web_socket(stream, message, std::move(*channel));
            co_return false;
        }
        response = std::get<api::Response>(std::move(*upgrade));
    } else {
        response = co_await answer(stream, std::move(request));
    }
    if (!response) co_return false;
    const bool keep_alive = wants_more && !stopping;
    auto reply = to_beast(std::move(*response), version, keep_alive);
    if (head) reply.body().clear();  // Content-Length stays: RFC 9110 §9.3.2.
    co_return co_await write(stream, std::move(reply)) && keep_alive;
}

/// nullopt: the peer has gone before there was an answer, or the server has.
asio::awaitable<std::optional<api::Response>> HttpServer::Impl::answer(beast::tcp_stream& stream,
                                                                       api::Request request) {
    const auto pending = std::make_shared<Pending>(context);
    const HttpHandlers::Respond respond = [pending](api::Response what) { pending->take(std::move(what)); };
    const HttpHandlers::Cancel cancel = handlers.handle(request, respond);
    if (!pending->over) {
        waiting.insert(pending);
        stream.expires_never();
        watch_for_close(stream, pending);
        co_await pending->news.async_wait(kAwait);
        waiting.erase(pending);
        stream.expires_after(limits.request_time);
    }
    const bool anyone_to_tell = handlers.handle != nullptr;
    if (!pending->response && cancel && anyone_to_tell) {
        ++counters.abandoned;
        cancel();
    }
    co_return std::move(pending->response);
}

/// Until the connection ends. The stream is the WebSocket's from here on; this coroutine keeps its place.
asio::awaitable<void> HttpServer::Impl::serve_web_socket(beast::tcp_stream& stream,
                                                         const WebSocket::Request& request,
                                                         std::unique_ptr<api::Channel> channel) {
    const auto over = std::make_shared<Pending>(context);
    const auto socket = std::make_shared<WebSocket>(context, std::move(stream), std::move(channel));
    web_sockets.insert(socket);
    waiting.insert(over);
    socket->start(request, [over] { over->end(); });
    if (!over->over) co_await over->news.async_wait(kAwait);
    waiting.erase(over);
    web_sockets.erase(socket);
}

/// Ends the wait when the peer closes. One that sends its next request instead is not watched any more: its
/// close would be seen behind those bytes only.
void HttpServer::Impl::watch_for_close(beast::tcp_stream& stream, const PendingPtr& pending) {
    const auto look = [this, self = shared_from_this(), &stream, pending](const error_code& error) {
        if (error || pending->over) return;  // Over: the stream may be gone as well.
        std::array<char, 1> next{};
        error_code closed;
        stream.socket().receive(asio::buffer(next), tcp::socket::message_peek, closed);
        if (closed == asio::error::would_block) return watch_for_close(stream, pending);
        if (closed) pending->end();
    };
    stream.socket().async_wait(tcp::socket::wait_read, look);
}

asio::awaitable<error_code> HttpServer::Impl::read(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                                   Parser& parser) {
    if (buffer.size() == 0) {  // Between two requests the connection may rest for longer.
        stream.expires_after(limits.idle_time);
        const auto [error, count] = co_await stream.async_read_some(buffer.prepare(4096), kAwait);
        if (error) co_return error;
        buffer.commit(count);
    }
    stream.expires_after(limits.request_time);
    const auto [header_error, header_size] = co_await http::async_read_header(stream, buffer, parser, kAwait);
    if (header_error) co_return header_error;
    if (const auto& header = parser.get(); header.version() >= 11 && header.count(http::field::host) != 1) {
        co_return http::error::bad_field;  // RFC 9112 §3.2
    }
    if (const auto& header = parser.get();
        header.version() >= 11 && beast::iequals(header[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_on(http::status::continue_, parser.get().version());
        co_await http::async_write(stream, go_on, kAwait);
    }
    const auto [body_error, body_size] = co_await http::async_read(stream, buffer, parser, kAwait);
    co_return body_error;
}

asio::awaitable<bool> HttpServer::Impl::refuse(beast::tcp_stream& stream, error_code why) {
    api::Status status = api::Status::bad_request;
    std::string text = "not an HTTP request: " + why.message();
    if (why == http::error::body_limit) {
        status = api::Status::payload_too_large;
        text = "request body too large";
    } else if (why == http::error::header_limit || why == http::error::buffer_overflow) {
        status = api::Status::header_fields_too_large;
        text = "the header is longer than " + std::to_string(limits.header_bytes) + " bytes";
    } else if (why.category() != http::make_error_code(http::error::end_of_stream).category() ||
               why == http::error::end_of_stream || why == http::error::partial_message) {
        co_return false;  // Closed, timed out or broken: nobody is there to be told.
    }
    ++counters.refused;
    stream.expires_after(limits.request_time);
    auto message = to_beast(handlers.refuse(status, std::move(text)), 11, false);
    co_await write(stream, std::move(message));
    co_return false;
}

/// True: written, and the connection may stay.
asio::awaitable<bool> HttpServer::Impl::write(beast::tcp_stream& stream,
                                              http::response<http::string_body> message) {
    const auto [error, count] = co_await http::async_write(stream, message, kAwait);
    co_return !error;
}

}  // namespace legroom::io
