#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace re2 {
class RE2;
}

namespace legroom::events {

inline constexpr std::size_t kMaxPatternBytes = 256;
/// Of memory that one pattern may be compiled to, and its automaton grow to.
inline constexpr std::size_t kMaxPatternMemory = 256 * 1024;

/// Which events a reader wants: those whose `app_id` holds a match of a regular expression anywhere (contract
/// 05). RE2's syntax and RE2's promise: a search takes time linear in the text, whatever the pattern.
class AppFilter {
public:
    AppFilter();  ///< Everything.

    /// "" is no filter. Otherwise a short text about what is wrong with the pattern: its syntax, or it is
    /// longer than kMaxPatternBytes, or would take more than kMaxPatternMemory.
    static Result<AppFilter, std::string> parse(std::string_view pattern);

    [[nodiscard]] bool wants(std::string_view app_id) const;

private:
    std::shared_ptr<const re2::RE2>
        pattern_;  // Copies of a filter share what was compiled; it never changes.
};

}  // namespace legroom::events
