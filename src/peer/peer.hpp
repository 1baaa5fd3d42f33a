#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>

#include "base/address.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "dtls/handshake.hpp"
#include "ice/agent.hpp"
#include "peer/connectivity.hpp"
#include "peer/presence.hpp"
#include "peer/report.hpp"
#include "peer/reports.hpp"
#include "srtp/session.hpp"

namespace legroom::peer {

struct PeerConfig {
    ice::AgentConfig ice;
    dtls::HandshakeConfig dtls;
    ReportsConfig reports;
    Duration interrupted_after = std::chrono::seconds{5};  ///< Without an authentic packet.
    Duration reconnect_grace = std::chrono::seconds{30};   ///< From interrupted to lost; zero: lost at once.
};

/// ICE and DTLS are up: media flows from here on. Once per peer.
struct Connected {};
/// Nothing authentic has been heard for a while. Everything is kept, and media is sent as long as the peer's
/// consent is fresh.
struct Interrupted {};
/// It is heard again.
struct Resumed {};
/// The peer is lost or never came. Final, and said once; nothing is sent any more.
struct Failed {
    ice::FailureCode code = ice::FailureCode::internal;
    std::string detail;  ///< "consent expired", "fingerprint mismatch", "closed by the peer", …
};
/// An RTP packet that proved authentic and new, decrypted.
struct RtpReceived {
    Instant at;
    ByteVector packet;
};

using Output = std::variant<Transmit, Connected, Interrupted, Resumed, Failed, RtpReceived, RestartEnded>;

/// What was dropped, and why.
struct PeerCounters {
    std::uint64_t unknown_protocol = 0;  ///< First byte of no protocol we speak (RFC 7983).
    std::uint64_t invalid_path = 0;      ///< DTLS from where no check has succeeded.
    std::uint64_t before_keys = 0;       ///< Media ahead of the end of the handshake.
    std::uint64_t srtp_refused = 0;      ///< Forged, damaged or replayed.
    std::uint64_t malformed = 0;         ///< Authentic, and yet no RTP or RTCP.
};

/// One connection. Drive it like ice::Agent. The handshake begins with the first valid pair, before
/// nomination. DTLS is taken from any pair the peer has checked: it may choose one before our own check of it
/// is done. Media is taken wherever it comes from if it is authentic: a NAT that forgot its mapping moves a
/// peer without a word, and we follow with a check. We send to valid pairs alone.
class Peer {
public:
    /// `random` must outlive the peer.
    Peer(PeerConfig config, Random& random, Instant now);

    void add_local_candidate(Instant now, const ice::Candidate& candidate);
    void add_remote_candidate(Instant now, const ice::Candidate& candidate);
    void remove_local(Instant now, const Endpoint& base);
    /// The connection of a tcp path is gone.
    void path_closed(Instant now, const Path& path);
    /// An ICE restart: looks for a new path with these credentials while the present one goes on. Ends with
    /// RestartEnded.
    void restart_ice(Instant now, ice::AgentConfig next);
    /// Takes a datagram of any protocol and may decrypt it in place. Bad ones are dropped and counted.
    void handle_datagram(Instant now, const Path& path, MutableBytes datagram);
    void handle_timeout(Instant now);

    /// Protects and queues a plain RTP packet of our SSRC. Dropped unless connected.
    void send_rtp(Instant now, ByteVector packet);
    /// Says goodbye, RTCP BYE and close_notify, if there is somebody to say it to. Final.
    void close(Instant now);

    /// Gives the peer up because of a fault of our own: Failed with `detail`, and silence.
    void abandon(std::string detail);
    /// How long it may stay interrupted from now on.
    void set_reconnect_grace(Duration grace) { presence_.set_grace(grace); }

    [[nodiscard]] std::optional<Output> poll();
    [[nodiscard]] std::optional<Instant> deadline() const;

    [[nodiscard]] bool connected() const { return phase_ == Phase::connected; }
    [[nodiscard]] bool ever_connected() const { return milestones_.dtls_established.has_value(); }
    [[nodiscard]] bool interrupted() const { return presence_.interrupted(); }
    /// Whether a STUN datagram names one of our ICE generations.
    [[nodiscard]] bool is_addressee(Bytes stun) const { return connectivity_.is_addressee(stun); }
    [[nodiscard]] bool is_valid(const Path& path) const { return connectivity_.is_valid(path); }
    [[nodiscard]] bool has_heard(const Path& path) const { return connectivity_.has_heard(path); }
    [[nodiscard]] PeerReport report(Instant now) const;
    [[nodiscard]] const PeerCounters& counters() const { return counters_; }
    [[nodiscard]] const Reports& reports() const { return reports_; }

private:
    enum class Phase { connecting, connected, ended };

    void handle_media(Instant now, const Path& path, MutableBytes datagram);
    bool handle_rtp(Instant now, MutableBytes datagram);
    bool handle_rtcp(Instant now, MutableBytes datagram);
    void send_reports(Instant now);
    void send_protected_rtcp(ByteVector compound);

    /// Carries on what the machines want: connectivity to handshake, handshake to keys.
    void settle(Instant now);
    void act(Instant now, ConnectivityOutput output);
    void act(Instant now, dtls::Output output);
    void on_path(Instant now);
    void on_keys(Instant now, const SrtpKeys& keys);
    void watch(Instant now);
    void fail(ice::FailureCode code, std::string detail);
    void transmit(ByteVector bytes);
    [[nodiscard]] DtlsState dtls_state() const;
    /// Authentic media counts where the agent takes it: on a path whose consent has run out it does not, for
    /// we may not answer there (RFC 7675 §5.1).
    [[nodiscard]] std::optional<Instant> last_heard() const;

    Connectivity connectivity_;
    dtls::Handshake handshake_;
    Reports reports_;
    Presence presence_;
    std::optional<srtp::Sender> sender_;
    std::optional<srtp::Receiver> receiver_;
    Phase phase_ = Phase::connecting;
    Instant setup_deadline_;
    Milestones milestones_;
    std::optional<Instant> last_media_;   ///< RTP
    std::optional<Instant> last_report_;  ///< RTCP
    std::deque<Output> outbox_;
    PeerCounters counters_;
};

}  // namespace legroom::peer
