#include "scenario/http_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <sstream>

namespace legroom::scenario {

namespace asio = boost::asio;
namespace http = boost::beast::http;

struct HttpClient::Impl {
    asio::io_context context;
    asio::ip::tcp::socket socket{context};
    boost::beast::flat_buffer buffer;

    HttpReply read(bool head) {
        http::response_parser<http::string_body> parser;
        parser.skip(head);
        http::read(socket, buffer, parser);
        std::ostringstream headers;
        headers << parser.get().base();
        return {parser.get().result_int(), parser.get().body(), headers.str()};
    }
};

HttpClient::HttpClient(const Endpoint& server) : impl_(std::make_unique<Impl>()) {
    impl_->socket.connect({asio::ip::make_address(server.ip.to_string()), server.port});
}

HttpClient::~HttpClient() = default;

std::string HttpReply::header(const std::string& name) const {
    const auto begin = headers.find("\r\n" + name + ": ");
    if (begin == std::string::npos) return "";
    const auto value = begin + name.size() + 4;
    return headers.substr(value, headers.find("\r\n", value) - value);
}

HttpReply HttpClient::request(const std::string& method, const std::string& target, const std::string& body,
                              const Headers& headers) {
    http::request<http::string_body> message;
    message.method_string(method);
    message.target(target);
    message.version(11);
    message.set(http::field::host, "localhost");
    for (const auto& [name, value] : headers) message.set(name, value);
    message.body() = body;
    message.prepare_payload();
    http::write(impl_->socket, message);
    return impl_->read(method == "HEAD");
}

HttpReply HttpClient::raw(const std::string& bytes) {
    asio::write(impl_->socket, asio::buffer(bytes));
    return impl_->read(false);
}

}  // namespace legroom::scenario
