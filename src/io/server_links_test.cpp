#include "io/server_links.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <poll.h>

#include "sim/scratch_directory.hpp"
#include "stun/builder.hpp"

#include "io/tls_test_server.hpp"

namespace legroom::io {
namespace {

using namespace std::chrono_literals;

constexpr Instant kLinkStart{1h};

/// ChannelData (RFC 8656 §12.4): four bytes of header, then `size` bytes, whole words.
ByteVector channel_data(std::size_t size, std::uint8_t fill = 7) {
    ByteVector message{0x40, 0, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
    message.resize(4 + size, fill);
    return message;
}

ByteVector request() { return stun::Builder{stun::Header{}}.take(); }

/// Links and one server, driven in virtual time.
struct LinkBench {
    explicit LinkBench(Transport transport = Transport::tcp, const TestIdentity* identity = nullptr,
                       std::optional<TlsTrust> trust = std::nullopt, LinkLimits limits = {})
        : server(identity), links(*ServerLinks::open(std::move(trust), limits)) {
        path = {{*IpAddress::parse("127.0.0.1"), 10000}, server.endpoint(), transport};
        links.set_servers({{server.endpoint(), transport, "turn.example.org"}});
    }

    void send(ByteVector message) { send(path, std::move(message)); }
    void send(const Path& by, ByteVector message) {
        const Transmit transmit{by, std::move(message)};
        links.send(now, {&transmit, 1});
    }
    void turn() {
        links.receive(now, [this](const Path& from, MutableBytes message) {
            EXPECT_EQ(from, path);
            messages.emplace_back(message.begin(), message.end());
        });
        for (ClosedLink& link : links.take_closed()) closed.push_back(std::move(link));
    }
    /// Turns of both sides until `done`; false after two seconds without anything to do.
    bool run_until(const std::function<bool()>& done) {
        while (!done()) {
            std::vector<pollfd> sources{{links.descriptor(), POLLIN, 0}};
            for (const int socket : server.descriptors()) sources.push_back({socket, POLLIN, 0});
            const auto due = links.deadline();
            if (!(due && *due <= now) && ::poll(sources.data(), sources.size(), 2000) <= 0) return false;
            server.step();
            turn();
        }
        return true;
    }
    bool run_until_server_has(std::size_t bytes) {
        return run_until([&] { return server.received.size() >= bytes; });
    }
    bool run_until_closed() {
        return run_until([&] { return !closed.empty(); });
    }

    StreamTestServer server;
    ServerLinks links;
    Path path;
    Instant now = kLinkStart;
    std::vector<ByteVector> messages;
    std::vector<ClosedLink> closed;
};

TEST(ServerLinks, OpenOnceAndCarryMessagesBothWays) {
    LinkBench bench;
    bench.send(request());
    bench.send(channel_data(4));
    ASSERT_TRUE(bench.run_until_server_has(20 + 8));
    EXPECT_EQ(bench.links.link_count(), 1U);
    EXPECT_EQ(bench.links.counters().opened, 1U);
    ByteVector expected = request();
    for (const std::uint8_t byte : channel_data(4)) expected.push_back(byte);
    EXPECT_EQ(bench.server.received, expected);

    bench.server.send(expected);
    ASSERT_TRUE(bench.run_until([&] { return bench.messages.size() == 2; }));
    EXPECT_EQ(bench.messages[0], request());
    EXPECT_EQ(bench.messages[1], channel_data(4));
    EXPECT_EQ(bench.links.counters().received, 2U);
}

TEST(ServerLinks, FillMessagesUpToWholeWordsAndTakeThePaddingOff) {
    LinkBench bench;
    bench.send(channel_data(5));
    ASSERT_TRUE(bench.run_until_server_has(12));
    EXPECT_EQ(bench.server.received.size(), 12U);
    bench.server.send(bench.server.received);
    ASSERT_TRUE(bench.run_until([&] { return bench.messages.size() == 1; }));
    EXPECT_EQ(bench.messages[0], channel_data(5));
}

TEST(ServerLinks, AreBoundToTheAddressOfThePath) {
    LinkBench bench;
    bench.path.local.ip = *IpAddress::parse("127.0.0.3");
    bench.send(request());
    ASSERT_TRUE(bench.run_until_server_has(20));
    EXPECT_EQ(bench.server.peer().ip, bench.path.local.ip);
}

TEST(ServerLinks, GoToConfiguredServersOnly) {
    LinkBench bench;
    Path other = bench.path;
    other.remote.port = 9;
    bench.send(other, request());
    Path udp = bench.path;
    udp.transport = Transport::udp;
    EXPECT_FALSE(bench.links.serves(other));
    EXPECT_FALSE(bench.links.serves(udp));
    EXPECT_TRUE(bench.links.serves(bench.path));
    EXPECT_EQ(bench.links.link_count(), 0U);
    EXPECT_EQ(bench.links.counters().unroutable, 1U);
}

TEST(ServerLinks, AreBoundedInNumber) {
    LinkLimits limits;
    limits.links = 3;
    LinkBench bench{Transport::tcp, nullptr, std::nullopt, limits};
    for (std::uint16_t port = 1; port <= 5; ++port) {
        Path labelled = bench.path;
        labelled.local.port = port;
        bench.send(labelled, request());
    }
    EXPECT_EQ(bench.links.link_count(), 3U);
    EXPECT_EQ(bench.links.counters().unroutable, 2U);
}

TEST(ServerLinks, SayThatTheServerIsNotThereAndPauseBeforeTryingAgain) {
    LinkBench bench;
    bench.server = StreamTestServer{};  // Nobody listens at the old port any more.
    bench.send(request());
    ASSERT_TRUE(bench.run_until_closed());
    EXPECT_EQ(bench.closed[0].path, bench.path);
    EXPECT_EQ(bench.closed[0].why, "Connection refused");
    EXPECT_EQ(bench.links.link_count(), 0U);

    bench.now += 999ms;
    bench.send(request());
    EXPECT_EQ(bench.links.link_count(), 0U);
    EXPECT_EQ(bench.links.counters().unroutable, 1U);
    bench.now += 1ms;
    bench.send(request());
    EXPECT_EQ(bench.links.link_count(), 1U);
}

TEST(ServerLinks, EndWhenTheServerEndsOrTheCallerWantsItOrNobodyUsesThem) {
    LinkBench bench;
    bench.send(request());
    ASSERT_TRUE(bench.run_until_server_has(20));
    bench.server.hang_up();
    ASSERT_TRUE(bench.run_until_closed());
    EXPECT_EQ(bench.closed[0].why, "closed by the server");

    bench.server.accepts = true;
    bench.now += 1s;
    bench.send(request());
    ASSERT_TRUE(bench.run_until_server_has(40));
    bench.links.close(bench.path);
    EXPECT_EQ(bench.links.link_count(), 0U);
    bench.turn();
    ASSERT_TRUE(bench.run_until([&] { return !bench.links.deadline(); }));
    EXPECT_EQ(bench.closed.size(), 1U) << "the caller knows";

    bench.server.hang_up();
    bench.server.accepts = true;
    bench.send(request());
    ASSERT_TRUE(bench.run_until_server_has(60));
    EXPECT_EQ(bench.links.deadline(), bench.now + 12min);
    bench.now += 12min;
    bench.turn();
    ASSERT_EQ(bench.closed.size(), 2U);
    EXPECT_EQ(bench.closed[1].why, "not used any more");
}

TEST(ServerLinks, AreClosedWhenWhatComesIsNotTurn) {
    LinkBench bench;
    bench.send(request());
    ASSERT_TRUE(bench.run_until_server_has(20));
    const ByteVector text{'S', 'S', 'H', '-', '2', '.', '0', '-', 'x', 'y', 'z'};
    bench.server.send(text);
    ASSERT_TRUE(bench.run_until_closed());
    EXPECT_EQ(bench.closed[0].why, "what the server sends is not TURN");
}

TEST(ServerLinks, KeepRequestsUntilTheLinkIsUpAndDropOldVoice) {
    LinkBench bench;
    bench.send(channel_data(4));
    bench.send(request());
    bench.now += 4s;  // The connection took its time.
    ASSERT_TRUE(bench.run_until_server_has(20));
    EXPECT_EQ(bench.server.received, request());
    EXPECT_EQ(bench.links.counters().output.unsent, 1U);
}

TEST(ServerLinks, DropWhatDoesNotFitWhenTheServerDoesNotRead) {
    LinkBench bench;
    bench.send(request());
    ASSERT_TRUE(bench.run_until_server_has(20));
    for (int i = 0; i < 100'000 && bench.links.counters().output.unsent == 0; ++i)
        bench.send(channel_data(1000));
    EXPECT_GT(bench.links.counters().output.unsent, 0U);
    EXPECT_TRUE(bench.closed.empty());
}

class ServerLinksOverTls : public testing::Test {
protected:
    void SetUp() override { std::signal(SIGPIPE, SIG_DFL); }  // Nothing here may raise it.

    /// What comes of one request over TLS to a server with this certificate: "" when it arrives.
    std::string try_with(const TestIdentity& shown, const std::string& host) {
        LinkBench bench{Transport::tls, &shown, trust()};
        bench.links.set_servers({{bench.server.endpoint(), Transport::tls, host}});
        bench.send(request());
        EXPECT_TRUE(bench.run_until([&] { return !bench.closed.empty() || !bench.server.received.empty(); }));
        return bench.closed.empty() ? "" : bench.closed[0].why;
    }
    TlsTrust trust() { return *TlsTrust::system_and_file(authority.write(scratch.file("authority.pem"))); }

    ScratchDirectory scratch;
    TestIdentity authority = TestIdentity::make("Test Authority", nullptr);
    TestIdentity identity = TestIdentity::make("turn", &authority, "DNS:turn.example.org,IP:127.0.0.1");
};

TEST_F(ServerLinksOverTls, CarryMessagesBothWays) {
    LinkBench bench{Transport::tls, &identity, trust()};
    bench.send(request());
    bench.send(channel_data(5));
    ASSERT_TRUE(bench.run_until_server_has(20 + 12));
    EXPECT_EQ(bench.server.asked_for(), "turn.example.org");
    bench.server.send(bench.server.received);
    ASSERT_TRUE(bench.run_until([&] { return bench.messages.size() == 2; }));
    EXPECT_EQ(bench.messages[0], request());
    EXPECT_EQ(bench.messages[1], channel_data(5));

    for (std::size_t i = 0; i < 200; ++i) bench.send(channel_data(100));
    ASSERT_TRUE(bench.run_until_server_has(20 + 12 + 200 * 104));
    EXPECT_EQ(bench.links.counters().output.sent, 202U);
    bench.server.hang_up();
    ASSERT_TRUE(bench.run_until_closed());
    EXPECT_EQ(bench.closed[0].why, "closed by the server");
}

TEST_F(ServerLinksOverTls, VerifyTheServersNameAndAddress) {
    EXPECT_EQ(try_with(identity, "turn.example.org"), "");
    EXPECT_EQ(try_with(identity, "127.0.0.1"), "");
    EXPECT_EQ(try_with(identity, "turn.example.com"), "certificate refused: hostname mismatch");
    EXPECT_EQ(try_with(identity, "192.0.2.1"), "certificate refused: IP address mismatch");
}

TEST_F(ServerLinksOverTls, RefuseACertificateThatIsExpiredOrOfAnUnknownAuthority) {
    EXPECT_EQ(
        try_with(TestIdentity::make("old", &authority, "DNS:turn.example.org", -60), "turn.example.org"),
        "certificate refused: certificate has expired");
    EXPECT_EQ(try_with(TestIdentity::make("self", nullptr, "DNS:turn.example.org"), "turn.example.org"),
              "certificate refused: self-signed certificate");
    const TestIdentity other = TestIdentity::make("Other Authority", nullptr);
    EXPECT_EQ(try_with(TestIdentity::make("turn", &other, "DNS:turn.example.org"), "turn.example.org"),
              "certificate refused: unable to get local issuer certificate");
}

TEST_F(ServerLinksOverTls, AreNotOpenedWithoutAuthorities) {
    LinkBench bench{Transport::tls, &identity};
    bench.send(request());
    bench.turn();
    ASSERT_EQ(bench.closed.size(), 1U);
    EXPECT_EQ(bench.closed[0].why, "no certificate authorities to verify the server by");
}

TEST_F(ServerLinksOverTls, GiveUpOnAServerThatDoesNotAnswer) {
    LinkBench bench{Transport::tls, nullptr, trust()};  // Accepts, and says nothing.
    bench.send(request());
    ASSERT_TRUE(bench.run_until([&] { return bench.server.received.size() > 100; }));  // A ClientHello.
    EXPECT_EQ(bench.links.deadline(), kLinkStart + 5s);
    bench.now += 5s;
    bench.turn();
    ASSERT_EQ(bench.closed.size(), 1U);
    EXPECT_EQ(bench.closed[0].why, "no connection in time");
}

TEST_F(ServerLinksOverTls, SurviveAServerThatDoesNotSpeakTls) {
    LinkBench bench{Transport::tls, nullptr, trust()};
    bench.send(request());
    ASSERT_TRUE(bench.run_until([&] { return bench.server.received.size() > 100; }));
    bench.server.send(ByteVector(100, 'x'));
    ASSERT_TRUE(bench.run_until_closed());
    EXPECT_NE(bench.closed[0].why, "");
}

TEST_F(ServerLinksOverTls, BelieveTheSystemsAuthoritiesBesidesThoseOfTheFile) {
    const TestIdentity systems = TestIdentity::make("System Authority", nullptr);
    const TestIdentity shown = TestIdentity::make("turn", &systems, "DNS:turn.example.org,IP:127.0.0.1");
    EXPECT_NE(try_with(shown, "turn.example.org"), "");
    ::setenv("SSL_CERT_FILE", systems.write(scratch.file("system.pem")).c_str(), 1);
    EXPECT_EQ(try_with(shown, "turn.example.org"), "");
    EXPECT_EQ(try_with(identity, "turn.example.org"), "");
    ::unsetenv("SSL_CERT_FILE");
}

TEST(TlsTrust, TakesTheSystemsAuthoritiesAndThoseOfAFile) {
    EXPECT_TRUE(TlsTrust::system());
    const auto none = TlsTrust::system_and_file("/nonexistent/authorities.pem");
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().find("/nonexistent/authorities.pem"), std::string::npos);
}

}  // namespace
}  // namespace legroom::io
