#include "io/server_links.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unordered_map>

#include "ice/turn_stream.hpp"
#include "io/epoll.hpp"
#include "io/socket.hpp"
#include "io/socket_address.hpp"
#include "stun/message.hpp"

namespace legroom::io {
namespace {

constexpr std::size_t kLinksPerTurn = 16;
constexpr std::size_t kReadPerTurn = 16 * 1024;
constexpr int kUnsentInKernelOfLink = 16 * 1024;              ///< As TcpPort's, for the voices of many legs.
constexpr Duration kLinkPatience = std::chrono::seconds{60};  ///< As an ICE-TCP connection's.

/// Nobody repeats a request that is sent over a stream (RFC 8489 §6.2.2); voice is no use late.
StreamOutput::Keep keep_of(Bytes message) {
    const auto header = stun::peek_header(message);
    return header && header->kind == stun::Class::request ? StreamOutput::Keep::always
                                                          : StreamOutput::Keep::while_fresh;
}

std::string text_of(int error) { return error_code{error, boost::system::system_category()}.message(); }

/// A socket that is about to be connected.
Result<Descriptor> begin_connect(const IpAddress& local, const Endpoint& server) {
    auto socket = make_socket(server.ip.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM);
    if (!socket) return socket;
    set_voice_options(socket->get(), kUnsentInKernelOfLink, kLinkPatience);
    if (!local.is_unspecified()) {
        const auto bound = bind_to(socket->get(), {local, 0});
        if (!bound) return bound.error();
    }
    sockaddr_storage address{};
    const socklen_t length = to_sockaddr(server, address);
    const int result = ::connect(socket->get(), reinterpret_cast<const sockaddr*>(&address), length);
    if (result != 0 && errno != EINPROGRESS) return last_error();
    return socket;
}

}  // namespace

struct ServerLinks::Impl {
    enum class State : std::uint8_t { connecting, securing, open };

    struct Link {
        Link(const Path& its_path, Instant now, Impl& owner)
            : path(its_path), outgoing(owner.limits.output, owner.counters.output), begun(now), used(now) {}

        Path path;
        std::string host;
        Descriptor socket;
        State state = State::connecting;
        std::optional<TlsClient> tls;
        ice::TurnStream incoming;
        StreamOutput outgoing;
        Instant begun;
        Instant used;
        std::uint32_t watched = 0;
        bool gone = false;  ///< In `gone`.
    };

    Impl(Epoll set, std::optional<TlsTrust> its_trust, LinkLimits its_limits)
        : epoll(std::move(set)), trust(std::move(its_trust)), limits(its_limits) {}

    [[nodiscard]] const LinkServer* server_of(const Path& path) const;
    Link* find_or_open(Instant now, const Path& path);
    bool in_retry_pause(Instant now, const Path& path);
    void connect(Instant now, Link& link);

    void serve(Instant now, Link& link, const Receive& receive);
    void finish_connect(Instant now, Link& link);
    void secure(Link& link);
    void become_open(Instant now, Link& link);
    void read(Instant now, Link& link, const Receive& receive);
    void take_records(Instant now, Link& link, Bytes bytes, const Receive& receive);
    void take_messages(Instant now, Link& link, Bytes bytes, const Receive& receive);
    void hand_out(Instant now, Link& link, const Receive& receive);
    void flush(Instant now, Link& link);
    void watch(Link& link);

    [[nodiscard]] Instant expiry(const Link& link) const;
    void expire(Instant now);
    void lose(Instant now, Link& link, std::string why);
    void remove(Link& link);

