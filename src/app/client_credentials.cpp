#include "app/client_credentials.hpp"

#include <fmt/format.h>

#include "api/ice_servers.hpp"

namespace legroom::app {

TurnLogin client_login(const ClientIceConfig& config, std::string_view name, std::chrono::seconds unix_time) {
    const std::string username = fmt::format("{}:{}", (unix_time + config.turn_credential_ttl).count(), name);
    return {username, api::turn_credential(config.turn_secret, username)};
}

}  // namespace legroom::app
