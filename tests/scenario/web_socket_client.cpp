#include "scenario/web_socket_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <stdexcept>

namespace legroom::scenario {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

struct WebSocketClient::Impl {
    asio::io_context context;
    websocket::stream<asio::ip::tcp::socket> stream{context};

    /// The operation's end, or a throw after ten seconds.
    template <class Start>
    beast::error_code wait_for(Start start) {
        std::optional<beast::error_code> result;
        start([&result](const beast::error_code& error, auto...) { result = error; });
        context.restart();
        while (!result && context.run_one_for(std::chrono::seconds{10}) > 0) {
        }
        if (!result) throw std::runtime_error("no WebSocket frame for ten seconds");
        return *result;
    }
};

WebSocketClient::WebSocketClient(const Endpoint& server, const std::string& target)
    : impl_(std::make_unique<Impl>()) {
    auto& stream = impl_->stream;
    stream.next_layer().connect({asio::ip::make_address(server.ip.to_string()), server.port});
    stream.handshake("localhost", target);
}

WebSocketClient::~WebSocketClient() = default;

void WebSocketClient::send(const std::string& text) { impl_->stream.write(asio::buffer(text)); }

std::optional<std::string> WebSocketClient::receive() {
    beast::flat_buffer buffer;
    const auto error = impl_->wait_for([&](auto done) { impl_->stream.async_read(buffer, std::move(done)); });
    // The server need not be there any more when its close frame is answered.
    if (error && close_code() != 0) return std::nullopt;
    if (error) throw beast::system_error(error);
    return beast::buffers_to_string(buffer.data());
}

unsigned WebSocketClient::close_code() const { return impl_->stream.reason().code; }

}  // namespace legroom::scenario
