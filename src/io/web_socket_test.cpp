#include "io/web_socket.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <deque>
#include <gtest/gtest.h>

#include "io/clock.hpp"
#include "io/http_server.hpp"

namespace legroom::io {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;

/// What the channel under test was told and has to say; outlives it.
struct Script {
    std::deque<std::string> to_say;
    std::vector<std::string> received;
    int heard = 0;
    bool takes = true;
    bool gone = false;
    api::Channel::Ending ending = api::Channel::Ending::none;
    std::optional<Instant> deadline;
    api::Channel::Ending at_deadline = api::Channel::Ending::none;
    api::Channel::Wake wake;
};

class ScriptedChannel final : public api::Channel {
public:
    explicit ScriptedChannel(Script& script) : script_(script) {}
    ~ScriptedChannel() override { script_.gone = true; }
    ScriptedChannel(const ScriptedChannel&) = delete;
    ScriptedChannel& operator=(const ScriptedChannel&) = delete;

    void start(Instant, Wake wake) override { script_.wake = std::move(wake); }
    void receive(Instant, std::string_view text) override { script_.received.emplace_back(text); }
    void heard(Instant) override { ++script_.heard; }
    void shut_down() override {
        script_.ending = Ending::close;
        script_.wake();
    }
    std::optional<std::string> poll(Instant) override {
        if (script_.to_say.empty()) return std::nullopt;
        std::string frame = std::move(script_.to_say.front());
        script_.to_say.pop_front();
        return frame;
    }
    void written(Instant) override {}
    void handle_timeout(Instant at) override {
        if (!script_.deadline || at < *script_.deadline) return;
        script_.deadline.reset();
        script_.ending = script_.at_deadline;
    }
    [[nodiscard]] std::optional<Instant> deadline() const override { return script_.deadline; }
    [[nodiscard]] Ending ending() const override { return script_.ending; }
    [[nodiscard]] bool takes_frames() const override { return script_.takes; }

private:
    Script& script_;
};

/// A server on loopback that upgrades "/ws" to a scripted channel, and one client, on one thread.
class WebSocketTest : public testing::Test {
protected:
    using Client = websocket::stream<tcp::socket>;

    WebSocketTest() {
        HttpHandlers handlers;
        handlers.handle = [](const api::Request&,
                             const HttpHandlers::Respond& respond) -> HttpHandlers::Cancel {
            respond({api::Status::ok, "text/plain", "plain", {}});
            return {};
        };
        handlers.refuse = [](api::Status status, std::string error) {
            return api::Response{status, "text/plain", std::move(error), {}};
        };
        handlers.upgrade = [this](const api::Request& request) -> std::optional<api::Upgrade> {
            if (request.target == "/refused")
                return api::Response{api::Status::bad_request, "text/plain", "no", {}};
            if (request.target != "/ws") return std::nullopt;
            return std::make_unique<ScriptedChannel>(script);
        };
        server.emplace(context, std::move(handlers), HttpLimits{});
        port = server->listen(*Endpoint::parse("127.0.0.1:0")).value().port;
        client.next_layer().connect({asio::ip::address_v4::loopback(), port});
    }
    /// The status of the answer to the handshake.
    unsigned connect(const std::string& target = "/ws") {
        websocket::response_type answer;
        bool done = false;
        client.async_handshake(answer, "localhost", target, [&](auto) { done = true; });
        run_until([&] { return done; });
        return answer.result_int();
    }
    std::string hear() {
        beast::flat_buffer buffer;
        bool done = false;
        client.async_read(buffer, [&](const error_code& error, std::size_t) {
            closed_by = error;
            done = true;
        });
        run_until([&] { return done; });
        return beast::buffers_to_string(buffer.data());
    }
    void say(const std::string& text, bool binary = false) {
        bool done = false;
        client.binary(binary);
        client.async_write(asio::buffer(text), [&](auto, auto) { done = true; });
        run_until([&] { return done; });
    }
    template <class Done>
    void run_until(Done done) {
        while (!done() && context.run_one_for(std::chrono::seconds{10}) > 0) {
        }
        ASSERT_TRUE(done());
    }

