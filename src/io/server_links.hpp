#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "io/stream_output.hpp"
#include "io/tls_client.hpp"

namespace legroom::io {

/// A TURN server that is talked to over a stream.
struct LinkServer {
    Endpoint endpoint;
    Transport transport = Transport::tcp;  ///< tcp or tls
    /// What its certificate must be for: a name, or an address as text. Unused with tcp.
    std::string host;
};

struct LinkLimits {
    std::size_t links = 32;
    Duration connect_time = std::chrono::seconds{5};  ///< Until TCP, and TLS where it is wanted, are up.
    Duration retry_pause = std::chrono::seconds{1};   ///< After a loss, before the same path is tried again.
    Duration idle_time = std::chrono::minutes{12};  ///< Allocations are refreshed more often (RFC 8656 §7).
    StreamOutputLimits output;
};

struct LinkCounters {
    std::uint64_t opened = 0;      ///< Links that became usable.
    std::uint64_t lost = 0;        ///< Links that failed, or ended once they were usable.
    std::uint64_t received = 0;    ///< Messages handed out.
    std::uint64_t unroutable = 0;  ///< Messages to no server of ours, over a limit, or within retry_pause.
    StreamOutputCounters output;   ///< Messages.
};

/// A link that is no more.
struct ClosedLink {
    Path path;
    std::string why;  ///< For the operator to read: "certificate refused: certificate has expired".
};

/// The outgoing streams to TURN servers, over TCP or TLS (RFC 8656 §3.1): the first message on a path opens
/// the link, what comes back is cut into messages again and carries the same path. Of its local end the
/// address is what the link is bound to, the unspecified one leaving it to the system; the port is a label
/// only, for two links to one server.
///
/// Requests wait for the link to come up; what else cannot be sent soon is dropped whole and counted. Servers
/// that are not verified (see TlsTrust) are never talked to.
///
/// Never waits, and belongs to one thread. Driven as TcpPort is.
class ServerLinks {
public:
    using Receive = std::function<void(const Path&, MutableBytes)>;

    /// Without `trust` no link over TLS is opened.
    static Result<ServerLinks> open(std::optional<TlsTrust> trust, LinkLimits limits = {});
    ~ServerLinks();
    ServerLinks(ServerLinks&&) noexcept;
    ServerLinks& operator=(ServerLinks&&) noexcept;

    /// Which servers there are from now on. A link to one that is no more lives on while it is used.
    void set_servers(std::vector<LinkServer> servers);
    /// Whether the path leads to one of them.
    [[nodiscard]] bool serves(const Path& path) const;

    [[nodiscard]] int descriptor() const;  ///< An epoll set: readable while receive() has something to do.
    [[nodiscard]] std::optional<Instant> deadline() const;

    /// One turn: connects, reads, sends what waited, and hands whole messages to `receive`, which may change
    /// the bytes and call send().
    void receive(Instant now, const Receive& receive);
    void send(Instant now, std::span<const Transmit> messages);
    /// Ends a link that is no longer wanted; take_closed() does not tell of it. What is sent by that path
    /// later opens a new one.
    void close(const Path& path);
    /// Links that could not be opened or are gone since the last call.
    std::vector<ClosedLink> take_closed();

    [[nodiscard]] std::size_t link_count() const;
    [[nodiscard]] const LinkCounters& counters() const;

private:
    struct Impl;
    explicit ServerLinks(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::io
