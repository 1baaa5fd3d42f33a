#include "socket_client.hpp"

#include <algorithm>
#include <array>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>

#include "io/clock.hpp"
#include "io/socket_address.hpp"

namespace legroom::interop {
namespace {

std::uint64_t next_seed() {
    static std::uint64_t seed = 0;
    return ++seed;
}

}  // namespace

SocketClient::SocketClient(const Endpoint& server, Transport transport, const std::string& password)
    : random_(next_seed()) {
    config_.server = server;
    config_.transport = transport;
    config_.username = "user";
    config_.password = password;
    config_.ipv6 = server.ip.is_v6();
    config_.base = {server.ip, 1};
    forget_everything();
    pump();
}

void SocketClient::forget_everything() { client_.emplace(config_, random_, io::now()); }

void SocketClient::open() {
    sockaddr_storage address{};
    const socklen_t size = io::to_sockaddr(config_.server, address);
    const int type = config_.transport == Transport::udp ? SOCK_DGRAM : SOCK_STREAM;
    socket_ = io::Descriptor{::socket(address.ss_family, type | SOCK_CLOEXEC, 0)};
    stream_ = {};
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) socket_ = {};
}

void SocketClient::transmit(const Transmit& transmit) {
    if (transmit.path != client_->path()) throw std::logic_error{"not to the server"};
    if (!socket_) open();
    const bool udp = config_.transport == Transport::udp;
    const ByteVector bytes = udp ? transmit.bytes : ice::TurnStream::frame(transmit.bytes);
    const auto sent = socket_ ? ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) : -1;
    if (sent >= 0 || udp) return;  // what UDP loses is lost
    socket_ = {};
    client_->stream_closed(io::now());
}

void SocketClient::pump() {
    while (auto output = client_->poll()) {
        if (const auto* datagram = std::get_if<Transmit>(&*output)) transmit(*datagram);
        if (const auto* candidate = std::get_if<ice::Candidate>(&*output)) candidates.push_back(*candidate);
        if (const auto* packet = std::get_if<ice::TurnReceived>(&*output)) received.push_back(*packet);
        if (const auto* failed = std::get_if<ice::TurnFailed>(&*output)) failures.push_back(*failed);
        if (std::holds_alternative<ice::TurnDisconnect>(*output)) socket_ = {};
    }
}

void SocketClient::send(const Endpoint& peer, const ByteVector& packet) {
    client_->send(io::now(), peer, packet);
    pump();
}

void SocketClient::permit(const IpAddress& peer) {
    client_->permit(io::now(), peer);
    pump();
}

void SocketClient::close() {
    client_->close();
    pump();
}

void SocketClient::read() {
    if (config_.transport == Transport::udp) {
        read_datagram();
    } else {
        read_stream();
    }
    pump();
}

void SocketClient::read_datagram() {
    std::array<std::uint8_t, 2048> space{};
    const auto count = ::recv(socket_.get(), space.data(), space.size(), MSG_DONTWAIT);
    if (count <= 0) return;  // an ICMP error of a server that is being restarted
    const Bytes datagram = Bytes{space}.first(static_cast<std::size_t>(count));
    client_->handle_datagram(io::now(), client_->path(), datagram);
}

void SocketClient::read_stream() {
    const MutableBytes space = stream_.space();
    const auto count = ::recv(socket_.get(), space.data(), space.size(), MSG_DONTWAIT);
    stream_.filled(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    while (const auto datagram = stream_.next()) {
        client_->handle_datagram(io::now(), client_->path(), *datagram);
    }
    if (count > 0 && !stream_.broken()) return;
    socket_ = {};
    client_->stream_closed(io::now());
}

bool run(std::initializer_list<SocketClient*> clients, const std::function<bool()>& done, Duration limit) {
    const Instant end = io::now() + limit;
    while (!done() && io::now() < end) {
        Instant wake = end;
        std::vector<pollfd> sockets;
        for (SocketClient* client : clients) {
            sockets.push_back({client->socket_.get(), POLLIN, 0});  // poll() passes over descriptor -1
            wake = std::min(wake, client->turn().deadline().value_or(end));
        }
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(wake - io::now());
        ::poll(sockets.data(), sockets.size(), static_cast<int>(std::max<std::int64_t>(wait.count(), 0)));
        std::size_t at = 0;
        for (SocketClient* client : clients) {
            if (sockets[at++].revents != 0) client->read();
            client->turn().handle_timeout(io::now());
            client->pump();
        }
    }
    return done();
}

}  // namespace legroom::interop
