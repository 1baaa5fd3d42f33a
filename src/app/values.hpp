#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"

/// The text forms of configuration values. Each parser takes the whole text or none of it: nullopt means the
/// text is not of that form.
namespace legroom::app {

std::optional<bool> parse_boolean(std::string_view text);  ///< true 1 yes on, false 0 no off; any case.

/// Decimal digits only, within the limits.
std::optional<std::size_t> parse_number(std::string_view text, std::size_t least, std::size_t most);

/// "127.0.0.1:8080", "[::1]:8080", "localhost:8080" (127.0.0.1), ":8080" (every address: [::]).
std::optional<Endpoint> parse_listen_address(std::string_view text);

/// Whole seconds: "30", "30s", "2m", "1h", "1m30s".
std::optional<std::chrono::seconds> parse_duration(std::string_view text, std::chrono::seconds least,
                                                   std::chrono::seconds most);

/// An entry of WEBRTC_EXTERNAL_IPS: [add:|replace:]EXTERNAL[/INTERNAL], an address or a host name and an
/// address.
std::optional<ExternalAddress> parse_external(std::string_view text);

/// The name of an interface, as far as Linux allows it, perhaps with a `*` at its end.
bool is_interface_pattern(std::string_view text);
bool matches(std::string_view pattern, std::string_view name);

/// An absolute path, short enough for the names of files in it, without control characters.
bool is_directory_name(std::string_view text);

/// The entries of a comma list, without the blanks around them and without the empty ones.
std::vector<std::string_view> split_list(std::string_view text);

std::string lower_case(std::string_view text);  ///< ASCII letters only.

/// In double quotes, on one line, fit to be read: control characters escaped, a long text cut.
std::string in_quotes(std::string_view text);

}  // namespace legroom::app
