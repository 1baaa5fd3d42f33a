#include "io/http_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <list>
#include <stdexcept>

namespace legroom::io {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::string_view kAsk = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// A server on loopback whose handler can be made to throw, and its clients, all on one thread.
class HttpServerTest : public testing::Test {
protected:
    void listen(HttpLimits limits) {
        HttpHandlers handlers;
        handlers.handle = [this](const api::Request&) {
            if (broken) throw std::runtime_error("broken");
            return api::Response{api::Status::ok, "text/plain", "hello", {}};
        };
        handlers.refuse = [](api::Status status, std::string error) {
            return api::Response{status, "text/plain", std::move(error), {}};
        };
        server.emplace(context, std::move(handlers), limits);
        port = server->listen(*Endpoint::parse("127.0.0.1:0")).value().port;
    }
    tcp::socket& connect() {
        tcp::socket& client = clients.emplace_back(context);
        client.connect({asio::ip::address_v4::loopback(), port});
        return client;
    }
    /// Everything the server says on this connection until it closes it.
    std::string hear(tcp::socket& client) {
        std::string heard;
        bool closed = false;
        asio::async_read(client, asio::dynamic_buffer(heard), [&](auto, auto) { closed = true; });
        run_until([&] { return closed; });
        return heard;
    }
    std::string ask() {
        tcp::socket& client = connect();
        asio::write(client, asio::buffer(kAsk));
        return hear(client);
    }
    template <class Done>
    void run_until(Done done) {
        while (!done() && context.run_one_for(std::chrono::seconds{5}) > 0) {
        }
        ASSERT_TRUE(done());
    }

    asio::io_context context;
    std::list<tcp::socket> clients;
    std::optional<HttpServer> server;
    std::uint16_t port = 0;
    bool broken = false;
};

TEST_F(HttpServerTest, AHandlerThatThrowsCostsItsConnectionAndNoPlace) {
    HttpLimits limits;
    limits.connections = 1;
    listen(limits);
    broken = true;
    EXPECT_EQ(ask(), "");
    broken = false;
    EXPECT_EQ(ask().substr(0, 15), "HTTP/1.1 200 OK");
    server->stop();
}

TEST_F(HttpServerTest, ConnectionsOverTheLimitAreToldSoAndFarOverItAreDropped) {
    HttpLimits limits;
    limits.connections = 2;
    listen(limits);
    connect();
    connect();
    for (int i = 0; i < 70; ++i) connect();  // none of them goes by itself
    run_until([&] { return server->counters().accepted == 72; });
    EXPECT_EQ(server->counters().refused, 64U);
    EXPECT_EQ(server->counters().dropped, 6U);
    EXPECT_EQ(hear(clients.back()), "");
    EXPECT_EQ(hear(*std::next(clients.begin(), 2)).substr(0, 12), "HTTP/1.1 503");
}

TEST_F(HttpServerTest, MayGoBeforeItsConnections) {
    listen({});
    tcp::socket& idle = connect();
    run_until([&] { return server->counters().accepted == 1; });
    server.reset();
    EXPECT_EQ(hear(idle), "");
}

}  // namespace
}  // namespace legroom::io
