#pragma once

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

/// A validator for as much of JSON Schema as our descriptions use, and stricter in one thing: a member that
/// no part of the schema names is an error, unless the schema says nothing at all of the object's members, or
/// the check is told to ignore such.
namespace legroom::api::test {

namespace json = boost::json;

class SchemaCheck {
public:
    enum class Unnamed : std::uint8_t { refused, ignored };  ///< Members that no part of the schema names.

    /// `document` has what `$ref` refers to, and must outlive this.
    explicit SchemaCheck(const json::value& document, Unnamed unnamed = Unnamed::refused)
        : document_(document), unnamed_(unnamed) {}

    /// "" when the value fits; otherwise where and why not.
    [[nodiscard]] std::string misfit(const json::value& value, const json::value& schema) const {
        Place place{value, {}, false};
        std::string problem = look(place, schema.as_object());
        return problem.empty() ? unnamed(place) : problem;
    }

private:
    /// One value, and what the parts of its schema have named of it.
    struct Place {
        const json::value& value;
        std::set<std::string, std::less<>> named;
        bool open;
    };

    [[nodiscard]] std::string look(Place& place, const json::object& schema) const {
        for (const auto& keyword : schema) {
            std::string problem = follow(place, keyword.key(), keyword.value(), schema);
            if (!problem.empty()) return problem;
        }
        return "";
    }

    [[nodiscard]] std::string follow(Place& place, std::string_view keyword, const json::value& what,
                                     const json::object& schema) const {
        const json::value& value = place.value;
        if (keyword == "$ref") return look(place, resolve(what.as_string()).as_object());
        if (keyword == "allOf") return all_of(place, what.as_array());
        if (keyword == "anyOf") return any_of(place, what.as_array());
        if (keyword == "type") return type_fits(place, what, schema) ? "" : not_this(value, what);
        if (keyword == "const") return value == what ? "" : not_this(value, what);
        if (keyword == "enum") return holds(what.as_array(), value) ? "" : not_this(value, what);
        if (keyword == "properties") return properties(place, what.as_object());
        if (keyword == "additionalProperties") return additional(place, what, schema);
        if (keyword == "required") return required(value, what.as_array());
        if (keyword == "items") return items(value, what);
        if (keyword == "format") return format(value, what.as_string());
        if (keyword == "minimum")
            return bound(value, [&](double n) { return n >= what.to_number<double>(); });
        if (keyword == "maximum")
            return bound(value, [&](double n) { return n <= what.to_number<double>(); });
        if (keyword == "minItems") return size(value, [&](std::size_t n) { return n >= count(what); });
        if (keyword == "maxItems") return size(value, [&](std::size_t n) { return n <= count(what); });
        if (keyword == "maxLength") return length(value, count(what));
        if (keyword == "description") return "";
        throw std::logic_error("our descriptions have a keyword the check does not know: " +
                               std::string{keyword});
    }

    [[nodiscard]] const json::value& resolve(std::string_view pointer) const {
        if (!pointer.starts_with('#')) throw std::logic_error("not a reference inside of the document");
        return document_.at_pointer(pointer.substr(1));
    }

    [[nodiscard]] std::string all_of(Place& place, const json::array& parts) const {
        for (const json::value& part : parts) {
            std::string problem = look(place, part.as_object());
            if (!problem.empty()) return problem;
        }
        return "";
    }

    [[nodiscard]] std::string any_of(Place& place, const json::array& choices) const {
        std::string problems;
        bool fits = false;
        for (const json::value& choice : choices) {
            Place here{place.value, place.named, place.open};
            const std::string problem = look(here, choice.as_object());
            problems += problem.empty() ? "" : "; " + problem;
            if (!problem.empty()) continue;
            fits = true;
            place.named.merge(here.named);
            place.open = place.open || here.open;
        }
        return fits ? "" : "nothing fits" + problems;
    }

    static bool type_fits(Place& place, const json::value& what, const json::object& schema) {
        const bool says_nothing = !schema.contains("properties") && !schema.contains("additionalProperties");
        if (place.value.is_object() && says_nothing) place.open = true;
        if (what.is_string()) return is_of(place.value, what.as_string());
        return std::ranges::any_of(
            what.as_array(), [&](const json::value& type) { return is_of(place.value, type.as_string()); });
    }

