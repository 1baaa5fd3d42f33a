#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace legroom::sdp {

/// RFC 8866 §9 token: what names, ids and words are made of. No spaces, line ends or colons.
bool is_token(std::string_view text);
/// Tokens joined by single slashes: "UDP/TLS/RTP/SAVPF" (RFC 8866 §9, proto).
bool is_protocol(std::string_view text);
/// [A-Za-z0-9+/] (RFC 8839 §5.4).
bool is_ice_chars(std::string_view text);
/// ASCII only, as SDP's case-insensitive words are.
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// A decimal number without sign or blanks, at most `most`; anything else is nullopt.
std::optional<std::uint32_t> to_number(std::string_view text, std::uint32_t most);

/// Cuts `rest` at the first `separator` and gives what stood before it; without one, gives everything.
std::string_view take_until(std::string_view& rest, char separator);
/// The parts between separators; empty ones count.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trimmed(std::string_view text);  ///< Without spaces and tabs at both ends.

}  // namespace legroom::sdp
