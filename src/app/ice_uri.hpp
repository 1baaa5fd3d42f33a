#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/config.hpp"

/// The URIs of STUN and TURN servers. Each parser takes the whole text or none of it.
namespace legroom::app {

inline constexpr std::size_t kMaxUsernameBytes = 508;  ///< RFC 8489 §14.3: fewer than 509
inline constexpr std::size_t kMaxPasswordBytes = 256;

std::optional<StunServer> parse_stun_uri(std::string_view text);  ///< stun:HOST[:PORT], RFC 7064.

/// turn:[USER[:PASSWORD]@]HOST[:PORT][?transport=udp|tcp] and turns:… (RFC 7065), ours with credentials in
/// front as in other URIs (RFC 3986 §3.2.1), percent-encoded where they hold a comma or a colon. turn: is
/// UDP to port 3478 unless it says otherwise, turns: TLS over TCP to port 5349. turns: over UDP would be
/// DTLS (RFC 7065 §3.1) and is refused: nobody here speaks it.
std::optional<TurnServer> parse_turn_uri(std::string_view text);

/// Whether a client can be given this URI: stun:, stuns:, turn: or turns:, without credentials.
bool is_client_uri(std::string_view text);
bool is_turn_uri(std::string_view text);  ///< By its scheme alone: turn: or turns:.

/// The URI with what --print-config shows in place of a password.
std::string show_turn_uri(const TurnServer& server);

/// A text that may hold passwords of URIs, fit for a message: what stands before the last `@` is hidden.
std::string hide_passwords(std::string_view text);

std::string percent_encoded(std::string_view text);  ///< All but unreserved characters (RFC 3986 §2.3).

/// What stands for a secret where it is shown. As a secret it is refused: it was copied from there.
inline constexpr std::string_view kHidden = "***";

/// A password or user name an operator may set: visible text of at most `most` bytes, and not kHidden.
bool is_secret(std::string_view text, std::size_t most);

}  // namespace legroom::app
