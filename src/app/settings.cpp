#include "app/settings.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <numeric>

#include "app/ice_settings.hpp"
#include "app/ice_uri.hpp"
#include "app/values.hpp"
#include "app/webhook_settings.hpp"
#include "vsi/hub.hpp"

namespace legroom::app {
namespace {

constexpr std::size_t kMaxInstanceIdBytes = 128;
constexpr std::size_t kMost = 100'000;  // of legs, rooms, connections: far above what one machine carries

constexpr std::size_t kMostEvents = 1'000'000;

/// Puts a parsed value where it belongs, or says that there was none.
template <class To, class Value>
bool put(To& to, const std::optional<Value>& value) {
    if (!value) return false;
    to = static_cast<To>(*value);
    return true;
}

bool set_instance_id(Config& config, std::string_view text) {
    const auto is_visible = [](char c) { return c > 0x20 && c < 0x7f; };
    if (text.size() > kMaxInstanceIdBytes || !std::ranges::all_of(text, is_visible)) return false;
    config.instance_id = text;
    return true;
}

std::string show_instance_id(const Config& config) {
    return config.instance_id.empty() ? std::string{} : in_quotes(config.instance_id);
}

constexpr std::array<std::string_view, 4> kLogLevels{"debug", "info", "warn", "error"};  // as in LogLevel

bool set_log_level(Config& config, std::string_view text) {
    const auto* const found = std::ranges::find(kLogLevels, text);
    if (found == kLogLevels.end()) return false;
    config.log_level = static_cast<LogLevel>(found - kLogLevels.begin());
    return true;
}

std::string show_log_level(const Config& config) {
    return in_quotes(kLogLevels.at(static_cast<std::size_t>(config.log_level)));
}

bool set_sample_rate(Config& config, std::string_view text) {
    if (text != "8000" && text != "16000" && text != "48000") return false;
    return put(config.media.default_sample_rate, parse_number(text, 8'000, 48'000));
}

bool set_http_addr(Config& config, std::string_view text) {
    return put(config.http.listen, parse_listen_address(text));
}

bool set_port(Config& config, std::string_view text) {
    return put(config.media.udp_port, parse_number(text, 0, 65'535));
}

bool set_port_max(Config& config, std::string_view text) {
    std::uint16_t port = 0;
    if (!put(port, parse_number(text, 1, 65'535))) return false;
    config.media.udp_port_max = port;
    return true;
}

std::string show_port_max(const Config& config) {
    return config.media.udp_port_max ? fmt::to_string(*config.media.udp_port_max) : std::string{};
}

/// Anything that is a number, brought within the limits (contract 05).
bool set_event_buffer(Config& config, std::string_view text) {
    const auto size = parse_number(text, 0, std::numeric_limits<std::uint32_t>::max());
    if (!size) return false;
    config.events.vsi_event_buffer = std::clamp(*size, vsi::kMinEventBuffer, vsi::kMaxEventBuffer);
    return true;
}

bool set_directory(std::string& place, std::string_view text) {
    if (!is_directory_name(text)) return false;
    place = text;
    return true;
}

constexpr std::string_view kCount = "a number from 1 to 100000";
constexpr std::string_view kDirectory = "an absolute path without control characters";
constexpr std::string_view kBoolean = "true, 1, yes or on; or false, 0, no or off";
constexpr std::string_view kInterfaces =
    "a comma list of at most 64 interface names, each perhaps with a * at its end, such as eth0, wlan*";
constexpr std::string_view kSecret = "at most 256 bytes of visible text, and not the *** of --print-config";

std::string hide(std::string_view) { return in_quotes(kHidden); }
std::string hide_in_uris(std::string_view text) { return in_quotes(hide_passwords(text)); }

std::string show_seconds(std::chrono::seconds duration) { return fmt::to_string(duration.count()); }

constexpr Setting kSettings[] = {
    {"HTTP_ADDR", "where the API and the page are served; `:8080` and `[::]:8080` mean every address",
     "an address and a port, such as 127.0.0.1:8080, [::1]:8080, localhost:8080 or :8080; port 0 takes any "
     "free one",
     set_http_addr, [](const Config& c) { return in_quotes(c.http.listen.to_string()); }},

    {"INSTANCE_ID", "the instance_id in every answer; a random UUID at each start unless set",
     "at most 128 visible ASCII characters without blanks", set_instance_id, show_instance_id},

    {"LOG_LEVEL", "the least important log lines to write", "debug, info, warn or error", set_log_level,
     show_log_level},

    {"RTP_PORT_MIN", "the one UDP port of all calls; 0 takes any free one", "a port number from 0 to 65535",
     set_port, [](const Config& c) { return fmt::to_string(c.media.udp_port); }},

    {"RTP_PORT_MAX", "end of the port range other servers need; checked, and not used: one port is enough",
     "a port number from 1 to 65535, not below RTP_PORT_MIN", set_port_max, show_port_max},

    {"ICE_TCP_PORT",
     "the one TCP port for callers whose network lets no UDP out (ICE-TCP); same: RTP_PORT_MIN's",
     "same, off, or a port number from 0 to 65535", set_tcp_port, show_tcp_port},

    {"ICE_SERVERS",
     "STUN servers to learn public addresses from and TURN servers to relay; empty: nobody is asked",
     "a comma list of at most 32 stun:HOST[:PORT], turn:[USER:PASSWORD@]HOST[:PORT][?transport=udp|tcp] and "
     "turns:…, with percent-encoding in USER and PASSWORD",
     set_ice_servers, show_ice_servers, hide_in_uris},

    {"ICE_SERVERS_USERNAME", "the user name for TURN servers in ICE_SERVERS without one",
     "at most 508 bytes of visible text, and not the *** of --print-config", set_turn_username,
     show_turn_username},

    {"ICE_SERVERS_CREDENTIAL", "the password for TURN servers in ICE_SERVERS without one", kSecret,
     set_turn_password, show_turn_password, hide},

    {"TURN_CA_FILE", "certificates to trust a turns: server by, besides those of the system",
     "the name of a PEM file", set_turn_ca_file, show_turn_ca_file},

    {"WEBRTC_EXTERNAL_IPS",
     "announce these addresses instead of those of the interfaces, or with add: besides them; auto: also "
     "what\n"
     "      the STUN servers see",
     "a comma list of at most 32 [add:|replace:]ADDRESS[/INTERNAL], with an IP address or a host name and "
     "perhaps the address of this machine it is mapped to, and of auto",
     set_external_ips, show_external_ips},

    {"WEBRTC_INTERFACES", "use only these interfaces for calls; empty: all", kInterfaces,
     set_allowed_interfaces, show_allowed_interfaces},

    {"WEBRTC_INTERFACES_DENY", "do not use these interfaces for calls", kInterfaces, set_denied_interfaces,
     show_denied_interfaces},

    {"ICE_ALLOW_LOCAL_TARGETS", "check candidates at loopback and link-local addresses that callers name",
     kBoolean,
     [](Config& c, std::string_view text) { return put(c.media.allow_local_targets, parse_boolean(text)); },
     [](const Config& c) { return fmt::to_string(c.media.allow_local_targets); }},

    {"SETUP_TIMEOUT", "how long a leg may take to connect", "a duration from 1s to 10m, such as 30 or 30s",
     set_setup_timeout, [](const Config& c) { return show_seconds(c.connection.setup_timeout); }},

    {"RECONNECT_GRACE", "how long an interrupted leg is kept for its caller to come back",
     "a duration from 0 to 1h, such as 30, 30s or 2m", set_reconnect_grace,
     [](const Config& c) { return show_seconds(c.connection.reconnect_grace); }},

    {"CLIENT_ICE_SERVERS", "STUN and TURN servers to name to clients (GET /v1/webrtc/ice-servers)",
     "a comma list of at most 32 stun:, stuns:, turn: and turns: URIs without credentials",
     set_client_ice_servers, show_client_ice_servers, hide_in_uris},

    {"TURN_SECRET", "the secret shared with those TURN servers, to make clients' credentials from", kSecret,
     set_turn_secret, show_turn_secret, hide},

    {"TURN_SECRET_FILE", "a file with the TURN_SECRET in it", "the name of a file", set_turn_secret_file,
     show_turn_secret_file},

    {"TURN_CREDENTIAL_TTL", "how long clients' TURN credentials are good for",
     "a duration from 1m to 24h, such as 3600 or 1h", set_turn_credential_ttl,
     [](const Config& c) { return show_seconds(c.client_ice.turn_credential_ttl); }},

    {"DEFAULT_SAMPLE_RATE", "Hz, for rooms created without a rate", "8000, 16000 or 48000", set_sample_rate,
     [](const Config& c) { return fmt::to_string(hz(c.media.default_sample_rate)); }},

    {"COMFORT_NOISE_ENABLED", "fill a silent mix with very quiet noise", kBoolean,
     [](Config& c, std::string_view text) { return put(c.media.comfort_noise, parse_boolean(text)); },
     [](const Config& c) { return fmt::to_string(c.media.comfort_noise); }},

    {"SPEECH_DETECTION_ENABLED", "tell of who begins and ends to speak, of legs that do not say", kBoolean,
     [](Config& c, std::string_view text) { return put(c.media.speech_detection, parse_boolean(text)); },
     [](const Config& c) { return fmt::to_string(c.media.speech_detection); }},

    {"PLAYBACK_DIR", "where fetched sounds lie while they are played, as files without a name", kDirectory,
     [](Config& c, std::string_view text) { return set_directory(c.playback.directory, text); },
     [](const Config& c) { return in_quotes(c.playback.directory); }},

    {"EVENT_LEDGER_SIZE", "events kept for readers that come back", "a number from 1 to 1000000",
     [](Config& c, std::string_view text) {
         return put(c.events.ledger_size, parse_number(text, 1, kMostEvents));
     },
     [](const Config& c) { return fmt::to_string(c.events.ledger_size); }},

    {"VSI_EVENT_BUFFER_SIZE",
     "events that wait for one slow VSI connection; taken for 16 if less and 1000000 if more",
     "a whole number", set_event_buffer,
     [](const Config& c) { return fmt::to_string(c.events.vsi_event_buffer); }},

    {"VSI_MAX_CONNECTIONS", "most VSI connections at a time", kCount,
     [](Config& c, std::string_view text) {
         return put(c.events.vsi_connections, parse_number(text, 1, kMost));
     },
     [](const Config& c) { return fmt::to_string(c.events.vsi_connections); }},

    {"WEBHOOK_URL", "where events are posted to whose leg and room have no webhook of their own",
     "an http or https URL without a user name, at most 2048 bytes", set_webhook_url, show_webhook_url,
     hide_in_uris},

    {"WEBHOOK_SECRET", "signs what is posted there", kSecret, set_webhook_secret, show_webhook_secret, hide},

    {"WEBHOOK_GIVE_UP_AFTER", "how long an event is tried to be delivered to a webhook",
     "a duration from 0 to 168h, such as 6h", set_webhook_give_up,
     [](const Config& c) { return show_seconds(c.webhook.give_up_after); }},

    {"WEBHOOK_SPOOL_DIR", "where events wait for webhooks that memory does not hold",
     "the name of a directory, beginning with /, or off", set_webhook_spool_dir, show_webhook_spool_dir},

    {"RECORDING_DIR", "where recordings go; made when it is needed", kDirectory,
     [](Config& c, std::string_view text) { return set_directory(c.recording_dir, text); },
     [](const Config& c) { return in_quotes(c.recording_dir); }},

    {"MAX_LEGS", "most legs at a time", kCount,
     [](Config& c, std::string_view text) { return put(c.max_legs, parse_number(text, 1, kMost)); },
     [](const Config& c) { return fmt::to_string(c.max_legs); }},

    {"MAX_ROOMS", "most rooms at a time", kCount,
     [](Config& c, std::string_view text) { return put(c.max_rooms, parse_number(text, 1, kMost)); },
     [](const Config& c) { return fmt::to_string(c.max_rooms); }},

    {"MAX_HTTP_CONNECTIONS", "most HTTP connections at a time", kCount,
     [](Config& c, std::string_view text) {
         return put(c.http.max_connections, parse_number(text, 1, kMost));
     },
     [](const Config& c) { return fmt::to_string(c.http.max_connections); }},
};

// Contract 08, without the settings above. TRUST_PROXY_HEADERS only matters together with ALLOWED_IPS.
constexpr std::string_view kUnused[] = {
    "TRUST_PROXY_HEADERS",
    "WS_JITTER_BUFFER_MS",
    "S3_BUCKET",
    "S3_REGION",
    "S3_ENDPOINT",
    "S3_PREFIX",
    "S3_ALLOW_INSECURE_ENDPOINT",
    "S3_PREFLIGHT_TIMEOUT",
    "S3_REQUEST_PREFLIGHT_TIMEOUT",
    "GCS_BUCKET",
    "GCS_OBJECT_NAME_PREFIX",
    "ELEVENLABS_API_KEY",
    "VAPI_API_KEY",
    "DEEPGRAM_API_KEY",
    "AZURE_SPEECH_KEY",
    "AZURE_SPEECH_REGION",
    "TTS_CACHE_ENABLED",
    "TTS_CACHE_DIR",
    "TTS_CACHE_INCLUDE_API_KEY",
    "TTS_PREFLIGHT_TTL",
    "TTS_PREFLIGHT_MAX_PER_LEG",
    "TTS_PREFLIGHT_MAX_BYTES",
    "SIP_BIND_IP",
    "SIP_BIND_IPV6",
    "SIP_LISTEN_IP",
    "SIP_LISTEN_IPV6",
    "SIP_EXTERNAL_IP",
    "SIP_DOMAIN",
    "SIP_PORT",
    "SIP_TLS_PORT",
    "SIP_TLS_CERT",
    "SIP_TLS_KEY",
    "SIP_TLS_CA_FILE",
    "SIP_HOST",
    "SIP_TLS_INSECURE_SKIP_VERIFY",
    "SIP_CODECS",
    "SIP_TCP_ENABLED",
    "SIP_AUTO_RINGING",
    "SIP_USE_SOURCE_SOCKET",
    "SIP_DEBUG",
    "SIP_JITTER_BUFFER_MS",
    "SIP_JITTER_BUFFER_MAX_MS",
    "SIP_REFER_AUTO_DIAL",
    "SIP_REFER_CONSULT_TIMEOUT_MS",
    "SIP_SDP_STRICT_MLINE_ANSWER",
    "SIP_OUTBOUND_PROXY",
    "SIP_REGISTRATION_DEFAULT_EXPIRES_SECONDS",
    "SIP_REGISTRATION_MAX_EXPIRES_SECONDS",
    "SIP_REGISTRATION_SWEEP_INTERVAL_MS",
    "SIP_REGISTRATION_ALLOW_MULTIPLE_CONTACTS",
    "SIP_INBOUND_AUTH_CONSULT_TIMEOUT_MS",
    "SIP_INBOUND_AUTH_NONCE_TTL_SECONDS",
    "SIP_INBOUND_REGISTER_DEFAULT",
    "SIP_OUTBOUND_REGISTRATION_DEFAULT_EXPIRES_SECONDS",
    "SIP_OUTBOUND_REGISTRATION_MIN_EXPIRES_SECONDS",
    "SIP_OUTBOUND_REGISTRATION_MAX_EXPIRES_SECONDS",
    "SIP_OUTBOUND_REGISTRATION_REFRESH_RATIO",
    "SIP_OUTBOUND_REGISTRATION_FAILURE_BACKOFF_MAX_MS",
};

// To start as if the list were in force would open the server to everyone it was meant to keep out.
constexpr std::string_view kRefused[] = {"ALLOWED_IPS"};

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (const char letter : a) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (letter == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string Setting::key() const { return lower_case(name); }

std::string Setting::option() const {
    std::string text = lower_case(name);
    std::ranges::replace(text, '_', '-');
    return "--" + text;
}

std::span<const Setting> settings() { return kSettings; }
std::span<const std::string_view> unused_variables() { return kUnused; }
std::span<const std::string_view> refused_variables() { return kRefused; }

std::string nearest_key(std::string_view key) {
    const auto changes = [key](const Setting& setting) { return distance(key, setting.key()); };
    return std::ranges::min(settings(), {}, changes).key();
}

}  // namespace legroom::app
