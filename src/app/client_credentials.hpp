#pragma once

#include <chrono>

#include "app/config.hpp"
#include "app/server_probe.hpp"

namespace legroom::app {

/// Credentials such as a client gets, good from `unix_time` (since 1970, UTC) for the configured time: a user
/// name that begins with its own expiry, and base64 of its HMAC-SHA1 under the secret
/// (draft-uberti-behave-turn-rest-00 §2.2). `name` is for the TURN server's log.
TurnLogin client_login(const ClientIceConfig& config, std::string_view name, std::chrono::seconds unix_time);

}  // namespace legroom::app
