#pragma once

#include <optional>
#include <string_view>

#include "sdp/document.hpp"

namespace legroom::sdp {

/// <type>=<value> (RFC 8866 §5).
struct Line {
    char type = 0;
    std::string_view value;
};

/// Takes the next line off `rest`; it ends with CRLF or LF. nullopt: it is no line of SDP, or longer than
/// kMaxLineLength.
std::optional<Line> take_line(std::string_view& rest);

/// The value of an a= line; nullopt: its name is no token.
std::optional<Attribute> parse_attribute(std::string_view value);

std::string_view without_trailing_blank_lines(std::string_view text);

}  // namespace legroom::sdp
