#include "io/tcp_port.hpp"

#include <array>
#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "io/frame_splitter.hpp"
#include "io/socket.hpp"
#include "stun/builder.hpp"

#include "io/tcp_test_peer.hpp"

namespace legroom::io {
namespace {

using namespace std::chrono_literals;

constexpr Instant kTcpStart{1h};

/// A port and what it has handed out, driven in virtual time.
struct TcpBench {
    explicit TcpBench(TcpLimits limits = {}) : port(*TcpPort::open(0, limits)) {}

    [[nodiscard]] Endpoint v4() const { return {*IpAddress::parse("127.0.0.1"), port.number()}; }
    [[nodiscard]] Endpoint v6() const { return {*IpAddress::parse("::1"), port.number()}; }
    void turn() {
        port.receive(now, [this](const Path& path, MutableBytes frame) {
            frames.emplace_back(path, ByteVector(frame.begin(), frame.end()));
            if (on_frame) on_frame(path);
        });
        for (const Path& path : port.take_closed()) closed.push_back(path);
    }
    [[nodiscard]] bool wants_a_turn(int wait_ms) const {
        pollfd source{port.descriptor(), POLLIN, 0};
        const auto due = port.deadline();
        return (due && *due <= now) || ::poll(&source, 1, wait_ms) > 0;
    }
    /// Turns until `done`; false after two seconds without anything to do.
    bool run_until(const std::function<bool()>& done) {
        while (!done()) {
            if (!wants_a_turn(2000)) return false;
            turn();
        }
        return true;
    }
    bool run_until_frames(std::size_t count) {
        return run_until([&] { return frames.size() >= count; });
    }
    bool run_until_connections(std::size_t count) {
        return run_until([&] { return port.connection_count() == count; });
    }
    void send(const Path& path, ByteVector bytes) {
        const Transmit transmit{path, std::move(bytes)};
        port.send(now, {&transmit, 1});
    }

