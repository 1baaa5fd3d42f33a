#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/shard.hpp"
#include "io/epoll.hpp"
#include "io/mailbox.hpp"
#include "io/server_links.hpp"
#include "io/tcp_port.hpp"
#include "io/udp_port.hpp"

namespace legroom::io {

/// What a media loop reaches the network by.
struct MediaPorts {
    UdpPort udp;
    std::optional<TcpPort> tcp;        ///< ICE-TCP, where it is wanted.
    std::optional<ServerLinks> links;  ///< To TURN servers over TCP and TLS, where there are any.
};

/// Drives one shard on one thread: waits for datagrams, commands and the shard's deadline, and carries what
/// comes out to the network and to control.
class MediaLoop {
public:
    using EventSink = std::function<void(engine::Event)>;
    using LinkSink = std::function<void(ClosedLink)>;

    /// `shard` must outlive the loop and is touched by the loop's thread alone while run() runs. `on_event`
    /// and `on_link_closed`, which may be empty, are called on that thread.
    MediaLoop(MediaPorts ports, engine::Shard& shard, EventSink on_event, LinkSink on_link_closed = nullptr);

    void run();                          ///< Until stop(); then says goodbye to every peer and returns.
    void stop();                         ///< From any thread.
    void post(engine::Command command);  ///< From any thread.
    /// ServerLinks::set_servers(), from any thread. Done before any command that is posted afterwards.
    void set_link_servers(std::vector<LinkServer> servers);

private:
    enum class Source : std::uint8_t { mailbox, udp, tcp, links };
    static constexpr std::size_t kSources = 4;

    void watch(int descriptor, Source source);
    [[nodiscard]] bool is_ready(Source source) const { return ready_[static_cast<std::size_t>(source)]; }
    void wait();
    [[nodiscard]] std::optional<Instant> deadline();
    void take_commands();
    void take_link_servers();
    void receive_datagrams();
    void receive_streams();
    [[nodiscard]] bool is_due(Source source, std::optional<Instant> deadline) const;
    void take_datagram(const Path& path, MutableBytes datagram);
    void pump();
    void pump_if_held();
    void send_streams();
    [[nodiscard]] engine::PortFigures port_figures() const;

    MediaPorts ports_;
    engine::Shard& shard_;
    EventSink on_event_;
    LinkSink on_link_closed_;
    Mailbox mailbox_;
    std::atomic<bool> stopping_ = false;
    Epoll epoll_;
    std::array<bool, kSources> ready_{};
    std::vector<Transmit> outgoing_;
    std::vector<Transmit> outgoing_streams_;
    Instant pumped_{};
    std::mutex link_servers_mutex_;
    std::optional<std::vector<LinkServer>> link_servers_;  ///< Told by control, not taken yet.
};

}  // namespace legroom::io