    asio::io_context context;
    Script script;
    std::optional<HttpServer> server;
    std::uint16_t port = 0;
    Client client{context};
    error_code closed_by;
};

TEST_F(WebSocketTest, CarriesTextFramesBothWays) {
    script.to_say = {"first", std::string(200'000, 'x')};
    EXPECT_EQ(connect(), 101U);
    EXPECT_EQ(hear(), "first");
    EXPECT_EQ(hear().size(), 200'000U);
    EXPECT_TRUE(client.got_text());
    say("hello");
    say("again");
    run_until([&] { return script.received.size() == 2; });
    EXPECT_EQ(script.received, (std::vector<std::string>{"hello", "again"}));
    script.to_say = {"later"};
    script.wake();
    EXPECT_EQ(hear(), "later");
}

TEST_F(WebSocketTest, BinaryFramesAndPingsAreHeardAndNotRead) {
    connect();
    say("binary", true);
    run_until([&] { return script.heard == 1; });
    client.async_ping({}, [](auto) {});
    run_until([&] { return script.heard == 2; });
    EXPECT_TRUE(script.received.empty());
}

TEST_F(WebSocketTest, ARefusalIsAnOrdinaryResponse) { EXPECT_EQ(connect("/refused"), 400U); }

TEST_F(WebSocketTest, OtherPathsAreRequests) { EXPECT_EQ(connect("/other"), 200U); }

TEST_F(WebSocketTest, ClosesInGoodOrder) {
    script.to_say = {"last"};
    script.ending = api::Channel::Ending::close;
    connect();
    EXPECT_EQ(hear(), "last") << "what there is to say is said first";
    hear();
    EXPECT_EQ(closed_by, websocket::error::closed);
    EXPECT_EQ(client.reason().code, websocket::close_code::normal);
    run_until([&] { return script.gone; });
}

TEST_F(WebSocketTest, ThePeersCloseIsTheEnd) {
    connect();
    client.async_close(websocket::close_code::normal, [](auto) {});
    run_until([&] { return script.gone; });
    script.wake();  // Too late, and harmless.
    context.poll();
}

TEST_F(WebSocketTest, AConnectionThatBreaksIsTheEnd) {
    connect();
    client.next_layer().close();
    run_until([&] { return script.gone; });
}

TEST_F(WebSocketTest, AFrameTooLongClosesIt) {
    connect();
    say(std::string(api::kMaxFrameBytes, 'x'));
    run_until([&] { return script.received.size() == 1; });
    say(std::string(api::kMaxFrameBytes + 1, 'x'));
    hear();
    EXPECT_EQ(client.reason().code, websocket::close_code::too_big) << closed_by.message();
    EXPECT_TRUE(script.gone);
    EXPECT_EQ(script.received.size(), 1U);
}

TEST_F(WebSocketTest, WhatTheChannelDoesNotTakeStaysInTheSocket) {
    script.takes = false;
    script.to_say = {"hello"};
    connect();
    EXPECT_EQ(hear(), "hello");
    say("one");
    context.poll();
    EXPECT_TRUE(script.received.empty());
    script.takes = true;
    script.wake();
    run_until([&] { return script.received.size() == 1; });
}

TEST_F(WebSocketTest, APeerThatReadsNothingIsLeftAtTheDeadline) {
    for (int i = 0; i < 100; ++i) script.to_say.emplace_back(1'000'000, 'x');
    script.deadline = now() + std::chrono::milliseconds{100};
    script.at_deadline = api::Channel::Ending::abort;
    connect();
    run_until([&] { return script.gone; });
    EXPECT_GT(script.to_say.size(), 50U) << "one frame at a time: the others wait for nobody";
}

TEST_F(WebSocketTest, TheServersEndClosesIt) {
    connect();
    bool drained = false;
    server->stop([&] { drained = true; });
    hear();
    EXPECT_EQ(client.reason().code, websocket::close_code::going_away);
    run_until([&] { return drained; });
    EXPECT_TRUE(script.gone);
}

TEST_F(WebSocketTest, TheServerMayGoBeforeIt) {
    connect();
    server.reset();
    EXPECT_TRUE(script.gone);
    hear();
    EXPECT_TRUE(closed_by);
}

}  // namespace
}  // namespace legroom::io
