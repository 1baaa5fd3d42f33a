#include "api/json_body.hpp"

#include <boost/json/stream_parser.hpp>
#include <limits>

#include "api/error.hpp"
#include "api/utf8.hpp"

namespace legroom::api {
namespace {

constexpr std::size_t kEscapeLength = 6;  // \uXXXX

/// The code unit of the \uXXXX escape the text begins with.
std::optional<unsigned> escaped_unit(std::string_view text) {
    if (text.size() < kEscapeLength || text.substr(0, 2) != "\\u") return std::nullopt;
    unsigned unit = 0;
    for (const char c : text.substr(2, 4)) {
        const auto digit =
            std::string_view{"0123456789abcdef"}.find(static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c));
        if (digit == std::string_view::npos) return std::nullopt;
        unit = unit << 4 | static_cast<unsigned>(digit);
    }
    return unit;
}

bool is_surrogate(std::optional<unsigned> unit) { return unit && *unit >= 0xD800 && *unit <= 0xDFFF; }
bool is_trailing_surrogate(std::optional<unsigned> unit) { return is_surrogate(unit) && *unit >= 0xDC00; }

/// Copies the escape sequence the text begins with, a lone surrogate as U+FFFD. How much it took.
std::size_t copy_escape(std::string_view text, std::string& out) {
    const auto unit = escaped_unit(text);
    if (!is_surrogate(unit)) {
        out += text.substr(0, 2);
        return std::min<std::size_t>(text.size(), 2);
    }
    const bool pair =
        !is_trailing_surrogate(unit) && is_trailing_surrogate(escaped_unit(text.substr(kEscapeLength)));
    out += pair ? text.substr(0, 2 * kEscapeLength) : std::string_view{"\\ufffd"};
    return pair ? 2 * kEscapeLength : kEscapeLength;
}

bool begins_with_negative_zero(std::string_view text) {
    if (text.substr(0, 2) != "-0") return false;
    return text.size() == 2 || std::string_view{".eE0123456789"}.find(text[2]) == std::string_view::npos;
}

/// Two things Boost.JSON takes differently than the contract wants: it refuses lone surrogates, which
/// JSON.stringify() writes, and it reads -0 as the integer 0, which it is not. The first become U+FFFD, the
/// second -0.0. Malformed text stays malformed.
std::string mend(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    bool in_string = false;
    while (!text.empty()) {
        std::size_t taken = 1;
        const bool in_exponent = !out.empty() && (out.back() == 'e' || out.back() == 'E');
        if (in_string && text.front() == '\\') {
            taken = copy_escape(text, out);
        } else if (!in_string && !in_exponent && begins_with_negative_zero(text)) {
            out += "-0.0";
            taken = 2;
        } else {
            if (text.front() == '"') in_string = !in_string;
            out += text.front();
        }
        text.remove_prefix(taken);
    }
    return out;
}

std::optional<boost::json::value> parse_first_value(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = kMaxJsonDepth;
    boost::json::stream_parser parser{{}, options};
    error_code error;
    parser.write_some(text.data(), text.size(), error);
    if (!error && !parser.done()) parser.finish(error);
    if (error) return std::nullopt;
    return parser.release();
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

Result<boost::json::value> decode_value(std::string_view body) {
    auto value = parse_first_value(mend(to_valid_utf8(body)));
    if (!value) return Error::invalid_json;
    return std::move(*value);
}

Result<boost::json::object> decode(std::string_view body, BodyRule rule) {
    if (rule == BodyRule::optional && is_blank(body)) return boost::json::object{};
    auto value = decode_value(body);
    if (value && value->is_object()) return std::move(value->as_object());
    if (rule == BodyRule::lenient || (value && value->is_null())) return boost::json::object{};
    return Error::invalid_json;
}

const boost::json::value* Fields::member(std::string_view name) const {
    const auto* found = object_.if_contains({name.data(), name.size()});
    return found == nullptr || found->is_null() ? nullptr : found;
}

std::string Fields::text(std::string_view name) { return optional_text(name).value_or(""); }

std::optional<std::string> Fields::optional_text(std::string_view name) {
    const auto* value = member(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* text = value->if_string()) return std::string{text->data(), text->size()};
    ok_ = false;
    return std::nullopt;
}

std::optional<bool> Fields::flag(std::string_view name) {
    const auto* value = member(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* flag = value->if_bool()) return *flag;
    ok_ = false;
    return std::nullopt;
}

std::optional<std::int64_t> Fields::integer(std::string_view name, std::int64_t min, std::int64_t max) {
    const auto* value = member(name);
    if (value == nullptr) return std::nullopt;
    const auto* number = value->if_int64();
    if (number != nullptr && *number >= min && *number <= max) return *number;
    ok_ = false;
    return std::nullopt;
}

std::optional<std::int64_t> Fields::any_integer(std::string_view name) {
    using Limits = std::numeric_limits<std::int64_t>;
    return integer(name, Limits::min(), Limits::max());
}

std::optional<double> Fields::number(std::string_view name) {
    const auto* value = member(name);
    if (value == nullptr) return std::nullopt;
    error_code error;
    const auto number = value->to_number<double>(error);
    if (!error) return number;
    ok_ = false;
    return std::nullopt;
}

std::size_t Fields::list_length(std::string_view name) {
    const auto* found = list(name);
    return found == nullptr ? 0 : found->size();
}

const boost::json::array* Fields::list(std::string_view name) {
    const auto* value = member(name);
    if (value == nullptr) return nullptr;
    ok_ = ok_ && value->is_array();
    return value->if_array();
}

const boost::json::object* Fields::object(std::string_view name) {
    const auto* value = member(name);
    if (value == nullptr) return nullptr;
    ok_ = ok_ && value->is_object();
    return value->if_object();
}

std::map<std::string, std::string> Fields::texts(std::string_view name) {
    std::map<std::string, std::string> all;
    const auto* members = object(name);
    if (members == nullptr) return all;
    for (const auto& member : *members) {
        const auto* text = member.value().if_string();
        if (text == nullptr) {
            ok_ = false;
            return {};
        }
        all.emplace(std::string{member.key()}, std::string{text->data(), text->size()});
    }
    return all;
}

}  // namespace legroom::api
