#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/address.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "io/stream_output.hpp"
#include "io/udp_port.hpp"

namespace legroom::io {

struct TcpLimits {
    std::size_t connections = 512;  ///< At that, the oldest that was never answered makes room.
    /// From one IPv4 address or one IPv6 /64: a whole office may sit behind it.
    std::size_t connections_per_address = 64;
    Duration first_frame_time = std::chrono::seconds{5};  ///< Until a STUN Binding request has come whole.
    Duration answer_time = std::chrono::seconds{10};      ///< Until we have sent something: nobody's call.
    Duration idle_time = std::chrono::seconds{60};  ///< Without a whole frame; browsers check every 25 s.
    std::size_t frames_per_turn = 8;                ///< Of one connection.
    StreamOutputLimits output;
};

struct TcpCounters {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;     ///< Connections over a limit.
    std::uint64_t rejected = 0;    ///< Connections closed for what came: no STUN first, or a frame too long.
    std::uint64_t evicted = 0;     ///< Connections nobody had answered, closed to make room for others.
    std::uint64_t expired = 0;     ///< Connections closed because nothing came, or nothing was answered.
    std::uint64_t received = 0;    ///< Frames handed out.
    std::uint64_t unroutable = 0;  ///< Frames to be sent where there is no connection.
    StreamOutputCounters output;   ///< Frames.
};

/// The one TCP port of all legs: the passive side of ICE-TCP (RFC 6544 §7), on IPv4 and, where the host has
/// it, on IPv6. Datagrams are framed by RFC 4571; everybody above sees whole ones, with a path whose local
/// end is the address the peer connected to. What a connection sends first must be a STUN Binding request, or
/// it is closed: whose it is, the shard finds out.
///
/// Never waits, and belongs to one thread. To drive it: wait until descriptor() is readable or deadline() has
/// come, call receive(), then take_closed(); send() at any time, also from within receive().
///
/// A blackout is lived through: only idle_time, or the peer, ends a connection that was answered. There are
/// no keepalives of TCP's own, since the peer's checks serve as such.
class TcpPort {
public:
    static constexpr std::size_t kMaxFrame = UdpPort::kMaxDatagram;

    using Receive = std::function<void(const Path&, MutableBytes)>;

    /// Listens on `number` on all addresses; 0 takes any free port. An error names what the system said.
    static Result<TcpPort> open(std::uint16_t number, TcpLimits limits = {});
    ~TcpPort();
    TcpPort(TcpPort&&) noexcept;
    TcpPort& operator=(TcpPort&&) noexcept;

    [[nodiscard]] std::uint16_t number() const;
    /// An epoll set: readable while there is something for receive() to do.
    [[nodiscard]] int descriptor() const;
    /// When receive() is due though descriptor() may not be readable. In the past: at once.
    [[nodiscard]] std::optional<Instant> deadline() const;

    /// One turn: accepts, reads, sends what waited, closes what has expired, each within limits, and hands
    /// whole frames to `receive`, which may change the bytes. What is left waits for the next turn.
    void receive(Instant now, const Receive& receive);

    /// Sends by the connection with just that path, at once or a little later. What cannot be sent is dropped
    /// whole and counted.
    void send(Instant now, std::span<const Transmit> datagrams);

    /// The paths of connections that have handed out frames and are gone since the last call, whoever closed
    /// them.
    std::vector<Path> take_closed();

    [[nodiscard]] std::size_t connection_count() const;
    [[nodiscard]] const TcpCounters& counters() const;

private:
    struct Impl;
    explicit TcpPort(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::io
