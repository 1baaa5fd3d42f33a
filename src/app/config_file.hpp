#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace legroom::app {

/// One key of a configuration file, its value as the text the environment would have held.
struct FileEntry {
    std::string key;
    std::string text;   ///< A list of strings is joined by commas.
    std::string where;  ///< "legroom.toml:3", for messages.
};

/// Reads a TOML file of flat keys. The error is one line with the file's name, and its line number where
/// there is one: the file cannot be read, is no TOML, or holds something other than text, a whole number, a
/// boolean or a list of texts.
Result<std::vector<FileEntry>, std::string> read_config_file(const std::string& path);

}  // namespace legroom::app