    TcpPort port;
    Instant now = kTcpStart;
    std::vector<std::pair<Path, ByteVector>> frames;
    std::vector<Path> closed;
    std::function<void(const Path&)> on_frame;
};

ByteVector binding_request() { return stun::Builder{stun::Header{}}.take(); }

ByteVector joined(std::initializer_list<ByteVector> frames) {
    ByteVector stream;
    for (const ByteVector& message : frames) {
        const ByteVector frame = FrameSplitter::frame(message);
        stream.insert(stream.end(), frame.begin(), frame.end());
    }
    return stream;
}

class TcpPortOn : public testing::TestWithParam<const char*> {};

TEST_P(TcpPortOn, CarriesFramesBothWaysWithBothEnds) {
    TcpBench bench;
    const TcpPeer peer{Endpoint{*IpAddress::parse(GetParam()), bench.port.number()}};
    peer.write_frame(binding_request());
    ASSERT_TRUE(bench.run_until_frames(1));

    const auto& [path, frame] = bench.frames[0];
    EXPECT_EQ(path.local, (Endpoint{*IpAddress::parse(GetParam()), bench.port.number()}));
    EXPECT_EQ(path.remote, peer.local());
    EXPECT_EQ(path.transport, Transport::tcp);
    EXPECT_EQ(frame, binding_request());

    bench.send(path, {1, 2, 3});
    EXPECT_EQ(peer.read(5), (ByteVector{0, 3, 1, 2, 3}));
    EXPECT_EQ(bench.port.counters().output.sent, 1U);
}

INSTANTIATE_TEST_SUITE_P(Loopback, TcpPortOn, testing::Values("127.0.0.1", "127.0.0.2", "::1"));

TEST(TcpPort, PutsTogetherWhatComesByteByByte) {
    TcpBench bench;
    const TcpPeer peer{bench.v4()};
    for (const std::uint8_t byte : joined({binding_request(), {0x80, 1, 2}})) {
        peer.write({&byte, 1});
        ASSERT_TRUE(bench.wants_a_turn(2000));
        bench.turn();
    }
    ASSERT_EQ(bench.frames.size(), 2U);
    EXPECT_EQ(bench.frames[0].second, binding_request());
    EXPECT_EQ(bench.frames[1].second, (ByteVector{0x80, 1, 2}));
}

TEST(TcpPort, TakesApartWhatComesInOneSegmentAndSkipsNullPackets) {
    TcpBench bench;
    const TcpPeer peer{bench.v4()};
    peer.write(joined({{}, binding_request(), {}, {0x80}, {0x81}}));
    ASSERT_TRUE(bench.run_until_frames(3));
    EXPECT_EQ(bench.frames[1].second, ByteVector{0x80});
    EXPECT_EQ(bench.frames[2].second, ByteVector{0x81});
}

struct FirstBytes {
    const char* name;
    ByteVector bytes;
};

TEST(TcpPort, SendsAwayWhoBeginsWithAnythingElse) {
    stun::Header indication;
    indication.kind = stun::Class::indication;
    stun::Header allocate;
    allocate.method = 0x003;
    const FirstBytes cases[] = {
        {"HTTP", {'G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P'}},
        {"TLS", {0x16, 0x03, 0x01, 0x00, 0xc8, 0x01}},
        {"STUN without framing", binding_request()},
        {"media", joined({{0x80, 111, 0, 1}})},
        {"an indication", joined({stun::Builder{indication}.take()})},
        {"TURN", joined({stun::Builder{allocate}.take()})},
        {"too long", {0xff, 0xff}},
    };
    for (const FirstBytes& test : cases) {
        SCOPED_TRACE(test.name);
        TcpBench bench;
        const TcpPeer peer{bench.v4()};
        ASSERT_TRUE(bench.run_until_connections(1));
        peer.write(test.bytes);
        ASSERT_TRUE(bench.run_until_connections(0));
        EXPECT_TRUE(peer.is_closed());
        EXPECT_EQ(bench.port.counters().rejected, 1U);
        EXPECT_TRUE(bench.frames.empty());
        EXPECT_TRUE(bench.closed.empty()) << "nobody above has heard of it";
    }
}

TEST(TcpPort, ClosesAConnectionWithAFrameTooLong) {
    TcpBench bench;
    const TcpPeer peer{bench.v4()};
    peer.write_frame(binding_request());
    peer.write_frame(ByteVector(TcpPort::kMaxFrame, 0x80));
    ASSERT_TRUE(bench.run_until_frames(2));
    EXPECT_EQ(bench.frames[1].second.size(), TcpPort::kMaxFrame);
    peer.write_frame(ByteVector(TcpPort::kMaxFrame + 1, 0x80));
    ASSERT_TRUE(bench.run_until_connections(0));
    EXPECT_EQ(bench.port.counters().rejected, 1U);
    EXPECT_EQ(bench.closed, std::vector<Path>{bench.frames[0].first});
}

TEST(TcpPort, ClosesWhoIsSilentOrSlowOrNobodysOrIdle) {
    TcpBench bench;
    const TcpPeer silent{bench.v4()};
    const TcpPeer slow{bench.v4()};
    const TcpPeer nobodys{bench.v4()};
    const TcpPeer talking{bench.v4()};
    nobodys.write_frame(binding_request());
    talking.write_frame(binding_request());
    ASSERT_TRUE(bench.run_until_connections(4));
    ASSERT_TRUE(bench.run_until_frames(2));
    for (const auto& [path, frame] : bench.frames) {
        if (path.remote == talking.local()) bench.send(path, {1});
    }

    bench.now = kTcpStart + 4s;
    slow.write(Bytes{FrameSplitter::frame(binding_request())}.first(10));
    ASSERT_TRUE(bench.wants_a_turn(2000));
    bench.turn();
    ASSERT_EQ(bench.port.connection_count(), 4U);
    ASSERT_EQ(bench.port.deadline(), kTcpStart + 5s);

    bench.now = kTcpStart + 5s;
    bench.turn();
    EXPECT_EQ(bench.port.connection_count(), 2U);
    EXPECT_TRUE(silent.is_closed());
    EXPECT_TRUE(slow.is_closed());
    EXPECT_TRUE(bench.closed.empty());

    bench.now = kTcpStart + 10s;
    bench.turn();
    EXPECT_EQ(bench.port.connection_count(), 1U);
    EXPECT_TRUE(nobodys.is_closed());
    EXPECT_EQ(bench.closed.size(), 1U);

    bench.now = kTcpStart + 50s;
    talking.write_frame(ByteVector{0x80});
    ASSERT_TRUE(bench.run_until_frames(3));
    bench.now = kTcpStart + 109s;
    bench.turn();
    EXPECT_EQ(bench.port.connection_count(), 1U);
    EXPECT_EQ(bench.port.deadline(), kTcpStart + 110s);
    bench.now = kTcpStart + 110s;
    bench.turn();
    EXPECT_EQ(bench.port.connection_count(), 0U);
    EXPECT_EQ(bench.closed.size(), 2U);
    EXPECT_EQ(bench.port.counters().expired, 4U);
    EXPECT_EQ(bench.port.deadline(), std::nullopt);
}

TEST(TcpPort, RefusesAnAddressMoreThanItsShareAndTakesNewOnesWhenSomeAreGone) {
    TcpLimits limits;
    limits.connections_per_address = 4;
    TcpBench bench{limits};
    std::vector<TcpPeer> peers;
    for (int i = 0; i < 5; ++i) peers.emplace_back(bench.v4());
    ASSERT_TRUE(bench.run_until([&] { return bench.port.counters().refused == 1; }));
    EXPECT_EQ(bench.port.connection_count(), 4U);
    EXPECT_TRUE(peers[4].is_closed());

    peers.erase(peers.begin());
    ASSERT_TRUE(bench.run_until_connections(3));
    peers.emplace_back(bench.v4());
    ASSERT_TRUE(bench.run_until_connections(4));
    EXPECT_EQ(bench.port.counters().refused, 1U);
}

TEST(TcpPort, WhenItIsFullWhoeverWasNeverAnsweredMakesRoom) {
    TcpLimits limits;
    limits.connections = 2;
    TcpBench bench{limits};
    const TcpPeer call{bench.v4()};
    call.write_frame(binding_request());
    ASSERT_TRUE(bench.run_until_frames(1));
    bench.send(bench.frames.at(0).first, binding_request());

    const TcpPeer stranger{bench.v4()};
    ASSERT_TRUE(bench.run_until_connections(2));
    const TcpPeer caller{bench.v4()};
    ASSERT_TRUE(bench.run_until([&] { return bench.port.counters().evicted == 1; }));
    EXPECT_TRUE(stranger.is_closed());
    caller.write_frame(binding_request());
    ASSERT_TRUE(bench.run_until_frames(2));
    bench.send(bench.frames.at(1).first, binding_request());

    const TcpPeer late{bench.v4()};
    ASSERT_TRUE(bench.run_until([&] { return bench.port.counters().refused == 1; }));
    EXPECT_EQ(bench.port.connection_count(), 2U) << "calls stay";
}

TEST(TcpPort, OneConnectionDoesNotStarveTheOthers) {
    TcpBench bench;
    const TcpPeer greedy{bench.v4()};
    const TcpPeer modest{bench.v4()};
    ASSERT_TRUE(bench.run_until_connections(2));
    ByteVector flood = joined({binding_request()});
    for (int i = 0; i < 500; ++i) flood.insert(flood.end(), {0, 1, 0x80});
    greedy.write(flood);
    modest.write_frame(binding_request());

    std::size_t most_in_a_turn = 0;
    while (bench.frames.size() < 502) {
        ASSERT_TRUE(bench.wants_a_turn(2000));
        const std::size_t before = bench.frames.size();
        bench.turn();
        std::size_t of_greedy = 0;
        for (std::size_t i = before; i < bench.frames.size(); ++i)
            of_greedy += bench.frames[i].first.remote == greedy.local() ? 1U : 0U;
        most_in_a_turn = std::max(most_in_a_turn, of_greedy);
    }
    EXPECT_EQ(most_in_a_turn, TcpLimits{}.frames_per_turn);
    const auto of_modest = std::find_if(bench.frames.begin(), bench.frames.end(), [&](const auto& frame) {
        return frame.first.remote == modest.local();
    });
    EXPECT_LE(of_modest - bench.frames.begin(), 2 * static_cast<std::ptrdiff_t>(TcpLimits{}.frames_per_turn));
}

TEST(TcpPort, APeerThatNeverReadsCostsNoMoreThanItsBuffer) {
    TcpLimits limits;
    limits.output.waiting_bytes = 20'000;
    TcpBench bench{limits};
    const TcpPeer lazy{bench.v4(), 4096};
    lazy.write_frame(binding_request());
    ASSERT_TRUE(bench.run_until_frames(1));
    const Path path = bench.frames[0].first;
    for (int i = 0; i < 20'000 && bench.port.counters().output.unsent < 100; ++i)
        bench.send(path, ByteVector(200, 0x80));
    const TcpCounters full = bench.port.counters();
    ASSERT_EQ(full.output.unsent, 100U);

    // Later what waited is too old: the voice after the pause is what the peer hears first.
    bench.now += 1s;
    bench.send(path, ByteVector(200, 0x99));
    EXPECT_EQ(bench.port.counters().output.unsent, 100U + 20'000 / 202);
    std::size_t in_the_kernel = 0;
    ByteVector last;
    while (last.empty() || last[2] != 0x99) {
        bench.turn();
        last = lazy.read(202);
        ASSERT_EQ(last.size(), 202U);
        in_the_kernel += last.size();
    }
    EXPECT_LT(in_the_kernel, 202 * (full.output.sent + 2));
    EXPECT_EQ(bench.port.connection_count(), 1U);
}

/// The port's own socket of the connection whose other end is `peer`.
int accepted_socket(const TcpPeer& peer, const Path& path) {
    for (int fd = 3; fd < 1024; ++fd) {
        const auto local = local_endpoint(fd);
        if (!local || *local != path.local || fd == peer.socket()) continue;
        sockaddr_storage remote{};
        socklen_t length = sizeof remote;  // A listener has no other end.
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&remote), &length) == 0) return fd;
    }
    return -1;
}

TEST(TcpPort, TheKernelHoldsLittleThatCouldNotBeDropped) {
    TcpBench bench;
    const TcpPeer lazy{bench.v4(), 4096};
    lazy.write_frame(binding_request());
    ASSERT_TRUE(bench.run_until_frames(1));
    while (bench.port.counters().output.unsent == 0) bench.send(bench.frames[0].first, ByteVector(200, 0x80));
    int unsent = 0;
    ASSERT_EQ(::ioctl(accepted_socket(lazy, bench.frames[0].first), SIOCOUTQNSD, &unsent), 0);
    EXPECT_LE(unsent, 4096 + 202);
}

TEST(TcpPort, AConnectionLivesThroughABlackoutAsLongAsItMayBeIdle) {
    TcpBench bench;
    const TcpPeer peer{bench.v4()};
    peer.write_frame(binding_request());
    ASSERT_TRUE(bench.run_until_frames(1));
    int patience_ms = 0;
    socklen_t length = sizeof patience_ms;
    ASSERT_EQ(::getsockopt(accepted_socket(peer, bench.frames[0].first), IPPROTO_TCP, TCP_USER_TIMEOUT,
                           &patience_ms, &length),
              0);
    EXPECT_EQ(patience_ms, 60'000);
}

TEST(TcpPort, TellsOfConnectionsThatEnd) {
    TcpBench bench;
    TcpPeer polite{bench.v4()};
    TcpPeer rude{bench.v4()};
    TcpPeer unknown{bench.v4()};
    polite.write_frame(binding_request());
    ASSERT_TRUE(bench.run_until_frames(1));
    rude.write_frame(binding_request());
    ASSERT_TRUE(bench.run_until_frames(2));
    ASSERT_TRUE(bench.run_until_connections(3));

    polite.hang_up();
    ASSERT_TRUE(bench.run_until_connections(2));
    rude.reset();
    ASSERT_TRUE(bench.run_until_connections(1));
    unknown.hang_up();
    ASSERT_TRUE(bench.run_until_connections(0));
    EXPECT_EQ(bench.closed, (std::vector<Path>{bench.frames[0].first, bench.frames[1].first}));

    bench.send(bench.frames[0].first, {1});
    EXPECT_EQ(bench.port.counters().unroutable, 1U);
}

TEST(TcpPort, SurvivesAConnectionThatIsLostWhileItIsAnswered) {
    TcpBench bench;
    TcpPeer peer{bench.v4()};
    peer.write(joined({binding_request(), {0x80}, {0x81}}));
    ASSERT_TRUE(bench.run_until_connections(1));
    peer.reset();
    bench.on_frame = [&](const Path& path) { bench.send(path, ByteVector(100, 1)); };
    ASSERT_TRUE(bench.run_until_connections(0));
    EXPECT_LE(bench.frames.size(), 3U);
}

TEST(TcpPort, WaitsWhenTheProcessHasNoDescriptorLeft) {
    TcpBench bench;
    const TcpPeer peer{bench.v4()};
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{static_cast<rlim_t>(peer.socket()), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const bool woken = bench.wants_a_turn(2000);
    bench.turn();
    const bool woken_again = bench.wants_a_turn(0);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_TRUE(woken);
    EXPECT_FALSE(woken_again) << "the loop would spin";
    EXPECT_EQ(bench.port.connection_count(), 0U);
    EXPECT_EQ(bench.port.deadline(), kTcpStart + 1s);

    bench.now = kTcpStart + 1s;
    ASSERT_TRUE(bench.run_until_connections(1));
}

TEST(TcpPort, SaysThatAPortIsTaken) {
    const auto here = TcpPort::open(0);
    ASSERT_TRUE(here);
    const auto again = TcpPort::open(here->number());
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error(), boost::system::errc::address_in_use);
}

}  // namespace
}  // namespace legroom::io
