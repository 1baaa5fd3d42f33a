#include "io/tcp_port.hpp"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unordered_map>

#include "io/epoll.hpp"
#include "io/frame_splitter.hpp"
#include "io/socket.hpp"
#include "io/socket_address.hpp"
#include "stun/message.hpp"

namespace legroom::io {
namespace {

constexpr int kTriesForAnyTcpPort = 16;
constexpr int kBacklog = 128;
constexpr std::size_t kEventsPerTurn = 32;
constexpr std::size_t kAcceptsPerTurn = 16;
/// When the process has no descriptor left, a connection that waits would wake the loop again and again.
constexpr Duration kAcceptPause = std::chrono::seconds{1};
constexpr int kUnsentInKernel = 4096;  ///< Less than half a second of one voice.

Result<Descriptor> open_listener(int family, std::uint16_t number, Duration patience) {
    auto socket = make_socket(family, SOCK_STREAM);
    if (!socket) return socket;
    set_option(socket->get(), SOL_SOCKET, SO_REUSEADDR, 1);
    set_voice_options(socket->get(), kUnsentInKernel, patience);
    const IpAddress unspecified = family == AF_INET ? IpAddress{} : IpAddress::v6({});
    const auto bound = bind_to(socket->get(), {unspecified, number});
    if (!bound) return bound.error();
    if (::listen(socket->get(), kBacklog) != 0) return last_error();
    return socket;
}

/// Closing will be a reset: no handshake of farewell with whoever was sent away, and nothing kept for it.
void reset_on_close(int socket) {
    const linger at_once{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/// Whom the limit for each address counts: one host has many addresses in its IPv6 network.
IpAddress network_of(const IpAddress& ip) {
    if (ip.is_v4()) return ip;
    std::array<std::uint8_t, 16> prefix{};
    std::copy_n(ip.bytes().begin(), 8, prefix.begin());
    return IpAddress::v6(prefix);
}

bool is_binding_request(Bytes frame) {
    const auto header = stun::peek_header(frame);
    return header && header->kind == stun::Class::request && header->method == stun::kBinding;
}

bool out_of_descriptors(int error) {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

struct TcpPort::Impl {
    struct Connection {
        Connection(Descriptor its_socket, const Path& its_path, Instant now, Impl& owner)
            : socket(std::move(its_socket)),
              path(its_path),
              incoming(kMaxFrame),
              outgoing(owner.limits.output, owner.counters.output),
              accepted(now),
              heard(now) {}

        Descriptor socket;
        Path path;
        FrameSplitter incoming;
        StreamOutput outgoing;
        Instant accepted;
        Instant heard;            ///< The latest whole frame.
        bool admitted = false;    ///< Began with a STUN request.
        bool answered = false;    ///< Something was sent to it.
        bool unfinished = false;  ///< In `unfinished`.
        bool watches_output = false;
        bool closing = false;  ///< In `closing`.
    };

    Impl(TcpLimits its_limits, Epoll set, Descriptor on_v4, Descriptor on_v6, std::uint16_t port)
        : limits(its_limits),
          epoll(std::move(set)),
          v4(std::move(on_v4)),
          v6(std::move(on_v6)),
          number(port) {}

    void watch_listeners(std::uint32_t events);
    void accept_some(Instant now, int listener);
    void take_in(Instant now, Descriptor socket, const Endpoint& remote);
    [[nodiscard]] bool has_its_share(const Endpoint& remote) const;
    bool make_room();

    void serve_unfinished(Instant now, const Receive& receive);
    void serve_ready(Instant now, const Receive& receive);
    void serve(Instant now, Connection& connection, std::uint32_t events, const Receive& receive);
    void read(Instant now, Connection& connection, const Receive& receive);
    void hand_out(Instant now, Connection& connection, const Receive& receive);
    void take_frame(Instant now, Connection& connection, MutableBytes frame, const Receive& receive);
    void flush(Instant now, Connection& connection);

    [[nodiscard]] Instant expiry(const Connection& connection) const;
    void expire(Instant now);
    void resume_accepting(Instant now);
    void close(Connection& connection);
    void send_away(Connection& connection, std::uint64_t& counter);
    void reap();

    TcpLimits limits;
    TcpCounters counters;
    Epoll epoll;
    Descriptor v4;
    Descriptor v6;
    std::uint16_t number;
    std::unordered_map<Path, std::unique_ptr<Connection>> connections;
    std::unordered_map<IpAddress, std::size_t> per_network;
    std::deque<Connection*> unfinished;  ///< Whole frames wait in their buffers.
    std::vector<Connection*> closing;    ///< Until no event and no caller can mean them any more.
    std::vector<Path> closed;
    std::optional<Instant> next_expiry;    ///< No connection expires before.
    std::optional<Instant> accepts_again;  ///< Set while listeners are not watched.
};

Result<TcpPort> TcpPort::open(std::uint16_t number, TcpLimits limits) {
    auto epoll = Epoll::open();
    if (!epoll) return epoll.error();
    Result<Descriptor> v4 = Descriptor{};
    Result<Descriptor> v6 = Descriptor{};
    std::uint16_t bound = 0;
    // Any free IPv4 port may be one that somebody uses on IPv6.
    for (int tries = 0; tries < (number == 0 ? kTriesForAnyTcpPort : 1); ++tries) {
        v4 = open_listener(AF_INET, number, limits.idle_time);
        if (!v4) return v4.error();
        const auto local = local_endpoint(v4->get());
        if (!local) return local.error();
        bound = local->port;
        v6 = open_listener(AF_INET6, bound, limits.idle_time);
        if (v6 || v6.error() != boost::system::errc::address_in_use) break;
    }
    // A host without IPv6 is served over IPv4; a port taken by somebody else is an error in both.
    if (!v6 && v6.error() == boost::system::errc::address_in_use) return v6.error();
    auto impl = std::make_unique<Impl>(limits, std::move(*epoll), std::move(*v4),
                                       v6 ? std::move(*v6) : Descriptor{}, bound);
    for (Descriptor* listener : {&impl->v4, &impl->v6}) {
        if (!*listener) continue;
        const auto added = impl->epoll.add(listener->get(), EPOLLIN, listener);
        if (!added) return added.error();
    }
    return TcpPort{std::move(impl)};
}

TcpPort::TcpPort(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TcpPort::~TcpPort() = default;
TcpPort::TcpPort(TcpPort&&) noexcept = default;
TcpPort& TcpPort::operator=(TcpPort&&) noexcept = default;

std::uint16_t TcpPort::number() const { return impl_->number; }
int TcpPort::descriptor() const { return impl_->epoll.descriptor(); }
std::size_t TcpPort::connection_count() const { return impl_->connections.size(); }
const TcpCounters& TcpPort::counters() const { return impl_->counters; }
std::vector<Path> TcpPort::take_closed() { return std::exchange(impl_->closed, {}); }

std::optional<Instant> TcpPort::deadline() const {
    if (!impl_->unfinished.empty() || !impl_->closing.empty()) return Instant{};
    if (!impl_->accepts_again) return impl_->next_expiry;
    return std::min(impl_->next_expiry.value_or(Instant::max()), *impl_->accepts_again);
}

void TcpPort::receive(Instant now, const Receive& receive) {
    impl_->serve_unfinished(now, receive);
    impl_->serve_ready(now, receive);
    impl_->expire(now);
    impl_->resume_accepting(now);
    impl_->reap();
}

void TcpPort::send(Instant now, std::span<const Transmit> datagrams) {
    for (const Transmit& datagram : datagrams) {
        const auto found = impl_->connections.find(datagram.path);
        if (found == impl_->connections.end() || found->second->closing) {
            ++impl_->counters.unroutable;
            continue;
        }
        Impl::Connection& connection = *found->second;
        connection.answered = true;
        connection.outgoing.push(now, FrameSplitter::frame(datagram.bytes));
        if (!connection.outgoing.blocked()) impl_->flush(now, connection);
    }
}

void TcpPort::Impl::serve_unfinished(Instant now, const Receive& receive) {
    for (std::size_t turns = std::min(unfinished.size(), kEventsPerTurn); turns > 0; --turns) {
        Connection& connection = *unfinished.front();
        unfinished.pop_front();
        connection.unfinished = false;
        if (!connection.closing) hand_out(now, connection, receive);
    }
}

void TcpPort::Impl::serve_ready(Instant now, const Receive& receive) {
    std::array<epoll_event, kEventsPerTurn> space{};
    for (const epoll_event& event : epoll.ready(space)) {
        if (event.data.ptr == &v4 || event.data.ptr == &v6) {
            accept_some(now, static_cast<const Descriptor*>(event.data.ptr)->get());
        } else {
            serve(now, *static_cast<Connection*>(event.data.ptr), event.events, receive);
        }
    }
}

void TcpPort::Impl::accept_some(Instant now, int listener) {
    for (std::size_t i = 0; i < kAcceptsPerTurn; ++i) {
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        Descriptor socket{::accept4(listener, reinterpret_cast<sockaddr*>(&address), &length,
                                    SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (!socket && out_of_descriptors(errno)) {
            accepts_again = now + kAcceptPause;
            return watch_listeners(0);
        }
        if (!socket) return;
        const auto remote = from_sockaddr(reinterpret_cast<const sockaddr&>(address));
        if (remote) take_in(now, std::move(socket), *remote);
    }
}

void TcpPort::Impl::take_in(Instant now, Descriptor socket, const Endpoint& remote) {
    const auto local = local_endpoint(socket.get());
    if (!local) return;
    const Path path{*local, remote, Transport::tcp};
    // The same ends again: the old connection was reset, and that is still to be read. The peer may try
    // again.
    if (connections.contains(path) || has_its_share(remote) || !make_room()) {
        ++counters.refused;
        return reset_on_close(socket.get());
    }
    auto connection = std::make_unique<Connection>(std::move(socket), path, now, *this);
    if (!epoll.add(connection->socket.get(), EPOLLIN | EPOLLRDHUP, connection.get())) return;
    ++counters.accepted;
    ++per_network[network_of(remote.ip)];
    next_expiry = std::min(next_expiry.value_or(Instant::max()), expiry(*connection));
    connections.emplace(path, std::move(connection));
}

bool TcpPort::Impl::has_its_share(const Endpoint& remote) const {
    const auto found = per_network.find(network_of(remote.ip));
    return found != per_network.end() && found->second >= limits.connections_per_address;
}

/// A call's connection is answered within a round trip; strangers who come from many addresses and say
/// nothing useful shall not keep callers out. The oldest that nobody has answered gives way.
bool TcpPort::Impl::make_room() {
    if (connections.size() - closing.size() < limits.connections) return true;
    Connection* oldest = nullptr;
    for (const auto& [path, connection] : connections) {
        if (connection->answered || connection->closing) continue;
        if (oldest == nullptr || connection->accepted < oldest->accepted) oldest = connection.get();
    }
    if (oldest != nullptr) send_away(*oldest, counters.evicted);
    return oldest != nullptr;
}

void TcpPort::Impl::serve(Instant now, Connection& connection, std::uint32_t events, const Receive& receive) {
    if (connection.closing) return;
    if ((events & EPOLLOUT) != 0) flush(now, connection);
    // What is unfinished has had its turn.
    if ((events & ~EPOLLOUT) != 0 && !connection.unfinished && !connection.closing)
        read(now, connection, receive);
}

void TcpPort::Impl::read(Instant now, Connection& connection, const Receive& receive) {
    const MutableBytes space = connection.incoming.space();
    const auto count = ::recv(connection.socket.get(), space.data(), space.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return close(connection);
    connection.incoming.filled(static_cast<std::size_t>(count));
    hand_out(now, connection, receive);
}

void TcpPort::Impl::hand_out(Instant now, Connection& connection, const Receive& receive) {
    for (std::size_t i = 0; i < limits.frames_per_turn && !connection.closing; ++i) {
        const auto frame = connection.incoming.next();
        if (!frame) break;
        if (!frame->empty()) take_frame(now, connection, *frame, receive);
    }
    if (connection.closing) return;
    if (connection.incoming.broken()) return send_away(connection, counters.rejected);
    if (!connection.incoming.has_next()) return;
    connection.unfinished = true;
    unfinished.push_back(&connection);
}

void TcpPort::Impl::take_frame(Instant now, Connection& connection, MutableBytes frame,
                               const Receive& receive) {
    if (!connection.admitted && !is_binding_request(frame)) return send_away(connection, counters.rejected);
    connection.admitted = true;
    connection.heard = now;
    ++counters.received;
    receive(connection.path, frame);
}

void TcpPort::Impl::flush(Instant now, Connection& connection) {
    if (!connection.outgoing.flush(now, connection.socket.get())) return close(connection);
    const bool blocked = connection.outgoing.blocked();
    if (blocked == connection.watches_output) return;
    connection.watches_output = blocked;
    const std::uint32_t events = EPOLLIN | EPOLLRDHUP | (blocked ? EPOLLOUT : 0U);
    if (!epoll.change(connection.socket.get(), events, &connection)) close(connection);
}

Instant TcpPort::Impl::expiry(const Connection& connection) const {
    if (!connection.admitted) return connection.accepted + limits.first_frame_time;
    if (!connection.answered) return connection.accepted + limits.answer_time;
    return connection.heard + limits.idle_time;
}

/// What happens to a connection only moves its expiry to later, so looking at all is seldom needed.
void TcpPort::Impl::expire(Instant now) {
    if (!next_expiry || now < *next_expiry) return;
    next_expiry.reset();
    for (const auto& entry : connections) {
        Connection& connection = *entry.second;
        if (connection.closing) continue;
        if (expiry(connection) <= now) {
            send_away(connection, counters.expired);
        } else {
            next_expiry = std::min(next_expiry.value_or(Instant::max()), expiry(connection));
        }
    }
}

void TcpPort::Impl::watch_listeners(std::uint32_t events) {
    for (Descriptor* listener : {&v4, &v6}) {
        // A listener that cannot be watched is tried again: the pause is set already or set anew.
        if (*listener) static_cast<void>(epoll.change(listener->get(), events, listener));
    }
}

void TcpPort::Impl::resume_accepting(Instant now) {
    if (!accepts_again || now < *accepts_again) return;
    accepts_again.reset();
    watch_listeners(EPOLLIN);
}

void TcpPort::Impl::send_away(Connection& connection, std::uint64_t& counter) {
    ++counter;
    reset_on_close(connection.socket.get());
    close(connection);
}

void TcpPort::Impl::close(Connection& connection) {
    if (connection.closing) return;
    connection.closing = true;
    closing.push_back(&connection);
}

void TcpPort::Impl::reap() {
    if (closing.empty()) return;
    std::erase_if(unfinished, [](const Connection* connection) { return connection->closing; });
    for (const Connection* connection : std::exchange(closing, {})) {
        const Path path = connection->path;
        if (connection->admitted) closed.push_back(path);
        const auto network = per_network.find(network_of(path.remote.ip));
        if (--network->second == 0) per_network.erase(network);
        connections.erase(path);
    }
}

}  // namespace legroom::io
