#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/units.hpp"

namespace legroom::app {

enum class LogLevel { debug, info, warn, error };

/// A `stun:` URI (RFC 7064). The host is an IP address or a name; nothing has looked the name up yet.
struct StunServer {
    std::string host;
    std::uint16_t port = 3478;

    friend bool operator==(const StunServer&, const StunServer&) = default;
    [[nodiscard]] std::string to_uri() const;  ///< "stun:stun.example.org:3478", "stun:[2001:db8::1]:3478"
};

/// A `turn:` or `turns:` URI (RFC 7065), and the long-term credentials (RFC 8489 §9.2) to go with it.
struct TurnServer {
    std::string host;
    std::uint16_t port = 3478;
    Transport transport = Transport::udp;  ///< tls: a `turns:` URI.
    std::string username;                  ///< Empty: none.
    std::string password;

    friend bool operator==(const TurnServer&, const TurnServer&) = default;
    /// Without credentials: "turn:turn.example.org:3478?transport=udp", "turns:[2001:db8::1]:5349?…=tcp"
    [[nodiscard]] std::string to_uri() const;
};

/// One entry of WEBRTC_EXTERNAL_IPS: an address outside, and how a NAT maps it to one of ours.
struct ExternalAddress {
    std::string host;                   ///< An IP address or a name; nothing has looked the name up yet.
    std::optional<IpAddress> internal;  ///< Ours; nullopt: the first one of the same family.
    bool add = false;                   ///< Announced besides the interfaces' addresses, not instead.

    friend bool operator==(const ExternalAddress&, const ExternalAddress&) = default;
    [[nodiscard]] std::string to_string() const;  ///< "203.0.113.7", "add:voice.example.org/10.0.0.4"
};

/// Names of interfaces, each perhaps with a `*` at its end that stands for any rest.
struct InterfaceLists {
    std::vector<std::string> allowed;  ///< Empty: all of them.
    std::vector<std::string> denied;   ///< Goes before `allowed`.
};

struct HttpConfig {
    /// Where the API listens. `[::]` stands for every address of the machine, IPv4 as well; port 0 for any
    /// free one.
    Endpoint listen{IpAddress::v4({127, 0, 0, 1}), 8080};
    std::size_t max_connections = 1'000;
};

struct MediaConfig {
    std::uint16_t udp_port = 10'000;            ///< The one port of every leg; 0: any free one.
    std::optional<std::uint16_t> udp_port_max;  ///< RTP_PORT_MAX, checked and otherwise without effect.

    bool ice_tcp = true;                    ///< Listen for ICE-TCP (RFC 6544).
    std::optional<std::uint16_t> tcp_port;  ///< Where; nullopt: the UDP port's number; 0: any free one.

    std::vector<StunServer> stun_servers;  ///< Empty: no third party is ever contacted.
    std::vector<TurnServer> turn_servers;  ///< For relayed candidates of our own; each has credentials.
    std::string turn_username;             ///< For entries of ICE_SERVERS without one of their own.
    std::string turn_password;
    std::string turn_ca_file;  ///< PEM, to trust besides the system's; empty: none.

    std::vector<ExternalAddress> external;
    bool discover_external = false;  ///< "auto": the STUN servers say more of them.
    InterfaceLists interfaces;

    bool allow_local_targets = false;  ///< Check candidates on loopback and the like that a peer names.

    SampleRate default_sample_rate = SampleRate::k16000;  ///< Of rooms created without one.
    bool comfort_noise = true;
    bool speech_detection = false;  ///< Of legs that do not say.
};

/// How long a leg may be without a connection.
struct ConnectionConfig {
    std::chrono::seconds setup_timeout{30};  ///< From its creation until it is connected for the first time.
    std::chrono::seconds reconnect_grace{30};  ///< From `leg.interrupted` on, unless the leg has its own.
};

/// What GET /v1/webrtc/ice-servers hands to clients.
struct ClientIceConfig {
    std::vector<std::string> servers;  ///< stun:, turn: and turns: URIs without credentials.
    std::string turn_secret;       ///< Shared with the TURN servers (the coturn REST scheme). Empty: none.
    std::string turn_secret_file;  ///< Where turn_secret was read from, if from a file.
    std::chrono::seconds turn_credential_ttl{3600};
};

/// What readers of events get.
struct EventsConfig {
    std::size_t ledger_size = 50'000;    ///< Events kept for who comes back.
    std::size_t vsi_connections = 100;   ///< At a time.
    std::size_t vsi_event_buffer = 256;  ///< Events that wait for one slow connection.
};

/// Sounds that are fetched to be played.
struct PlaybackConfig {
    std::string directory = "/var/tmp";  ///< On whose disk they lie meanwhile.
};

/// How events get to webhooks.
struct WebhookConfig {
    std::string url;  ///< Of events whose leg and room have none; empty: they go to nobody.
    std::string secret;
    std::chrono::seconds give_up_after{6 * 3600};
    std::string spool_dir = "/var/tmp";  ///< Where those go that memory does not hold; empty: nowhere.
};

/// Everything an operator can decide, with the defaults a fresh start has. Made by read_command_line();
/// settings.hpp has the names, meanings and limits.
struct Config {
    std::string instance_id;  ///< Empty: the program takes a random UUID.
    LogLevel log_level = LogLevel::info;
    HttpConfig http;
    MediaConfig media;
    ConnectionConfig connection;
    ClientIceConfig client_ice;
    PlaybackConfig playback;
    EventsConfig events;
    WebhookConfig webhook;
    std::string recording_dir = "/tmp/recordings";
    std::size_t max_legs = 10'000;
    std::size_t max_rooms = 10'000;
};

}  // namespace legroom::app
