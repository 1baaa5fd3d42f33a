#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/config.hpp"
#include "app/values.hpp"

namespace legroom::app {

/// One thing that can be configured: a variable of the environment, a key of the file and an option of the
/// command line, all of the same name.
struct Setting {
    std::string_view name;     ///< "HTTP_ADDR"
    std::string_view meaning;  ///< For --help.
    std::string_view allowed;  ///< What it may hold: completes "it must be".
    /// False when the text is not allowed; then the config is as it was.
    bool (*set)(Config& config, std::string_view text);
    /// The value as TOML, fit for the file. Empty: it has none.
    std::string (*show)(const Config& config);
    /// A wrong value as it stands in the message about it: in quotes, and without a password in it.
    std::string (*quote)(std::string_view text) = in_quotes;

    [[nodiscard]] std::string key() const;     ///< In the file: "http_addr".
    [[nodiscard]] std::string option() const;  ///< On the command line: "--http-addr".
};

std::span<const Setting> settings();

/// Variables of the contract that belong to features this version does not have. Setting one gets a warning.
std::span<const std::string_view> unused_variables();

/// Variables that promise protection this version does not give: setting one stops the start.
std::span<const std::string_view> refused_variables();

/// The key of settings() with the fewest letters to change (Levenshtein distance).
std::string nearest_key(std::string_view key);

}  // namespace legroom::app
