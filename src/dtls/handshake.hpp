#pragma once

#include <cstddef>
#include <cstdint>
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
enum class FailureKind {
    refused,      ///< By one of the two sides: parameters, alerts, floods.
    fingerprint,  ///< The peer's certificate is not the one its SDP announced.
    timeout,      ///< No answer.
};
struct Failed {
    std::string reason;  ///< For the log: "fingerprint mismatch", "no common SRTP profile", …
    FailureKind kind = FailureKind::refused;
};
/// close_notify from the peer: it hung up.
struct Closed {};

/// A datagram for the peer, on whatever path ICE says.
struct Datagram {
    ByteVector bytes;
};

/// Input a Handshake threw away.
struct HandshakeCounters {
    std::uint64_t early_dropped = 0;     ///< Before start(): a client's, or beyond kMaxEarlyDatagrams.
    std::uint64_t garbage = 0;           ///< No DTLS by its first byte, too long, or after the end.
    std::uint64_t application_data = 0;  ///< Records of application data; WebRTC voice has none.
};

/// ClientHello in a few fragments, and its first retransmission.
inline constexpr std::size_t kMaxEarlyDatagrams = 8;
/// No DTLS endpoint of ours or a browser's sends longer ones.
inline constexpr std::size_t kMaxInputDatagram = 4096;
/// Input before Established; more is a flood and fails the handshake. A whole handshake has 2 to 4 KB each
/// way, and at most a dozen retransmissions of that.
inline constexpr std::size_t kMaxHandshakeBytes = 96 * 1024;
/// Bytes of an output datagram at most: fits IPv6 over anything (RFC 8831 §5 has the reasoning).
inline constexpr std::size_t kMaxOutputDatagram = 1200;

using Output = std::variant<Datagram, Established, Failed, Closed>;

struct HandshakeConfig {
    Role role = Role::server;
    Certificate certificate;
    /// Of each hash function here the certificate of the peer must match one (RFC 8122 §5.1). Sha-1 alone is
    /// refused.
    std::vector<Fingerprint> remote_fingerprints;
};

/// DTLS 1.2 for one peer over memory BIOs (RFC 6347), keying SRTP (RFC 5764). Sans-IO: drive it like
/// ice::Agent: give it one input, poll() until nullopt, then wait for deadline() or the next datagram. Not
/// thread-safe. After Established it stays in use: it answers retransmissions of the peer's last flight and
/// notices when the peer hangs up.
///
/// The peer's certificate is checked while the handshake runs, so that a wrong one is answered with the alert
/// bad_certificate. SRTP profiles: AEAD_AES_128_GCM, AEAD_AES_256_GCM, AES128_CM_SHA1_80, in this order.
///
/// One thing is not an argument: OpenSSL's retransmission timer reads gettimeofday(). `now` is what deadlines
/// are counted from; tests in virtual time also call sim::set_openssl_clock(now).
class Handshake {
public:
    /// Allocates nothing of OpenSSL's yet; a client sends its ClientHello on start().
    explicit Handshake(HandshakeConfig config);
    ~Handshake();
    Handshake(Handshake&&) noexcept;
    Handshake& operator=(Handshake&&) noexcept;

    /// The path works: begin. `round_trip` sets the retransmit timer: clamp(2 * rtt, 50 ms, 1 s); it doubles
    /// up to 1 s, and the twelfth time it runs out in one flight the handshake fails. The owner bounds the
    /// whole. Fails at once when the fingerprints are none or sha-1 only. A second call does nothing.
    void start(Instant now, Duration round_trip);
    /// Takes a datagram whose first byte is 20..63 (RFC 7983). Before start() it is kept (bounded) for a
    /// server, whose peer may be ahead. Garbage is dropped. Keeps no `datagram`.
    void handle_datagram(Instant now, Bytes datagram);
    /// Retransmits if that is due. Early and repeated calls are harmless.
    void handle_timeout(Instant now);
    /// Queues close_notify (if there is a connection to close); nothing more is sent after it, and input is
    /// dropped. Makes no Closed: that is the peer's doing.
    void close();

    [[nodiscard]] std::optional<Output> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;  ///< nullopt: nothing is scheduled.
    [[nodiscard]] const HandshakeCounters& counters() const;

    struct Impl;  ///< dtls's own business.

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace legroom::dtls
