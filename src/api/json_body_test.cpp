#include "api/json_body.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <limits>

#include "api/utf8.hpp"

namespace legroom::api {
namespace {

struct BodyCase {
    const char* name;
    std::string body;
    const char* required;  ///< nullptr: refused
    const char* optional;
    const char* lenient = "{}";
};

std::string nested(int depth) {
    return R"({"a":)" + std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
}

const BodyCase kBodyCases[] = {
    {"empty", "", nullptr, "{}"},
    {"blank", " \r\n\t", nullptr, "{}"},
    {"null", "null", "{}", "{}"},
    {"object", R"({"a":1})", R"({"a":1})", R"({"a":1})", R"({"a":1})"},
    {"bytes after it", R"({"a":1} x{)", R"({"a":1})", R"({"a":1})", R"({"a":1})"},
    {"same name twice", R"({"a":1,"a":2})", R"({"a":2})", R"({"a":2})", R"({"a":2})"},
    {"invalid UTF-8", "{\"a\":\"x\xFF\xC0\"}", "{\"a\":\"x\uFFFD\uFFFD\"}", "{\"a\":\"x\uFFFD\uFFFD\"}",
     "{\"a\":\"x\uFFFD\uFFFD\"}"},
    {"lone surrogate", R"({"a":"\ud800x"})", "{\"a\":\"\uFFFDx\"}", "{\"a\":\"\uFFFDx\"}",
     "{\"a\":\"\uFFFDx\"}"},
    {"truncated", R"({"a":1)", nullptr, nullptr},
    {"unquoted", "{a:1}", nullptr, nullptr},
    {"trailing comma", R"({"a":1,})", nullptr, nullptr},
    {"comment", R"({/**/})", nullptr, nullptr},
    {"byte order mark", "\xEF\xBB\xBF{}", nullptr, nullptr},
    {"control character in a string", "{\"a\":\"\x01\"}", nullptr, nullptr},
    {"array", "[]", nullptr, nullptr},
    {"string", "\"x\"", nullptr, nullptr},
    {"number", "1", nullptr, nullptr},
    {"true", "true", nullptr, nullptr},
    {"cut in an escape", R"({"a":"\u12)", nullptr, nullptr},
    {"ends with a backslash", R"({"a":"\)", nullptr, nullptr},
    {"too deep", nested(kMaxJsonDepth), nullptr, nullptr},
};

void expect_decoded(const std::string& body, BodyRule rule, const char* expected) {
    const auto object = decode(body, rule);
    ASSERT_EQ(object.has_value(), expected != nullptr);
    if (object) {
        EXPECT_EQ(boost::json::serialize(*object), expected);
    }
}

TEST(JsonBody, IsAsStrictAsTheEndpointSays) {
    for (const BodyCase& c : kBodyCases) {
        SCOPED_TRACE(c.name);
        expect_decoded(c.body, BodyRule::required, c.required);
        expect_decoded(c.body, BodyRule::optional, c.optional);
        expect_decoded(c.body, BodyRule::lenient, c.lenient);
    }
    EXPECT_TRUE(decode(nested(kMaxJsonDepth - 1), BodyRule::required)) << "just deep enough";
}

/// What a member "a" with this JSON text reads as, by the given reader.
template <class Read>
auto read(const std::string& json, Read read_it) {
    const auto object = decode(R"({"a":)" + json + "}", BodyRule::required);
    EXPECT_TRUE(object) << json;
    Fields fields{*object};
    const auto value = read_it(fields);
    return std::pair{value, fields.ok()};
}

TEST(Fields, IntegersAreWholeAndInRange) {
    const auto index = [](Fields& fields) { return fields.integer("a", 0, 65'535); };
    using Pair = std::pair<std::optional<std::int64_t>, bool>;
    EXPECT_EQ(read("0", index), Pair(0, true));
    EXPECT_EQ(read("65535", index), Pair(65'535, true));
    EXPECT_EQ(read("null", index), Pair(std::nullopt, true));
    for (const char* bad : {"-0", " -0 ", "-1", "65536", "0.0", "1.0", "1e0", "1E2", "-0.0", "\"1\"", "true",
                            "[]", "{}", "18446744073709551615", "1e999", "123456789012345678901234567890"}) {
        EXPECT_EQ(read(bad, index), Pair(std::nullopt, false)) << bad;
    }
}

TEST(Fields, NegativeZeroIsMendedOnlyWhereItIsANumber) {
    const auto text = [](Fields& fields) { return fields.text("a"); };
    EXPECT_EQ(read(R"("-0")", text).first, "-0");
    EXPECT_EQ(read(R"("\"-0")", text).first, "\"-0");
    EXPECT_TRUE(decode(R"({"unknown":[1e-0,-0,-0.5,-0e1]})", BodyRule::required));
    EXPECT_FALSE(decode(R"({"unknown":-01})", BodyRule::required));
    EXPECT_FALSE(decode(R"({"unknown":5-0})", BodyRule::required));
}

TEST(Fields, TextIsThereOrNot) {
    const auto text = [](Fields& fields) { return fields.optional_text("a"); };
    using Pair = std::pair<std::optional<std::string>, bool>;
    EXPECT_EQ(read(R"("x")", text), Pair("x", true));
    EXPECT_EQ(read(R"("")", text), Pair("", true));
    EXPECT_EQ(read("null", text), Pair(std::nullopt, true));
    EXPECT_EQ(read(R"("\ud83d\ude00")", text), Pair("\U0001F600", true));
    EXPECT_EQ(read(R"("\uD83Dx\uDE00")", text), Pair("\uFFFDx\uFFFD", true));
    EXPECT_EQ(read(R"("\\ud800")", text), Pair("\\ud800", true));
    EXPECT_EQ(read("1", text), Pair(std::nullopt, false));

    const auto absent = [](Fields& fields) { return fields.text("b"); };
    EXPECT_EQ(read("1", absent), std::pair(std::string{}, true));
    const auto other_case = [](Fields& fields) { return fields.text("A"); };
    EXPECT_EQ(read(R"("x")", other_case), std::pair(std::string{}, true));
}

TEST(Fields, FlagsAreThreeValued) {
    const auto flag = [](Fields& fields) { return fields.flag("a"); };
    using Pair = std::pair<std::optional<bool>, bool>;
    EXPECT_EQ(read("true", flag), Pair(true, true));
    EXPECT_EQ(read("false", flag), Pair(false, true));
    EXPECT_EQ(read("null", flag), Pair(std::nullopt, true));
    for (const char* bad : {"0", "1", "\"true\"", "[]"})
        EXPECT_EQ(read(bad, flag), Pair(std::nullopt, false));
}

TEST(Fields, OneWrongMemberSpoilsTheWhole) {
    const auto object = decode(R"({"a":1,"b":"x"})", BodyRule::required);
    Fields fields{*object};
    fields.text("a");
    EXPECT_EQ(fields.text("b"), "x");
    EXPECT_FALSE(fields.ok());
}

TEST(Utf8, ReplacesEachByteThatFitsNowhere) {  // RFC 3629 §4
    struct {
        const char* name;
        std::string text;
        std::string valid;
    } const cases[] = {
        {"plain", "abc", "abc"},
        {"two, three, four bytes", "\u00e9\u20ac\U0001F600", "\u00e9\u20ac\U0001F600"},
        {"lone tail", "a\x80z", "a\uFFFDz"},
        {"cut short", "\xE2\x82", "\uFFFD\uFFFD"},
        {"overlong slash", "\xC0\xAF", "\uFFFD\uFFFD"},
        {"overlong in three", "\xE0\x80\xAF", "\uFFFD\uFFFD\uFFFD"},
        {"overlong in four", "\xF0\x80\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
        {"surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
        {"above U+10FFFF", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
        {"last code point", "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
    };
    for (const auto& c : cases) EXPECT_EQ(to_valid_utf8(c.text), c.valid) << c.name;
}

}  // namespace
}  // namespace legroom::api
