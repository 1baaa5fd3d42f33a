#include "app/ice_settings.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/host_port.hpp"
#include "app/ice_uri.hpp"
#include "app/values.hpp"

namespace legroom::app {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxIceServers = 32;
constexpr std::size_t kMaxExternal = 32;
constexpr std::size_t kMaxInterfacePatterns = 64;
constexpr std::size_t kMaxFileNameBytes = 4'095;  // PATH_MAX, without its final zero
constexpr std::chrono::seconds kMaxReconnectGrace = 1h;
constexpr std::chrono::seconds kMaxSetupTimeout = 10min;

std::string array_of(const std::vector<std::string>& texts) {
    return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string quoted_array(const std::vector<std::string>& texts) {
    std::vector<std::string> quoted;
    std::ranges::transform(texts, std::back_inserter(quoted), in_quotes);
    return array_of(quoted);
}

std::string quoted_unless_empty(std::string_view text) { return text.empty() ? "" : in_quotes(text); }
std::string hidden_unless_empty(std::string_view text) { return text.empty() ? "" : in_quotes(kHidden); }

bool set_secret(std::string& to, std::string_view text, std::size_t most) {
    if (!is_secret(text, most)) return false;
    to = text;
    return true;
}

bool set_patterns(std::vector<std::string>& to, std::string_view text) {
    const auto entries = split_list(text);
    if (entries.size() > kMaxInterfacePatterns || !std::ranges::all_of(entries, is_interface_pattern))
        return false;
    to.assign(entries.begin(), entries.end());
    return true;
}

bool set_duration(std::chrono::seconds& to, std::string_view text, std::chrono::seconds least,
                  std::chrono::seconds most) {
    const auto duration = parse_duration(text, least, most);
    if (duration) to = *duration;
    return duration.has_value();
}

}  // namespace

bool set_tcp_port(Config& config, std::string_view text) {
    const std::string word = lower_case(text);
    const auto port = parse_port(text);
    if (!port && word != "off" && word != "same") return false;
    config.media.ice_tcp = word != "off";
    config.media.tcp_port = port;
    return true;
}

std::string show_tcp_port(const Config& config) {
    if (!config.media.ice_tcp) return in_quotes("off");
    return config.media.tcp_port ? fmt::to_string(*config.media.tcp_port) : in_quotes("same");
}

bool set_ice_servers(Config& config, std::string_view text) {
    std::vector<StunServer> stun;
    std::vector<TurnServer> turn;
    for (const auto entry : split_list(text)) {
        if (const auto stun_server = parse_stun_uri(entry)) {
            stun.push_back(*stun_server);
        } else if (const auto turn_server = parse_turn_uri(entry)) {
            turn.push_back(*turn_server);
        } else {
            return false;
        }
    }
    if (stun.size() + turn.size() > kMaxIceServers) return false;
    config.media.stun_servers = std::move(stun);
    config.media.turn_servers = std::move(turn);
    return true;
}

std::string show_ice_servers(const Config& config) {
    std::vector<std::string> texts;
    for (const auto& server : config.media.stun_servers) texts.push_back(server.to_uri());
    for (const auto& server : config.media.turn_servers) texts.push_back(show_turn_uri(server));
    return quoted_array(texts);
}

bool set_turn_username(Config& config, std::string_view text) {
    return set_secret(config.media.turn_username, text, kMaxUsernameBytes);
}
std::string show_turn_username(const Config& config) {
    return quoted_unless_empty(config.media.turn_username);
}

bool set_turn_password(Config& config, std::string_view text) {
    return set_secret(config.media.turn_password, text, kMaxPasswordBytes);
}
std::string show_turn_password(const Config& config) {
    return hidden_unless_empty(config.media.turn_password);
}

bool set_turn_ca_file(Config& config, std::string_view text) {
    return set_secret(config.media.turn_ca_file, text, kMaxFileNameBytes);
}
std::string show_turn_ca_file(const Config& config) { return quoted_unless_empty(config.media.turn_ca_file); }

bool set_external_ips(Config& config, std::string_view text) {
    std::vector<ExternalAddress> external;
    bool discover = false;
    for (const auto entry : split_list(text)) {
        if (lower_case(entry) == "auto") {
            discover = true;
        } else if (const auto one = parse_external(entry)) {
            external.push_back(*one);
        } else {
            return false;
        }
    }
    if (external.size() > kMaxExternal) return false;
    config.media.external = std::move(external);
    config.media.discover_external = discover;
    return true;
}

std::string show_external_ips(const Config& config) {
    std::vector<std::string> texts;
    for (const auto& one : config.media.external) texts.push_back(one.to_string());
    if (config.media.discover_external) texts.emplace_back("auto");
    return quoted_array(texts);
}

bool set_allowed_interfaces(Config& config, std::string_view text) {
    return set_patterns(config.media.interfaces.allowed, text);
}
std::string show_allowed_interfaces(const Config& config) {
    return quoted_array(config.media.interfaces.allowed);
}
bool set_denied_interfaces(Config& config, std::string_view text) {
    return set_patterns(config.media.interfaces.denied, text);
}
std::string show_denied_interfaces(const Config& config) {
    return quoted_array(config.media.interfaces.denied);
}

bool set_setup_timeout(Config& config, std::string_view text) {
    return set_duration(config.connection.setup_timeout, text, 1s, kMaxSetupTimeout);
}
bool set_reconnect_grace(Config& config, std::string_view text) {
    return set_duration(config.connection.reconnect_grace, text, 0s, kMaxReconnectGrace);
}

bool set_client_ice_servers(Config& config, std::string_view text) {
    const auto entries = split_list(text);
    if (entries.size() > kMaxIceServers || !std::ranges::all_of(entries, is_client_uri)) return false;
    config.client_ice.servers.clear();
    for (const auto entry : entries) {
        const auto scheme = entry.find(':');
        config.client_ice.servers.push_back(lower_case(entry.substr(0, scheme)).append(entry.substr(scheme)));
    }
    return true;
}
std::string show_client_ice_servers(const Config& config) { return quoted_array(config.client_ice.servers); }

bool set_turn_secret(Config& config, std::string_view text) {
    return set_secret(config.client_ice.turn_secret, text, kMaxPasswordBytes);
}
std::string show_turn_secret(const Config& config) {
    // One that came from a file is that setting's.
    return hidden_unless_empty(config.client_ice.turn_secret_file.empty() ? config.client_ice.turn_secret
                                                                          : std::string{});
}
bool set_turn_secret_file(Config& config, std::string_view text) {
    return set_secret(config.client_ice.turn_secret_file, text, kMaxFileNameBytes);
}
std::string show_turn_secret_file(const Config& config) {
    return quoted_unless_empty(config.client_ice.turn_secret_file);
}
bool set_turn_credential_ttl(Config& config, std::string_view text) {
    return set_duration(config.client_ice.turn_credential_ttl, text, 1min, 24h);
}

std::vector<TurnServer> complete_turn_servers(MediaConfig& media) {
    for (TurnServer& server : media.turn_servers) {
        if (server.username.empty()) server.username = media.turn_username;
        if (server.password.empty()) server.password = media.turn_password;
    }
    const auto lacks = [](const TurnServer& one) { return one.username.empty() || one.password.empty(); };
    std::vector<TurnServer> skipped;
    std::ranges::copy_if(media.turn_servers, std::back_inserter(skipped), lacks);
    std::erase_if(media.turn_servers, lacks);
    return skipped;
}

}  // namespace legroom::app
