#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/srtp_profile.hpp"
#include "base/time.hpp"
#include "dtls/certificate.hpp"

namespace legroom::dtls {

enum class Role { client, server };  ///< SDP a=setup: active is the client, passive the server.

struct Established {
    SrtpKeys keys;
};
struct Failed {
    std::string reason;  ///< For the log: "fingerprint mismatch", "no common SRTP profile", …
};
/// close_notify from the peer: it hung up.
struct Closed {};

/// A datagram for the peer, on whatever path ICE says.
struct Datagram {
    ByteVector bytes;
};

using Output = std::variant<Datagram, Established, Failed, Closed>;

struct HandshakeConfig {
    Role role = Role::server;
    Certificate certificate;
    /// The peer's certificate must match each of these (at least one; sha-1 alone is refused before).
    std::vector<Fingerprint> remote_fingerprints;
};

/// DTLS 1.2 for one peer over memory BIOs (RFC 6347), keying SRTP (RFC 5764). Sans-IO: drive it like
/// ice::Agent. Output datagrams are at most 1200 bytes.
class Handshake {
public:
    /// A client sends its ClientHello on start().
    explicit Handshake(HandshakeConfig config);
    ~Handshake();
    Handshake(Handshake&&) noexcept;
    Handshake& operator=(Handshake&&) noexcept;

    /// The path works: begin. `round_trip` sets the retransmit timer: clamp(2 * rtt, 50 ms, 1 s).
    void start(Instant now, Duration round_trip);
    /// Takes a datagram whose first byte is 20..63 (RFC 7983). Before start() it is kept (bounded) for a
    /// server, whose peer may be ahead. Garbage is dropped.
    void handle_datagram(Instant now, Bytes datagram);
    void handle_timeout(Instant now);
    /// Queues close_notify; nothing more is to be sent after it.
    void close();

    [[nodiscard]] std::optional<Output> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::dtls
