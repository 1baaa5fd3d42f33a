#include "io/http_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
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
        handlers.handle = [this](const api::Request& request,
                                 HttpHandlers::Respond respond) -> HttpHandlers::Cancel {
            if (broken) throw std::runtime_error("broken");
            last_request = request;
            if (request.target != "/later") {
                respond(hello());
                return {};
            }
            waiting.push_back(std::move(respond));
            return [this] { ++cancelled; };
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
    static api::Response hello() {
        return {api::Status::ok, "text/plain", "hello", {{"Link", "<a>"}, {"Link", "<b>"}}};
    }
    tcp::socket& ask_for_later(const std::string& connection = "close") {
        tcp::socket& client = connect();
        asio::write(client, asio::buffer("GET /later HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nConnection: " +
                                         connection + "\r\n\r\n"));
        const std::size_t before = waiting.size();
        run_until([&] { return waiting.size() > before; });
        return client;
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
    api::Request last_request;
    std::vector<HttpHandlers::Respond> waiting;
    int cancelled = 0;
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

TEST_F(HttpServerTest, HandsHeadersOverAndWritesThoseOfOneNameAll) {
    listen({});
    const std::string heard = ask();
    EXPECT_EQ(api::header_value(last_request.headers, "connection"), "close");
    EXPECT_NE(heard.find("Link: <a>\r\n"), std::string::npos) << heard;
    EXPECT_NE(heard.find("Link: <b>\r\n"), std::string::npos) << heard;
}

TEST_F(HttpServerTest, AnAnswerMayComeLaterThanAnyTimeLimit) {
    HttpLimits limits;
    limits.request_time = std::chrono::milliseconds{50};
    limits.idle_time = std::chrono::milliseconds{50};
    listen(limits);
    tcp::socket& client = ask_for_later();
    asio::steady_timer pause(context, std::chrono::milliseconds{200});
    bool over = false;
    pause.async_wait([&](auto) { over = true; });
    run_until([&] { return over; });
    EXPECT_EQ(cancelled, 0);
    waiting.front()(hello());
    waiting.front()(hello());  // Once is enough.
    EXPECT_EQ(hear(client).substr(0, 15), "HTTP/1.1 200 OK");
}

TEST_F(HttpServerTest, AConnectionThatClosesCancelsItsWait) {
    listen({});
    ask_for_later().close();
    run_until([&] { return cancelled == 1; });
    EXPECT_EQ(server->counters().abandoned, 1U);
    waiting.front()(hello());  // Too late, and harmless.
    EXPECT_EQ(ask().substr(0, 15), "HTTP/1.1 200 OK");
    server->stop();
}

TEST_F(HttpServerTest, TheNextRequestOfAConnectionWaitsForTheFirst) {
    listen({});
    tcp::socket& client = ask_for_later("keep-alive");
    asio::write(client, asio::buffer(kAsk));
    context.poll();
    EXPECT_EQ(server->counters().requests, 1U);
    waiting.front()(hello());
    const std::string heard = hear(client);
    EXPECT_EQ(server->counters().requests, 2U);
    EXPECT_NE(heard.find("HTTP/1.1 200 OK", 15), std::string::npos) << "both are answered: " << heard;
    EXPECT_EQ(cancelled, 0);
}

TEST_F(HttpServerTest, StoppingLetsThoseFinishWhoAreAtARequest) {
    listen({});
    tcp::socket& resting = connect();
    run_until([&] { return server->counters().accepted == 1; });
    tcp::socket& client = ask_for_later("keep-alive");
    bool drained = false;
    server->stop([&] { drained = true; });
    context.poll();
    EXPECT_FALSE(drained);
    EXPECT_EQ(hear(resting), "");
    waiting.front()(hello());
    const std::string heard = hear(client);
    EXPECT_EQ(heard.substr(0, 15), "HTTP/1.1 200 OK");
    EXPECT_NE(heard.find("Connection: close"), std::string::npos) << heard;
    run_until([&] { return drained; });
}

TEST_F(HttpServerTest, ForgetsItsWaitsWhenItGoes) {
    listen({});
    tcp::socket& client = ask_for_later();
    server.reset();
    EXPECT_EQ(hear(client), "");
    EXPECT_EQ(cancelled, 0) << "whom it would tell may be gone";
    waiting.front()(hello());
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
