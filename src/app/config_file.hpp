#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace legroom::app {

/// One key of a configuration file, its value as the text the environment would have held.
struct FileEntry {
    std::string key;
    std::string text;   ///< A list is joined by commas.
    std::string where;  ///< "legroom.toml:3", for messages.
};

/// Reads a TOML file of flat keys. The error is one line with the file's name, and its line number where
/// there is one: the file cannot be read, is no TOML, or holds something other than text, a whole number, a
/// boolean or a list of texts.
///
/// In a list, a table {urls, username, credential}, as browsers write ICE servers, stands for the texts in
/// its urls with the two others in front of the host, percent-encoded: "turn:user:password@HOST".
Result<std::vector<FileEntry>, std::string> read_config_file(const std::string& path);

inline constexpr std::size_t kMaxSecretFileBytes = 1'024;

/// Reads a file with nothing but a secret in it; blanks and newlines at its end are not part of it. Otherwise
/// returns one line with the file's name: it cannot be read, is empty or has more than kMaxSecretFileBytes.
std::optional<std::string> read_secret_file(const std::string& path, std::string& secret);

}  // namespace legroom::app
