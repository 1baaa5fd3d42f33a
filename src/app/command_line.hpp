#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/config.hpp"

namespace legroom::app {

/// Looks a variable up; nullopt when it is not set. The program passes std::getenv, a test passes a map.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Start the server like this. The warnings are for the log, one line each.
struct Serve {
    Config config;
    std::vector<std::string> warnings;
};

/// legroom doctor: look whether calls could reach a server of this configuration, say so, and leave.
struct Diagnose {
    Config config;
    std::vector<std::string> warnings;
    bool as_json = false;
};

/// Print this and leave: what --help, --version and --print-config ask for, or what is wrong.
struct Leave {
    int status = 0;      ///< 0; 1: a wrong value or file; 2: a command line that makes no sense.
    std::string output;  ///< For standard output, with its newlines.
    std::string error;   ///< For standard error, with its newlines.
};

/// What a start comes to: the defaults, overruled by the file of --config, by the environment, and by the
/// command line, in this order. Reads that file and the one of TURN_SECRET_FILE and touches nothing else. A
/// variable of the environment that is empty counts as not set.
using Start = std::variant<Serve, Diagnose, Leave>;
Start read_command_line(int argc, const char* const* argv, const Environment& environment);

}  // namespace legroom::app
