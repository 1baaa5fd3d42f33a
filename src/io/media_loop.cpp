#include "io/media_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

#include "io/clock.hpp"

namespace legroom::io {
namespace {

constexpr Duration kLongestWait = std::chrono::seconds{1};
constexpr int kNiceness = -11;
/// Like datagrams, what callers keep posting waits until the others, and what is to be sent, had their turn.
constexpr std::size_t kCommandsPerTurn = 32;
/// Handshakes take their time: the audio of a tick between two of them does not wait for a whole batch.
constexpr Duration kLongestHold = std::chrono::milliseconds{2};

/// Asks that this thread goes before others when the machine is busy: what is late here is heard. Needs
/// CAP_SYS_NICE; without it everything works as before.
void hurry() { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness); }

Epoll open_epoll() {
    auto epoll = Epoll::open();
    if (!epoll) throw std::system_error(errno, std::generic_category(), "epoll");
    return std::move(*epoll);
}

}  // namespace

MediaLoop::MediaLoop(MediaPorts ports, engine::Shard& shard, EventSink on_event, LinkSink on_link_closed)
    : ports_(std::move(ports)),
      shard_(shard),
      on_event_(std::move(on_event)),
      on_link_closed_(std::move(on_link_closed)),
      epoll_(open_epoll()) {
    watch(mailbox_.descriptor(), Source::mailbox);
    for (const int socket : ports_.udp.descriptors()) watch(socket, Source::udp);
    if (ports_.tcp) watch(ports_.tcp->descriptor(), Source::tcp);
    if (ports_.links) watch(ports_.links->descriptor(), Source::links);
}

void MediaLoop::watch(int descriptor, Source source) {
    bool& ready = ready_[static_cast<std::size_t>(source)];
    const auto added = epoll_.add(descriptor, EPOLLIN, &ready);
    if (!added) throw std::system_error(added.error().value(), std::generic_category(), "epoll_ctl");
}

void MediaLoop::run() {
    hurry();
    while (!stopping_) {
        wait();
        if (is_ready(Source::mailbox)) take_commands();
        receive_datagrams();
        receive_streams();
        shard_.handle_timeout(now());
        pump();
    }
    take_commands();
    shard_.close(now());
    pump();
}

void MediaLoop::stop() {
    stopping_ = true;
    mailbox_.wake();
}

void MediaLoop::post(engine::Command command) { mailbox_.post(std::move(command)); }

void MediaLoop::set_link_servers(std::vector<LinkServer> servers) {
    {
        const std::lock_guard lock(link_servers_mutex_);
        link_servers_ = std::move(servers);
    }
    mailbox_.wake();
}

void MediaLoop::wait() {
    const auto due = deadline();
    const Duration longest = due ? *due - now() : kLongestWait;
    std::array<epoll_event, kSources + 1> space{};  // UDP has two sockets.
    ready_.fill(false);
    for (const epoll_event& event : epoll_.wait(space, std::clamp(longest, Duration::zero(), kLongestWait)))
        *static_cast<bool*>(event.data.ptr) = true;
}

std::optional<Instant> MediaLoop::deadline() {
    std::optional<Instant> earliest = shard_.deadline();
    const auto consider = [&earliest](std::optional<Instant> other) {
        if (other && (!earliest || *other < *earliest)) earliest = other;
    };
    if (ports_.tcp) consider(ports_.tcp->deadline());
    if (ports_.links) consider(ports_.links->deadline());
    return earliest;
}

void MediaLoop::take_commands() {
    const auto commands = mailbox_.take(kCommandsPerTurn);
    // After taking: the servers a command speaks of were told before it was posted.
    take_link_servers();
    for (const engine::Command& command : commands) {
        shard_.handle_command(now(), command);
        pump_if_held();
    }
}

void MediaLoop::take_link_servers() {
    if (!ports_.links) return;
    const std::lock_guard lock(link_servers_mutex_);
    if (link_servers_) ports_.links->set_servers(*std::exchange(link_servers_, std::nullopt));
}

void MediaLoop::receive_datagrams() {
    // One batch a turn: what keeps coming waits in the kernel until timers have had their turn.
    ports_.udp.receive([this](const Path& path, MutableBytes datagram) { take_datagram(path, datagram); });
}

void MediaLoop::receive_streams() {
    if (ports_.tcp && is_due(Source::tcp, ports_.tcp->deadline())) {
        ports_.tcp->receive(now(),
                            [this](const Path& path, MutableBytes frame) { take_datagram(path, frame); });
        for (const Path& path : ports_.tcp->take_closed()) shard_.handle_closed(now(), path);
    }
    if (ports_.links && is_due(Source::links, ports_.links->deadline())) {
        ports_.links->receive(
            now(), [this](const Path& path, MutableBytes message) { take_datagram(path, message); });
        for (ClosedLink& link : ports_.links->take_closed()) {
            shard_.handle_closed(now(), link.path);
            if (on_link_closed_) on_link_closed_(std::move(link));
        }
    }
}

/// A server without streams pays two comparisons a turn for them, and no system call.
bool MediaLoop::is_due(Source source, std::optional<Instant> deadline) const {
    return is_ready(source) || (deadline && *deadline <= now());
}

void MediaLoop::take_datagram(const Path& path, MutableBytes datagram) {
    shard_.handle_datagram(now(), path, datagram);
    pump_if_held();
}

void MediaLoop::pump_if_held() {
    if (now() - pumped_ >= kLongestHold) pump();
}

void MediaLoop::pump() {
    outgoing_.clear();
    while (auto output = shard_.poll()) {
        if (auto* datagram = std::get_if<Transmit>(&*output)) {
            (datagram->path.transport == Transport::udp ? outgoing_ : outgoing_streams_)
                .push_back(std::move(*datagram));
        } else if (const auto* useless = std::get_if<engine::CloseStream>(&*output)) {
            send_streams();  // what was to go by it before
            if (ports_.links) ports_.links->close(useless->path);
        } else {
            auto event = std::get<engine::Event>(std::move(*output));
            if (const auto* media = std::get_if<engine::MediaReported>(&event))
                media->figures->ports = port_figures();
            on_event_(std::move(event));
        }
    }
    ports_.udp.send(outgoing_);
    send_streams();
    pumped_ = now();
}

engine::PortFigures MediaLoop::port_figures() const {
    engine::PortFigures figures;
    const UdpCounters& udp = ports_.udp.counters();
    figures.udp = {udp.received, udp.sent, udp.unsent};
    figures.udp_oversized = udp.oversized;
    if (ports_.tcp) {
        const TcpCounters& tcp = ports_.tcp->counters();
        figures.tcp = {tcp.received, tcp.output.sent, tcp.output.unsent + tcp.unroutable};
        figures.tcp_connections = tcp.accepted;
        figures.tcp_refused = tcp.refused + tcp.evicted;
    }
    if (ports_.links) {
        const LinkCounters& links = ports_.links->counters();
        figures.links = {links.received, links.output.sent, links.output.unsent + links.unroutable};
    }
    return figures;
}

void MediaLoop::send_streams() {
    for (const Transmit& datagram : outgoing_streams_) {
        if (ports_.links && ports_.links->serves(datagram.path)) {
            ports_.links->send(now(), {&datagram, 1});
        } else if (ports_.tcp) {
            ports_.tcp->send(now(), {&datagram, 1});
        }
    }
    outgoing_streams_.clear();
}

}  // namespace legroom::io