    /// As strict as the API: 1.0 is no integer.
    static bool is_of(const json::value& value, std::string_view type) {
        if (type == "string") return value.is_string();
        if (type == "integer") return value.is_int64() || value.is_uint64();
        if (type == "number") return value.is_number();
        if (type == "boolean") return value.is_bool();
        if (type == "null") return value.is_null();
        if (type == "array") return value.is_array();
        return type == "object" && value.is_object();
    }

    [[nodiscard]] std::string properties(Place& place, const json::object& known) const {
        const auto* object = place.value.if_object();
        if (object == nullptr) return "";
        for (const auto& one : known) {
            place.named.emplace(one.key());
            const auto* member = object->if_contains(one.key());
            if (member == nullptr) continue;
            const std::string problem = misfit(*member, one.value());
            if (!problem.empty()) return std::string{one.key()} + ": " + problem;
        }
        return "";
    }

    [[nodiscard]] std::string additional(Place& place, const json::value& what,
                                         const json::object& schema) const {
        const auto* object = place.value.if_object();
        if (object == nullptr) return "";
        const auto* known = schema.if_contains("properties");
        for (const auto& member : *object) {
            if (known != nullptr && known->as_object().contains(member.key())) continue;
            place.named.emplace(member.key());
            const std::string problem = misfit(member.value(), what);
            if (!problem.empty()) return std::string{member.key()} + ": " + problem;
        }
        return "";
    }

    static std::string required(const json::value& value, const json::array& names) {
        const auto* object = value.if_object();
        if (object == nullptr) return "";
        for (const json::value& name : names) {
            if (!object->contains(name.as_string())) return "no " + std::string{name.as_string()};
        }
        return "";
    }

    [[nodiscard]] std::string items(const json::value& value, const json::value& schema) const {
        if (!value.is_array()) return "";
        for (const json::value& item : value.as_array()) {
            const std::string problem = misfit(item, schema);
            if (!problem.empty()) return "an element: " + problem;
        }
        return "";
    }

    /// RFC 9562 §4 and RFC 3339, as we write them; test worlds have short ids.
    static std::string format(const json::value& value, std::string_view format) {
        if (format != "date-time" || !value.is_string()) return "";
        const std::string_view text = value.as_string();
        const bool fits = text.size() >= 20 && text[10] == 'T' && text.ends_with('Z');
        return fits ? "" : not_this(value, json::value("a time"));
    }

    template <class Fits>
    static std::string bound(const json::value& value, Fits fits) {
        return !value.is_number() || fits(value.to_number<double>())
                   ? ""
                   : json::serialize(value) + " is out of range";
    }

    template <class Fits>
    static std::string size(const json::value& value, Fits fits) {
        return !value.is_array() || fits(value.as_array().size()) ? "" : "so many elements";
    }

    /// In characters, as JSON Schema counts them.
    static std::string length(const json::value& value, std::size_t most) {
        if (!value.is_string()) return "";
        const auto& text = value.as_string();
        const auto characters = std::ranges::count_if(
            text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
        return static_cast<std::size_t>(characters) <= most ? "" : "a text too long";
    }

    static std::size_t count(const json::value& number) { return number.to_number<std::size_t>(); }
    static bool holds(const json::array& values, const json::value& value) {
        return std::ranges::find(values, value) != values.end();
    }
    static std::string not_this(const json::value& value, const json::value& what) {
        return json::serialize(value) + " is not " + json::serialize(what);
    }

    [[nodiscard]] std::string unnamed(const Place& place) const {
        const auto* object = place.value.if_object();
        if (object == nullptr || place.open || unnamed_ == Unnamed::ignored) return "";
        for (const auto& member : *object) {
            if (!place.named.contains(std::string_view{member.key()}))
                return "nothing is said of " + std::string{member.key()};
        }
        return "";
    }

    const json::value& document_;
    Unnamed unnamed_;
};

}  // namespace legroom::api::test
