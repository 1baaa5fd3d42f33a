#pragma once

#include <string>
#include <string_view>

#include "app/config.hpp"

/// How the settings of connections are read and shown: what settings.cpp's table names. Each set_… takes the
/// whole text or leaves the config as it was and says false; each show_… writes TOML, and no password.
namespace legroom::app {

bool set_tcp_port(Config& config, std::string_view text);
std::string show_tcp_port(const Config& config);

bool set_ice_servers(Config& config, std::string_view text);
std::string show_ice_servers(const Config& config);
bool set_turn_username(Config& config, std::string_view text);
std::string show_turn_username(const Config& config);
bool set_turn_password(Config& config, std::string_view text);
std::string show_turn_password(const Config& config);
bool set_turn_ca_file(Config& config, std::string_view text);
std::string show_turn_ca_file(const Config& config);

bool set_external_ips(Config& config, std::string_view text);
std::string show_external_ips(const Config& config);
bool set_allowed_interfaces(Config& config, std::string_view text);
std::string show_allowed_interfaces(const Config& config);
bool set_denied_interfaces(Config& config, std::string_view text);
std::string show_denied_interfaces(const Config& config);

bool set_setup_timeout(Config& config, std::string_view text);
bool set_reconnect_grace(Config& config, std::string_view text);

bool set_client_ice_servers(Config& config, std::string_view text);
std::string show_client_ice_servers(const Config& config);
bool set_turn_secret(Config& config, std::string_view text);
std::string show_turn_secret(const Config& config);
bool set_turn_secret_file(Config& config, std::string_view text);
std::string show_turn_secret_file(const Config& config);
bool set_turn_credential_ttl(Config& config, std::string_view text);

/// Which of the TURN servers can be used: those without credentials of their own get the ones for all, and
/// those that then lack a user name or a password are taken out and returned.
std::vector<TurnServer> complete_turn_servers(MediaConfig& media);

}  // namespace legroom::app
