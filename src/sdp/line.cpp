#include "sdp/line.hpp"

#include "sdp/text.hpp"

namespace legroom::sdp {

std::optional<Line> take_line(std::string_view& rest) {
    std::string_view line = take_until(rest, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() < 2 || line.size() > kMaxLineLength || line[1] != '=') return std::nullopt;
    if (line.find_first_of(std::string_view{"\r\0", 2}) != std::string_view::npos) return std::nullopt;
    return Line{line[0], line.substr(2)};
}

std::optional<Attribute> parse_attribute(std::string_view value) {
    Attribute attribute;
    attribute.name = take_until(value, ':');
    attribute.value = value;
    if (!is_token(attribute.name)) return std::nullopt;
    return attribute;
}

std::string_view without_trailing_blank_lines(std::string_view text) {
    const std::size_t last = text.find_last_not_of("\r\n");
    return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

}  // namespace legroom::sdp
