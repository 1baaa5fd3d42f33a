#pragma once

#include <cerrno>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/address.hpp"
#include "io/descriptor.hpp"
#include "io/frame_splitter.hpp"
#include "io/socket.hpp"
#include "io/socket_address.hpp"

namespace legroom::io {

/// The other end: an ordinary blocking socket that gives up after two seconds.
class TcpPeer {
public:
    explicit TcpPeer(const Endpoint& server, int receive_buffer = 0)
        : socket_(::socket(server.ip.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval patience{2, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        set_option(socket_.get(), IPPROTO_TCP, TCP_NODELAY, 1);
        if (receive_buffer > 0) set_option(socket_.get(), SOL_SOCKET, SO_RCVBUF, receive_buffer);
        sockaddr_storage address{};
        const socklen_t length = to_sockaddr(server, address);
        if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0)
            throw std::runtime_error("connect");
    }

    void write(Bytes bytes) const {
        if (::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(bytes.size()))
            throw std::runtime_error("send");
    }
    void write_frame(Bytes message) const { write(FrameSplitter::frame(message)); }
    /// Less than `count` at the end of the stream, or when it takes too long.
    ByteVector read(std::size_t count) const {
        ByteVector bytes(count);
        const auto got = ::recv(socket_.get(), bytes.data(), count, MSG_WAITALL);
        bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return bytes;
    }
    /// The message of the next frame; empty as read() is.
    ByteVector read_frame() const {
        const ByteVector header = read(FrameSplitter::kHeaderSize);
        return header.empty() ? header : read(ByteReader{header}.u16());
    }
    /// The port has closed the connection, in whatever way.
    [[nodiscard]] bool is_closed() const {
        std::uint8_t byte = 0;
        const auto got = ::recv(socket_.get(), &byte, 1, 0);
        return got == 0 || (got < 0 && errno == ECONNRESET);
    }
    void reset() {
        const linger at_once{1, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        socket_ = Descriptor{};
    }
    void hang_up() { socket_ = Descriptor{}; }
    [[nodiscard]] Endpoint local() const { return *local_endpoint(socket_.get()); }
    [[nodiscard]] int socket() const { return socket_.get(); }

private:
    Descriptor socket_;
};

}  // namespace legroom::io
