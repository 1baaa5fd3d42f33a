#include "api/schema.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "api/json_view.hpp"

namespace legroom::api {
namespace json = boost::json;
namespace {

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_plain_type(const json::object& schema) { return schema.size() == 1 && schema.contains("type"); }

/// What each word stands for; every other name is one of the table's.
json::object schema_of_word(std::string_view word) {
    if (word == "any") return {};
    if (word == "uuid") return {{"type", "string"}, {"format", "uuid"}};
    if (word == "time") return {{"type", "string"}, {"format", "date-time"}};
    for (const std::string_view type : {"string", "integer", "number", "boolean", "null", "object"}) {
        if (word == type) return {{"type", json_view(type)}};
    }
    return {{"$ref", std::string{kSchemaPlace} + std::string{word}}};
}

/// `'a' | 'b'` is an enumeration, `string | null` one type more, anything else a choice.
json::object one_of(std::vector<json::object> choices) {
    const auto all = [&](auto fits) { return std::ranges::all_of(choices, fits); };
    json::array parts;
    if (all([](const json::object& one) { return one.contains("const"); })) {
        for (json::object& one : choices) parts.push_back(std::move(one["const"]));
        return {{"type", "string"}, {"enum", std::move(parts)}};
    }
    if (all(is_plain_type)) {
        for (json::object& one : choices) parts.push_back(std::move(one["type"]));
        return {{"type", std::move(parts)}};
    }
    for (json::object& one : choices) parts.emplace_back(std::move(one));
    return {{"anyOf", std::move(parts)}};
}

/// A reference takes no neighbours in the JSON Schema that AsyncAPI has.
void describe(json::object& schema, std::string_view text) {
    if (schema.contains("$ref")) schema = {{"allOf", json::array{json::value(std::move(schema))}}};
    schema["description"] = json_view(text);
}

/// Reads the notation, a function for each of its forms.
class Notation {
public:
    explicit Notation(std::string_view text) : whole_(text), rest_(text) {}

    json::object read() {
        json::object schema = choice();
        skip_blanks();
        if (!rest_.empty()) fail("more than a type");
        return schema;
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw std::invalid_argument(what + " in \"" + std::string{whole_} + "\" before \"" +
                                    std::string{rest_.substr(0, 20)} + "\"");
    }

    void skip_blanks(std::string_view blanks = " \n") {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
    }

    bool takes(std::string_view sign) {
        skip_blanks();
        if (!rest_.starts_with(sign)) return false;
        rest_.remove_prefix(sign.size());
        return true;
    }

    void expect(std::string_view sign) {
        if (!takes(sign)) fail("no " + std::string{sign});
    }

    std::string_view word() {
        skip_blanks();
        const auto end = std::ranges::find_if_not(rest_, is_word_character);
        const auto size = static_cast<std::size_t>(end - rest_.begin());
        if (size == 0) fail("no word");
        return take(size);
    }

    std::string_view take(std::size_t size) {
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    std::optional<std::int64_t> number() {
        skip_blanks(" ");
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (error != std::errc{}) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }

    /// `1..64` behind a type.
    void range(json::object& schema, const char* least, const char* most) {
        const auto from = number();
        if (!from) return;
        schema[least] = *from;
        expect("..");
        if (const auto to = number()) schema[most] = *to;
    }

    json::object choice() {
        std::vector<json::object> choices;
        do choices.push_back(sum());
        while (takes("|"));
        return choices.size() == 1 ? std::move(choices.front()) : one_of(std::move(choices));
    }

    json::object sum() {
        json::object first = simple();
        if (!takes("&")) return first;
        json::array parts{json::value(std::move(first))};
        do parts.emplace_back(simple());
        while (takes("&"));
        return {{"allOf", std::move(parts)}};
    }

    json::object simple() {
        if (takes("{")) return object();
        if (takes("[")) return list();
        if (takes("'")) return constant();
        const std::string_view name = word();
        json::object schema = schema_of_word(name);
        if (name == "string" && takes("<=")) schema["maxLength"] = number().value();
        if (name == "integer" || name == "number") range(schema, "minimum", "maximum");
        return schema;
    }

    json::object constant() {
        const auto end = rest_.find('\'');
        if (end == std::string_view::npos) fail("an open quotation");
        json::object schema{{"const", json_view(take(end))}};
        expect("'");
        return schema;
    }

    json::object list() {
        json::object schema{{"type", "array"}, {"items", choice()}};
        expect("]");
        range(schema, "minItems", "maxItems");
        return schema;
    }

    json::object object() {
        json::object schema{{"type", "object"}};
        while (!takes("}")) member(schema);
        return schema;
    }

    void member(json::object& object) {
        const bool any_name = takes("*");
        const std::string_view name = any_name ? "" : word();
        const bool optional = takes("?");
        expect(":");
        json::object schema = choice();
        const bool more = takes(",");
        skip_blanks(" ");
        if (rest_.starts_with("//")) describe(schema, comment());
        add(object, any_name, name, optional, std::move(schema));
        skip_blanks();
        if (!more && !rest_.starts_with('}')) fail("no comma");
    }

    static void add(json::object& object, bool any_name, std::string_view name, bool optional,
                    json::object schema) {
        if (any_name) {
            object["additionalProperties"] = std::move(schema);
            return;
        }
        json::value& members = object["properties"];
        if (members.is_null()) members.emplace_object();
        members.as_object()[json_view(name)] = std::move(schema);
        if (optional) return;
        json::value& required = object["required"];
        if (required.is_null()) required.emplace_array();
        required.as_array().emplace_back(json_view(name));
    }

    std::string_view comment() {
        rest_.remove_prefix(2);
        skip_blanks(" ");
        return take(std::min(rest_.find('\n'), rest_.size()));
    }

    std::string_view whole_;
    std::string_view rest_;
};

}  // namespace

json::object to_schema(std::string_view notation) { return Notation{notation}.read(); }

json::object schema_components() {
    json::object components;
    for (const NamedSchema& one : named_schemas()) {
        json::object schema = to_schema(one.notation);
        describe(schema, one.text);
        components[json_view(one.name)] = std::move(schema);
    }
    return components;
}

}  // namespace legroom::api
