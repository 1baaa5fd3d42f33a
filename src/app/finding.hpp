#pragma once

#include <string>
#include <string_view>

namespace legroom::app {

enum class Level { ok, warn, fail };
std::string_view to_string(Level level);  ///< "ok", "warn", "FAIL"

/// One thing the doctor has to say.
struct Finding {
    Level level = Level::ok;
    std::string_view code;  ///< For programs: "private_only".
    std::string text;       ///< What is so, and why: a clause without a full stop.
    std::string cure;       ///< What to do, without a full stop; empty where nothing is.
};

}  // namespace legroom::app
