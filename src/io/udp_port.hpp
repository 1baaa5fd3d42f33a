#pragma once

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "base/address.hpp"
#include "base/result.hpp"
#include "io/descriptor.hpp"

namespace legroom::io {

struct UdpCounters {
    std::uint64_t received = 0;
    std::uint64_t oversized = 0;  ///< Longer than kMaxDatagram: dropped.
    std::uint64_t sent = 0;
    std::uint64_t unsent = 0;  ///< The kernel refused it (buffer full, no route): dropped, as UDP may.
};

/// The one UDP port all legs share: an IPv4 and, where the host has it, an IPv6 socket on the same
/// number. Knows for every datagram which of our addresses it came to (RFC 3542, ip(7) IP_PKTINFO) and
/// sends from the one it is told, so that a host with many addresses answers from the right one.
/// Belongs to one thread.
class UdpPort {
public:
    static constexpr std::size_t kMaxDatagram = 2048;  ///< Above any path MTU WebRTC uses.
    static constexpr std::size_t kBatch = 32;          ///< Datagrams per system call.

    /// Binds `number` on all addresses; 0 takes any free port. An error names what the system said.
    static Result<UdpPort> open(std::uint16_t number);
    ~UdpPort();
    UdpPort(UdpPort&&) noexcept;
    UdpPort& operator=(UdpPort&&) noexcept;

    [[nodiscard]] std::uint16_t number() const { return number_; }
    /// Sockets to wait on until readable: one or two.
    [[nodiscard]] std::vector<int> descriptors() const;

    /// Hands every datagram that waits, up to one batch a socket, to `receive`, which may change the bytes
    /// and call send(). Returns how many there were.
    std::size_t receive(const std::function<void(const Path&, MutableBytes)>& receive);

    /// Sends what it can at once; what the kernel refuses is dropped and counted.
    void send(std::span<const Transmit> datagrams);

    [[nodiscard]] const UdpCounters& counters() const { return counters_; }

private:
    struct Buffers;
    static Result<UdpPort> open_both(std::uint16_t number);
    UdpPort(Descriptor v4, Descriptor v6, std::uint16_t number);
    std::size_t receive_from(int socket, const std::function<void(const Path&, MutableBytes)>& receive);
    void send_batch(int socket, std::span<const Transmit* const> batch);
    [[nodiscard]] int socket_for(const Transmit& datagram) const;

    Descriptor v4_;
    Descriptor v6_;
    std::uint16_t number_;
    UdpCounters counters_;
    // 100 KB each, too much for a stack and for moving.
    std::unique_ptr<Buffers> incoming_;
    std::unique_ptr<Buffers> outgoing_;
};

}  // namespace legroom::io
