#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/reply.hpp"

namespace legroom::api {

/// The STUN and TURN servers callers are to use; they have nothing to do with those the server itself asks.
struct IceServersConfig {
    std::vector<std::string> urls;  ///< stun:, stuns:, turn: and turns: URIs (RFC 7064, 7065), in this order.
    std::string turn_secret;        ///< Shared with the TURN servers. "": turn: and turns: are left out.
    std::chrono::seconds ttl{3600};  ///< How long credentials are good for.
    /// The part of the user name behind the colon, a new one for each answer: a TURN server counts a user's
    /// quota by it, so that callers who shared one would shut each other out. Empty function: "legroom".
    std::function<std::string()> turn_name;
};

/// As RTCPeerConnection takes one in `iceServers`.
struct IceServer {
    std::vector<std::string> urls;
    std::string username;    ///< "" for STUN.
    std::string credential;  ///< Likewise.
};

/// The password for a user name that begins with its own time of expiry: base64 of HMAC-SHA1 of it under the
/// secret (draft-uberti-behave-turn-rest-00 §2.2). What coturn calls use-auth-secret.
std::string turn_credential(std::string_view secret, std::string_view username);

/// The servers with credentials that are good from `unix_time` (since 1970, UTC) on for config.ttl.
std::vector<IceServer> ice_servers(const IceServersConfig& config, std::chrono::seconds unix_time);

/// GET /v1/webrtc/ice-servers: 200 {"ice_servers":[…],"ttl":seconds}; `[]` when none are configured.
Reply ice_servers_reply(const IceServersConfig& config, std::chrono::seconds unix_time);

/// One Link header a URI (RFC 9725 §4.6).
std::vector<Header> ice_server_links(const std::vector<IceServer>& servers);

}  // namespace legroom::api