    Epoll epoll;
    std::optional<TlsTrust> trust;
    LinkLimits limits;
    LinkCounters counters;
    std::vector<LinkServer> servers;
    std::unordered_map<Path, std::unique_ptr<Link>> links;
    std::unordered_map<Path, Instant> lost_at;  ///< Within retry_pause.
    std::vector<std::unique_ptr<Link>> gone;    ///< Until no event and no caller can mean them any more.
    std::vector<ClosedLink> closed;
    std::array<std::uint8_t, kReadPerTurn> buffer{};
    ByteVector plain;
};

Result<ServerLinks> ServerLinks::open(std::optional<TlsTrust> trust, LinkLimits limits) {
    auto epoll = Epoll::open();
    if (!epoll) return epoll.error();
    return ServerLinks{std::make_unique<Impl>(std::move(*epoll), std::move(trust), limits)};
}

ServerLinks::ServerLinks(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerLinks::~ServerLinks() = default;
ServerLinks::ServerLinks(ServerLinks&&) noexcept = default;
ServerLinks& ServerLinks::operator=(ServerLinks&&) noexcept = default;

void ServerLinks::set_servers(std::vector<LinkServer> servers) { impl_->servers = std::move(servers); }
bool ServerLinks::serves(const Path& path) const {
    return impl_->links.contains(path) || impl_->server_of(path) != nullptr;
}
int ServerLinks::descriptor() const { return impl_->epoll.descriptor(); }
std::size_t ServerLinks::link_count() const { return impl_->links.size(); }
const LinkCounters& ServerLinks::counters() const { return impl_->counters; }
std::vector<ClosedLink> ServerLinks::take_closed() { return std::exchange(impl_->closed, {}); }

std::optional<Instant> ServerLinks::deadline() const {
    if (!impl_->gone.empty()) return Instant{};
    std::optional<Instant> earliest;
    for (const auto& entry : impl_->links) {
        const Instant due = impl_->expiry(*entry.second);
        if (!earliest || due < *earliest) earliest = due;
    }
    return earliest;
}

void ServerLinks::receive(Instant now, const Receive& receive) {
    std::array<epoll_event, kLinksPerTurn> space{};
    for (const epoll_event& event : impl_->epoll.ready(space)) {
        impl_->serve(now, *static_cast<Impl::Link*>(event.data.ptr), receive);
    }
    impl_->expire(now);
    impl_->gone.clear();
}

void ServerLinks::send(Instant now, std::span<const Transmit> messages) {
    for (const Transmit& message : messages) {
        Impl::Link* const link = impl_->find_or_open(now, message.path);
        if (link == nullptr) {
            ++impl_->counters.unroutable;
            continue;
        }
        link->used = now;
        link->outgoing.push(now, ice::TurnStream::frame(message.bytes), keep_of(message.bytes));
        if (link->state == Impl::State::open && !link->outgoing.blocked()) impl_->flush(now, *link);
    }
}

void ServerLinks::close(const Path& path) {
    const auto found = impl_->links.find(path);
    if (found != impl_->links.end()) impl_->remove(*found->second);
}

const LinkServer* ServerLinks::Impl::server_of(const Path& path) const {
    const auto found = std::find_if(servers.begin(), servers.end(), [&](const LinkServer& server) {
        return server.endpoint == path.remote && server.transport == path.transport;
    });
    return found == servers.end() ? nullptr : &*found;
}

/// nullptr: no such server, too many links, or one that was lost just now.
ServerLinks::Impl::Link* ServerLinks::Impl::find_or_open(Instant now, const Path& path) {
    if (const auto found = links.find(path); found != links.end()) return found->second.get();
    const LinkServer* const server = server_of(path);
    if (server == nullptr || links.size() >= limits.links || in_retry_pause(now, path)) return nullptr;
    Link& link = *links.emplace(path, std::make_unique<Link>(path, now, *this)).first->second;
    link.host = server->host;
    connect(now, link);
    return link.gone ? nullptr : &link;
}

bool ServerLinks::Impl::in_retry_pause(Instant now, const Path& path) {
    std::erase_if(lost_at, [&](const auto& lost) { return now - lost.second >= limits.retry_pause; });
    // As many as there may be links: whoever asks for ever new paths waits as well.
    return lost_at.contains(path) || lost_at.size() >= limits.links;
}

void ServerLinks::Impl::connect(Instant now, Link& link) {
    if (link.path.transport == Transport::tls && !trust)
        return lose(now, link, "no certificate authorities to verify the server by");
    auto socket = begin_connect(link.path.local.ip, link.path.remote);
    if (!socket) return lose(now, link, socket.error().message());
    link.socket = std::move(*socket);
    link.watched = EPOLLOUT;
    const auto added = epoll.add(link.socket.get(), link.watched, &link);
    if (!added) lose(now, link, added.error().message());
}

void ServerLinks::Impl::serve(Instant now, Link& link, const Receive& receive) {
    if (link.gone) return;
    if (link.state == State::connecting) {
        finish_connect(now, link);
    } else {
        flush(now, link);
        if (!link.gone) read(now, link, receive);
    }
    if (!link.gone) watch(link);
}

void ServerLinks::Impl::finish_connect(Instant now, Link& link) {
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(link.socket.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
    if (error != 0) return lose(now, link, text_of(error));
    if (link.path.transport != Transport::tls) return become_open(now, link);
    link.state = State::securing;
    link.tls = TlsClient::open(*trust, link.host);
    if (!link.tls) return lose(now, link, "TLS cannot be begun for " + link.host);
    flush(now, link);
}

void ServerLinks::Impl::become_open(Instant now, Link& link) {
    link.state = State::open;
    ++counters.opened;
    flush(now, link);
}

void ServerLinks::Impl::read(Instant now, Link& link, const Receive& receive) {
    const auto count = ::recv(link.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count < 0) return lose(now, link, text_of(errno));
    if (count == 0) return lose(now, link, "closed by the server");
    const Bytes bytes = Bytes{buffer}.first(static_cast<std::size_t>(count));
    if (link.tls) {
        take_records(now, link, bytes, receive);
    } else {
        take_messages(now, link, bytes, receive);
    }
}

void ServerLinks::Impl::take_records(Instant now, Link& link, Bytes bytes, const Receive& receive) {
    link.tls->feed(bytes);
    if (link.state == State::securing && link.tls->established()) become_open(now, link);
    plain.clear();
    link.tls->read(plain);
    flush(now, link);  // The handshake's next flight, or an alert.
    if (!plain.empty() && !link.gone) take_messages(now, link, plain, receive);
    if (!link.gone && link.tls->ended())
        lose(now, link, link.tls->error().empty() ? "closed by the server" : link.tls->error());
}

void ServerLinks::Impl::flush(Instant now, Link& link) {
    if (link.tls) link.outgoing.push_raw(link.tls->take_output());
    const auto seal = [&link](const ByteVector& message) {
        link.tls->write(message);
        return link.tls->take_output();
    };
    const auto sent = link.state != State::open ? link.outgoing.flush_raw(link.socket.get())
                      : link.tls                ? link.outgoing.flush(now, link.socket.get(), seal)
                                                : link.outgoing.flush(now, link.socket.get());
    if (!sent) return lose(now, link, sent.error().message());
    watch(link);
}

void ServerLinks::Impl::watch(Link& link) {
    const std::uint32_t events = EPOLLIN | EPOLLRDHUP | (link.outgoing.blocked() ? EPOLLOUT : 0U);
    if (events == link.watched) return;
    link.watched = events;
    // It has been in the set since it was connected: what fails here is only memory, and the next turn tries
    // again.
    if (!epoll.change(link.socket.get(), events, &link)) link.watched = 0;
}

void ServerLinks::Impl::take_messages(Instant now, Link& link, Bytes bytes, const Receive& receive) {
    while (!bytes.empty() && !link.gone) {
        const MutableBytes space = link.incoming.space();
        const Bytes part = bytes.first(std::min(bytes.size(), space.size()));
        std::copy(part.begin(), part.end(), space.begin());
        link.incoming.filled(part.size());
        bytes = bytes.subspan(part.size());
        hand_out(now, link, receive);
    }
}

void ServerLinks::Impl::hand_out(Instant now, Link& link, const Receive& receive) {
    link.used = now;
    while (const auto message = link.incoming.next()) {
        ++counters.received;
        receive(link.path, *message);
        if (link.gone) return;  // What was sent in answer found it lost.
    }
    if (link.incoming.broken()) lose(now, link, "what the server sends is not TURN");
}

Instant ServerLinks::Impl::expiry(const Link& link) const {
    if (link.state != State::open) return link.begun + limits.connect_time;
    return link.used + limits.idle_time;
}

void ServerLinks::Impl::expire(Instant now) {
    for (auto next = links.begin(); next != links.end();) {
        Link& link = *(next++)->second;  // Losing it takes it out of the map.
        if (expiry(link) > now) continue;
        lose(now, link, link.state == State::open ? "not used any more" : "no connection in time");
    }
}

void ServerLinks::Impl::lose(Instant now, Link& link, std::string why) {
    if (link.gone) return;
    ++counters.lost;
    lost_at[link.path] = now;
    closed.push_back({link.path, std::move(why)});
    remove(link);
}

void ServerLinks::Impl::remove(Link& link) {
    link.gone = true;
    gone.push_back(std::move(links.extract(link.path).mapped()));
}

}  // namespace legroom::io
